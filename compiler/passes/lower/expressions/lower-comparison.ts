import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { ComparisonOperator, Expression } from '../../../parser/ast.ts';
import type { MaskBuilder } from '../../../../runtime/mask/program/builder.ts';
import type { NodeId, RoundMode } from '../../../../runtime/mask/program/nodes.ts';
import { contains } from '../values/contains.ts';
import { indicesOf, readsPairReals } from '../values/dependencies.ts';
import { expectInt } from '../values/expect.ts';
import type { Lowering } from '../values/lowering.ts';
import { asReal, realBinary } from '../values/reals.ts';
import type { Scope } from '../values/scope.ts';
import { describe, poison, set } from '../values/value.ts';
import type { Value } from '../values/value.ts';

/** `0 <= i - j < w`: every neighbouring pair must hold. */
export function lowerComparison(
  lowering: Lowering,
  expression: Expression & { kind: 'comparison' },
  scope: Scope,
): Value {
  const values = expression.operands.map((operand) => lowering.evaluate(operand, scope));
  if (values.some(({ kind }) => kind === 'error')) return poison;
  const results: NodeId[] = [];
  for (const [at, operator] of expression.operators.entries()) {
    const [left, right] = [values[at], values[at + 1]];
    const [leftSpan, rightSpan] = [expression.operands[at].span, expression.operands[at + 1].span];
    if (operator === 'in') {
      const x = expectInt(lowering, left, leftSpan, 'The left side of `in`');
      const inside = x === null ? null : contains(lowering, scope, x, right, rightSpan);
      if (inside === null) return poison;
      results.push(inside);
      continue;
    }
    const span = { ...leftSpan, end: rightSpan.end };
    const result = compareValues(
      lowering,
      scope,
      operator,
      { ...left, span: leftSpan },
      { ...right, span: rightSpan },
    );
    if (result === null) {
      return lowering.report('not-comparable', span, comparisonMessage(operator, left, right), {
        secondary: [
          { span: leftSpan, text: describe(left) },
          { span: rightSpan, text: describe(right) },
        ],
      });
    }
    results.push(result);
  }
  return set(lowering.builder.and(...results));
}

function comparisonMessage(operator: ComparisonOperator, left: Value, right: Value): string {
  if (left.kind === 'set' && right.kind === 'set')
    return `Sets have no order: \`${operator}\` needs numbers.`;
  return `\`${operator}\` cannot compare ${describe(left)} with ${describe(right)}.`;
}

/** A side of a comparison and where it was written: a launch that cannot compute it names it so. */
type Operand = Value & { readonly span: Span };

function compareValues(
  lowering: Lowering,
  scope: Scope,
  operator: Exclude<ComparisonOperator, 'in'>,
  left: Operand,
  right: Operand,
): NodeId | null {
  const { builder } = lowering;
  if (operator === '>') return compareValues(lowering, scope, '<', right, left);
  if (operator === '>=') return compareValues(lowering, scope, '<=', right, left);
  if (operator === '!=') {
    const equal = compareValues(lowering, scope, '==', left, right);
    return equal === null ? null : builder.not(equal);
  }
  if (left.kind === 'set' && right.kind === 'set' && operator === '==') {
    const both = builder.and(left.node, right.node);
    return builder.or(both, builder.and(builder.not(left.node), builder.not(right.node)));
  }
  const op = operator === '<' ? 'lt' : operator === '<=' ? 'le' : 'eq';
  if (left.kind === 'int' && right.kind === 'int') return builder.compare(op, left.node, right.node);
  if (scope.inScore === true && isNumber(left) && isNumber(right) && isForKernels(builder, [left, right])) {
    return builder.compare(op, asReal(builder, left)!, asReal(builder, right)!);
  }
  if (left.kind === 'int' && right.kind === 'real')
    return compareWithReal(lowering, operator, left.node, right.node, right.span);
  if (left.kind === 'real' && right.kind === 'int') {
    // r < x is not(x <= r), r <= x is not(x < r).
    if (operator === '==') return compareWithReal(lowering, '==', right.node, left.node, left.span);
    const opposite = operator === '<' ? '<=' : '<';
    return builder.not(compareWithReal(lowering, opposite, right.node, left.node, left.span));
  }
  if (left.kind === 'real' && right.kind === 'real') {
    const [first, last] = left.span.start <= right.span.start ? [left, right] : [right, left];
    const span = { ...first.span, end: last.span.end };
    return compareReals(lowering, operator, left.node, right.node, span);
  }
  return null;
}

function isNumber(value: Value): value is Value & { readonly kind: 'int' | 'real' } {
  return value.kind === 'int' || value.kind === 'real';
}

/**
 * Whether the kernel of a score compares in f32: the host has no table of what depends on the score or on several indices,
 * and an element outside of a real array, which is 0 in a score, has no value there.
 */
function isForKernels(builder: MaskBuilder, sides: readonly (Value & { kind: 'int' | 'real' })[]): boolean {
  const reals = sides.filter(({ kind }) => kind === 'real').map(({ node }) => node);
  const indices = new Set(reals.flatMap((node) => indicesOf(builder, node)));
  return indices.size > 1 || reals.some((node) => readsPairReals(builder, node));
}

/** Exact: for an integer x, x < r is x < ceil(r), and x <= r is x <= floor(r). */
function compareWithReal(
  lowering: Lowering,
  operator: '<' | '<=' | '==',
  x: NodeId,
  r: NodeId,
  span: Span,
): NodeId {
  const { builder } = lowering;
  const round = (mode: RoundMode): NodeId => {
    const rounded = builder.add({ kind: 'round', mode, operand: r });
    if (!lowering.spans.has(rounded)) lowering.spans.set(rounded, span);
    return rounded;
  };
  if (operator === '<') return builder.compare('lt', x, round('ceil'));
  if (operator === '<=') return builder.compare('le', x, round('floor'));
  return builder.and(builder.compare('eq', x, round('floor')), builder.compare('eq', x, round('ceil')));
}

/** By the sign of the difference, which float64 never rounds to 0; cut to -1..1 so that it fits in an integer. */
function compareReals(
  lowering: Lowering,
  operator: '<' | '<=' | '==',
  a: NodeId,
  b: NodeId,
  span: Span,
): NodeId {
  const { builder } = lowering;
  const difference = realBinary(builder, 'sub', a, b);
  const cut = realBinary(
    builder,
    'max',
    realBinary(builder, 'min', difference, builder.real(1)),
    builder.real(-1),
  );
  const zero = builder.int(0);
  if (operator === '<') return builder.not(compareWithReal(lowering, '<=', zero, cut, span));
  if (operator === '<=') return builder.not(compareWithReal(lowering, '<', zero, cut, span));
  return compareWithReal(lowering, '==', zero, cut, span);
}
