import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { Expression } from '../../../parser/ast.ts';
import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import { fixedSize } from './fixed-size.ts';
import { gridIndex } from '../values/lower-index.ts';
import type { Lowering } from '../values/lowering.ts';
import type { Scope } from '../values/scope.ts';
import { product } from '../values/space.ts';
import type { Axis, Numbering } from '../values/space.ts';
import { describe } from '../values/value.ts';
import type { ArrayValue } from '../values/value.ts';
import { count } from '../values/wording.ts';

/**
 * How the cells of a region are numbered: `row_major`, `tiles(4, 8)`, `morton`, `hilbert`, or a run-time int array that says which cell
 * stands at each position. Null after a report.
 */
export function lowerOrder(
  lowering: Lowering,
  order: Expression,
  axes: readonly Axis[],
  scope: Scope,
): Numbering | null {
  if (order.kind === 'name' && order.text === 'row_major') return { kind: 'row-major' };
  if (order.kind === 'name' && order.text === 'morton') return mortonOrder(lowering, axes, order.span);
  if (order.kind === 'name' && order.text === 'hilbert') return hilbertOrder(lowering, axes, order.span);
  if (order.kind === 'call' && order.callee.text === 'tiles' && order.block === null) {
    const tile = order.arguments.map(({ value }) => fixedSize(lowering, value, scope, 'The size of a tile'));
    if (tile.some((size) => size === null)) return null;
    if (tile.length === axes.length) return { kind: 'tiles', tile: tile as NodeId[] };
    lowering.report(
      'wrong-rank',
      order.span,
      `\`tiles\` has ${count(tile.length, 'size')}, the region ${count(axes.length, 'axis', 'axes')}.`,
      { label: `${tile.length} given` },
    );
    return null;
  }
  const value = lowering.evaluate(order, scope);
  if (value.kind === 'error') return null;
  if (value.kind === 'array') return givenOrder(lowering, value.array, axes, order.span);
  lowering.report(
    'not-a-choice',
    order.span,
    '`order` must be row_major, tiles(…), morton, hilbert or an int array.',
    { label: 'no order of cells' },
  );
  return null;
}

/** A curve that the host lays through the grid when a plan is made. */
function hilbertOrder(lowering: Lowering, axes: readonly Axis[], span: Span): Numbering | null {
  const { builder } = lowering;
  if (axes.length === 2 || axes.length === 3) {
    const sizes = axes.map(({ size }) => builder.finish(size));
    const length = product(
      builder,
      axes.map(({ size }) => size),
    );
    const array = lowering.derive({ kind: 'curve', name: 'curve', sizes });
    return { kind: 'given', array, leading: [], length, by: 'number' };
  }
  lowering.report('wrong-rank', span, 'A Hilbert curve runs through two or three axes.', {
    label: `the region has ${count(axes.length, 'axis', 'axes')}`,
  });
  return null;
}

/** `perm: int[n]` holds row-major numbers of cells, `places: int[n, 3]` their coordinates; `batch` and `heads` may lead. */
function givenOrder(
  lowering: Lowering,
  array: ArrayValue,
  axes: readonly Axis[],
  span: Span,
): Numbering | null {
  const leading: NodeId[] = [];
  for (let dim = 0; dim < array.dims.length - 1; dim++) {
    const index = gridIndex(lowering, array, dim);
    if (index === null) break;
    leading.push(index);
  }
  const [length, columns, ...rest] = array.dims.slice(leading.length);
  const by = columns === undefined ? 'number' : 'coordinates';
  const fits = columns === undefined || lowering.constant(columns) === axes.length;
  if (array.kind === 'int' && rest.length === 0 && fits) {
    return { kind: 'given', array: array.name, leading, length, by };
  }
  lowering.report('order-array', span, '`order` needs the cell of each position.', {
    label: `this is ${describe({ kind: 'array', array })} [${array.dimNames.join(', ')}]`,
    notes: [
      'an `int[n]` holds the row-major number of the cell that stands at each position',
      `an \`int[n, ${axes.length}]\` holds its coordinates, one for each axis; \`batch\` and \`heads\` may come first`,
    ],
  });
  return null;
}

function mortonOrder(lowering: Lowering, axes: readonly Axis[], span: Span): Numbering | null {
  const sizes = axes.map(({ size }) => lowering.constant(size));
  if (sizes.some((size) => size === null)) {
    lowering.report(
      'not-constant',
      span,
      'The sizes of a Morton order must be known when the file is compiled.',
      {
        label: 'the number of bits depends on the sizes',
      },
    );
    return null;
  }
  return { kind: 'morton', bits: Math.ceil(Math.log2(Math.max(...(sizes as number[])))) };
}
