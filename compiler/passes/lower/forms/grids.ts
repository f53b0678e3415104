import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import { partScope } from '../values/scope.ts';
import { poison, set } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { optional, required } from './form.ts';
import type { Form, FormCall } from './form.ts';
import { axisNamed, equalElsewhere, gridOf, perAxis, positiveEach } from './grid.ts';
import type { GridAxis } from './grid.ts';
import { clampStart } from './windows.ts';

/** Forms that speak of the axes of a grid. */
export const gridForms: readonly Form[] = [
  {
    name: 'tiles',
    signatures: ['tiles(t, window: w)', 'tiles((t, …), window: (w, …))'],
    doc:
      'Sliding Tile Attention: with tiles of t cells on each axis, T = ceil(size / t) of them, the tile of j is among the w ' +
      'tiles around that of i: they begin at (i div t) - w div 2, moved so that they lie in 0..T-1.',
    parameters: [required('tile', 'int'), { name: 'window', type: 'int', required: true, positional: false }],
    block: false,
    result: 'set',
    lower: lowerTiles,
  },
  {
    name: 'shifted_window',
    signatures: ['shifted_window(w, shift: s)', 'shifted_window((w, …), shift: (s, …))'],
    doc:
      'Swin: on each axis of L cells, with p = (x - s) mod L, i and j agree in p div w and, where s > 0, in the band of p: ' +
      'p < L - w, p < L - s, or the rest.',
    parameters: [required('w', 'int'), optional('shift', 'int')],
    block: false,
    result: 'set',
    lower: lowerShiftedWindow,
  },
  {
    name: 'axial',
    signatures: ['axial(AXIS)'],
    doc: 'i and j agree on every axis but AXIS: attention along one axis.',
    parameters: [required('axis', 'axis')],
    block: false,
    result: 'set',
    lower: (call) => {
      const grid = gridOf(call);
      const axis = grid === null ? null : axisNamed(call, grid, 'axis');
      return grid === null || axis === null
        ? poison
        : set(call.builder.and(grid.inside, equalElsewhere(call, grid, axis)));
    },
  },
  {
    name: 'cross',
    signatures: ['cross(every: k)', 'cross(every: k, wrap: true)'],
    doc:
      'i and j differ on one axis alone, by a multiple of k. With wrap the difference is (x of i - x of j) mod the size of ' +
      'the axis (MobileViG): not symmetric unless k divides the size.',
    parameters: [{ name: 'every', type: 'int', required: true, positional: false }, optional('wrap', 'bool')],
    block: false,
    result: 'set',
    lower: lowerCross,
  },
  {
    name: 'axis',
    signatures: ['axis(AXIS)'],
    doc: 'Parts of cells that agree on every other axis, counted along AXIS. Stands in `within`.',
    parameters: [required('axis', 'axis')],
    block: false,
    result: 'part',
    lower: (call) => {
      const grid = gridOf(call);
      const axis = grid === null ? null : axisNamed(call, grid, 'axis');
      if (grid === null || axis === null) return poison;
      const same = call.builder.and(grid.inside, equalElsewhere(call, grid, axis));
      const inner = partScope(call.builder, call.scope, axis);
      const ahead = call.builder.arithmetic('sub', axis.key, axis.query);
      const behind = call.builder.arithmetic('sub', axis.query, axis.key);
      return { kind: 'part', same, inner: { ...inner, ahead, behind } };
    },
  },
];

function lowerTiles(call: FormCall): Value {
  const { builder } = call;
  const grid = gridOf(call);
  if (grid === null) return poison;
  const tiles = positiveEach(call, 'tile', grid.axes.length);
  const windows = positiveEach(call, 'window', grid.axes.length);
  if (tiles === null || windows === null) return poison;
  const parts = grid.axes.map(({ query, key, length }, at) => {
    const [tile, window] = [tiles[at], windows[at]];
    const up = builder.arithmetic('add', length, builder.arithmetic('sub', tile, builder.int(1)));
    const left = builder.arithmetic('div', window, builder.int(2));
    const wanted = builder.arithmetic('sub', builder.arithmetic('div', query, tile), left);
    const start = clampStart(call, wanted, window, builder.arithmetic('div', up, tile));
    const end = builder.arithmetic('add', start, window);
    return builder.between(start, builder.arithmetic('div', key, tile), end);
  });
  return set(builder.and(grid.inside, ...parts));
}

function lowerShiftedWindow(call: FormCall): Value {
  const { builder, lowering } = call;
  const grid = gridOf(call);
  if (grid === null) return poison;
  const rank = grid.axes.length;
  const windows = positiveEach(call, 'w', rank);
  const shifts = shiftsOf(call, rank);
  if (windows === null || shifts === null) return poison;
  const parts = grid.axes.map((axis, at) => {
    const [window, shift] = [windows[at], shifts[at]];
    const rolled = (x: NodeId) => builder.arithmetic('mod', builder.arithmetic('sub', x, shift), axis.length);
    const [p, q] = [rolled(axis.query), rolled(axis.key)];
    const cell = builder.compare(
      'eq',
      builder.arithmetic('div', p, window),
      builder.arithmetic('div', q, window),
    );
    if (lowering.constant(shift) === 0) return cell;
    // Bands of p: both indices lie on the same side of both borders.
    const sides = [window, shift].map((width) => {
      const border = builder.arithmetic('sub', axis.length, width);
      return sameSide(call, p, q, border);
    });
    const unshifted = builder.compare('eq', shift, builder.int(0));
    return builder.and(cell, builder.or(unshifted, builder.and(...sides)));
  });
  return set(builder.and(grid.inside, ...parts));
}

function sameSide(call: FormCall, p: NodeId, q: NodeId, border: NodeId): NodeId {
  const { builder } = call;
  const [a, b] = [builder.compare('lt', p, border), builder.compare('lt', q, border)];
  return builder.or(builder.and(a, b), builder.and(builder.not(a), builder.not(b)));
}

function shiftsOf(call: FormCall, rank: number): readonly NodeId[] | null {
  if (!call.has('shift')) return new Array<NodeId>(rank).fill(call.builder.int(0));
  const values = perAxis(call, 'shift', rank);
  const nodes = values?.map((value) => call.extentValue('shift', value)) ?? null;
  return nodes === null || nodes.includes(null) ? null : (nodes as NodeId[]);
}

function lowerCross(call: FormCall): Value {
  const { builder } = call;
  const grid = gridOf(call);
  const every = call.positive('every');
  const wrap = call.flag('wrap', false);
  if (grid === null || every === null || wrap === null) return poison;
  const arms = grid.axes.map((axis: GridAxis) => {
    const difference = builder.arithmetic('sub', axis.query, axis.key);
    const steps = wrap ? builder.arithmetic('mod', difference, axis.length) : difference;
    const zero = builder.int(0);
    return builder.and(
      equalElsewhere(call, grid, axis),
      builder.compare('ne', difference, zero),
      builder.compare('eq', builder.arithmetic('mod', steps, every), zero),
    );
  });
  return set(builder.and(grid.inside, builder.or(...arms)));
}
