import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { Expression } from '../../../parser/ast.ts';
import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import { expectInt } from './expect.ts';
import type { Lowering } from './lowering.ts';
import type { Scope } from './scope.ts';
import { lookUpTable, tableOfList } from './tables.ts';
import { describe, int, poison, real, set } from './value.ts';
import type { ArrayValue, Value } from './value.ts';
import { count, sentence } from './wording.ts';

/** `ids[i]`, `mask[i, j]`, `widths[layer, head]`. */
export function lowerIndex(
  lowering: Lowering,
  expression: Expression & { kind: 'index' },
  scope: Scope,
): Value {
  const object = lowering.evaluate(expression.object, scope);
  const indices: NodeId[] = [];
  let failed = object.kind === 'error';
  for (const index of expression.indices) {
    const node = expectInt(lowering, lowering.evaluate(index, scope), index.span, 'An index');
    if (node === null) failed = true;
    else indices.push(node);
  }
  if (failed) return poison;
  const spans = expression.indices.map(({ span }) => span);
  switch (object.kind) {
    case 'array':
      return lookUp(lowering, object.array, indices, expression.span);
    case 'table':
      return lookUpTable(lowering, object.table, indices, spans, expression.span);
    case 'list': {
      const table = tableOfList(lowering, object.elements);
      if (table !== null) return lookUpTable(lowering, table, indices, spans, expression.span);
      return selectElement(lowering, object.elements, indices, expression.span);
    }
    default:
      return lowering.report(
        'not-indexable',
        expression.object.span,
        `${sentence(describe(object))} has no elements.`,
        {
          label: `this is ${describe(object)}`,
          notes: ['arrays, lists and tables have elements'],
        },
      );
  }
}

/**
 * Reads an array. Indices of leading `batch`, `heads` and `kv_heads` dimensions may be left out: they are those of the
 * launch grid.
 */
export function lookUp(lowering: Lowering, array: ArrayValue, given: readonly NodeId[], span: Span): Value {
  const { builder } = lowering;
  const indices = withImplied(lowering, array, given, span);
  if (indices === null) return poison;
  switch (array.kind) {
    case 'int':
      return int(builder.add({ kind: 'lookup', array: array.name, indices }));
    case 'bits':
    case 'blocks':
      return set(builder.add({ kind: 'bit', array: array.name, indices }));
    case 'float':
      return real(builder.add({ kind: 'real-lookup', array: array.name, indices }));
    case 'list':
      return listRow(lowering, array, indices);
  }
}

/** The row of a list array whose dimensions are all those of the launch grid: `global(kept)`. */
export function impliedRow(lowering: Lowering, array: ArrayValue, span: Span): Value | null {
  if (array.kind !== 'list') {
    lowering.report(
      'not-a-container',
      span,
      `${sentence(describe({ kind: 'array', array }))} holds no lists.`,
      {
        label: 'a range or a list is wanted here',
        help: [`declare it as \`${array.name}: list[…]\``],
      },
    );
    return null;
  }
  const row = lookUp(lowering, array, [], span);
  return row.kind === 'error' ? null : row;
}

function withImplied(
  lowering: Lowering,
  array: ArrayValue,
  given: readonly NodeId[],
  span: Span,
): readonly NodeId[] | null {
  const missing = array.dims.length - given.length;
  const implied = array.dims.slice(0, Math.max(missing, 0)).map((_, dim) => gridIndex(lowering, array, dim));
  if (missing >= 0 && implied.every((index) => index !== null)) return [...implied, ...given];
  const shape = `[${array.dimNames.join(', ')}]`;
  lowering.report(
    'wrong-index-count',
    span,
    `"${array.name}" has ${count(array.dims.length, 'dimension')} ${shape}, but is read with ${count(given.length, 'index', 'indices')}.`,
    {
      label: `${given.length} given`,
      notes: ['only leading `batch`, `heads` and `kv_heads` dimensions may be left out'],
    },
  );
  return null;
}

/** The index of the launch grid that runs over a dimension, or null where none does. */
export function gridIndex(lowering: Lowering, array: ArrayValue, dim: number): NodeId | null {
  const { builder } = lowering;
  if (array.dimNames[dim] === 'kv_heads') {
    const group = lowering.heads / lowering.kvHeads;
    return builder.arithmetic('div', builder.intern({ kind: 'head' }), builder.int(group));
  }
  const size = builder.node(array.dims[dim]);
  if (size.kind !== 'symbol') return null;
  if (size.name === 'batch') return builder.intern({ kind: 'batch' });
  return size.name === 'heads' ? builder.intern({ kind: 'head' }) : null;
}

/** Row-major row number; an index outside its dimension must not run into a neighbour's row. */
function listRow(lowering: Lowering, array: ArrayValue, indices: readonly NodeId[]): Value {
  const { builder } = lowering;
  let row = builder.int(0);
  let inside = builder.bool(true);
  indices.forEach((index, dim) => {
    row = builder.arithmetic('add', builder.arithmetic('mul', row, array.dims[dim]), index);
    const trusted = index === gridIndex(lowering, array, dim) || array.dims.length === 1;
    if (!trusted) inside = builder.and(inside, builder.between(builder.int(0), index, array.dims[dim]));
  });
  return { kind: 'row', array: array.name, row, inside };
}

/** `[w, 2 * w][head]`: elements that are no constants are chosen by comparison. Outside the list the value is -1. */
function selectElement(
  lowering: Lowering,
  elements: readonly Value[],
  indices: readonly NodeId[],
  span: Span,
): Value {
  const { builder } = lowering;
  if (indices.length !== 1 || elements.some(({ kind }) => kind !== 'int')) {
    return lowering.report('not-indexable', span, 'Only a list of integers can be indexed, by one index.', {
      label: count(indices.length, 'index', 'indices'),
    });
  }
  let chosen = builder.int(-1);
  for (let at = elements.length - 1; at >= 0; at--) {
    const condition = builder.compare('eq', indices[0], builder.int(at));
    const { node } = elements[at] as { readonly node: NodeId };
    chosen = builder.add({ kind: 'select', condition, then: node, else: chosen });
  }
  return int(chosen);
}
