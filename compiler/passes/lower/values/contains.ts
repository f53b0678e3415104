import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import { sideOf } from './dependencies.ts';
import { impliedRow } from './lower-index.ts';
import type { Lowering } from './lowering.ts';
import type { Scope } from './scope.ts';
import { regionHolds } from './space.ts';
import { describe } from './value.ts';
import type { Value } from './value.ts';

/** Whether the integer `x` is in a range, a list of integers and ranges, or a row of a list array. */
export function contains(
  lowering: Lowering,
  scope: Scope,
  x: NodeId,
  container: Value,
  span: Span,
): NodeId | null {
  const { builder } = lowering;
  switch (container.kind) {
    case 'range':
      return builder.between(container.low, x, container.high);
    case 'list':
      return containsElement(lowering, scope, x, container.elements, span);
    case 'row':
      return builder.and(
        container.inside,
        builder.add({ kind: 'member', array: container.array, row: container.row, value: x }),
      );
    case 'region': {
      // Where queries and keys have different spaces, a position of one side is in no region of the other.
      const { side } = container.region;
      const given = side === null ? side : sideOf(builder, scope, x);
      if (side !== null && given !== side && given !== 'none') return builder.bool(false);
      return regionHolds(builder, container.region, x);
    }
    case 'array': {
      const row = impliedRow(lowering, container.array, span);
      return row === null ? null : contains(lowering, scope, x, row, span);
    }
    case 'error':
      return null;
    default:
      lowering.report(
        'not-a-container',
        span,
        `A range or a list is wanted here, not ${describe(container)}.`,
        {
          label: `this is ${describe(container)}`,
          help: container.kind === 'int' ? containerHelp(lowering, container.node) : [],
        },
      );
      return null;
  }
}

function containerHelp(lowering: Lowering, node: NodeId): readonly string[] {
  const value = lowering.constant(node);
  return value === null
    ? []
    : [`the first ${value} positions are \`0..<${value}\`, position ${value} alone is \`[${value}]\``];
}

function containsElement(
  lowering: Lowering,
  scope: Scope,
  x: NodeId,
  elements: readonly Value[],
  span: Span,
): NodeId | null {
  const { builder } = lowering;
  const constants: number[] = [];
  const parts: NodeId[] = [];
  for (const element of elements) {
    const constant = element.kind === 'int' ? lowering.constant(element.node) : null;
    if (constant !== null) constants.push(constant);
    else if (element.kind === 'int') parts.push(builder.compare('eq', x, element.node));
    else {
      const inside = contains(lowering, scope, x, element, span);
      if (inside === null) return null;
      parts.push(inside);
    }
  }
  for (const [first, last] of runsOf(constants)) {
    const run =
      first === last
        ? builder.compare('eq', x, builder.int(first))
        : builder.between(builder.int(first), x, builder.int(last + 1));
    parts.push(run);
  }
  return builder.or(...parts);
}

/** Ascending runs of neighbouring integers, so that a long list costs few comparisons. */
function runsOf(values: readonly number[]): readonly (readonly [first: number, last: number])[] {
  const runs: [number, number][] = [];
  for (const value of [...new Set(values)].sort((a, b) => a - b)) {
    const current = runs.at(-1);
    if (current !== undefined && current[1] + 1 === value) current[1] = value;
    else runs.push([value, value]);
  }
  return runs;
}
