import type { BoundMask } from '../../mask/bound/bound-mask.ts';
import { evaluateProgram } from '../../mask/exact/evaluate.ts';
import type { MaskProgram } from '../../mask/program/nodes.ts';
import type { BoundAxis, BoundRegion, BoundView, Extents, View, ViewRegion } from '../../view.ts';
import { listKeys } from '../lists/list-keys.ts';
import { checkCover } from './check-cover.ts';

/** What a view is bound with. */
export interface ViewRequest {
  /** Values of the symbols that sizes, strides and bases name. */
  readonly scalars: Readonly<Record<string, number>>;
  readonly nq: number;
  readonly nk: number;
  /** Position of query row 0. */
  readonly offset: number;
  /** The mask of the pass: a `list` view holds the keys that it lists. Null where no view is a list. */
  readonly bound: BoundMask | null;
  /** Of a `parted` view: the row of every slot (see ./part-rows.ts); null where no view is one, or for all heads. */
  readonly rows?: Int32Array | null;
}

/**
 * Evaluates a view for a launch and cuts it into tiles of `tileSlots` slots.
 *
 * @throws {Error} where the extents do not fit the view, or where the view misses a query or holds a position of the
 * launch twice: a plan was made wrong, no argument of the launch can cause it.
 */
export function bindView(
  view: View,
  extents: Extents,
  tileSlots: number,
  side: 'queries' | 'keys',
  { scalars, nq, nk, offset, bound, rows = null }: ViewRequest,
): BoundView {
  const common = { kind: view.kind, tile: tileSlots, positions: null };
  switch (view.kind) {
    case 'positions': {
      const [base, size] = side === 'queries' ? [offset, nq] : [0, nk];
      const axis = boundAxis(size, 1, tileSlots);
      const region = { base, axes: [axis], firstTile: 0, tiles: axis.parts };
      return { ...common, regions: [region], tiles: axis.parts };
    }
    case 'list': {
      if (side === 'queries') throw new Error('queries cannot be viewed as a list');
      if (bound === null) throw new Error('a list needs the mask that it lists');
      const positions = listKeys(bound, nk);
      return { ...common, regions: [], positions, tiles: Math.ceil(positions.length / tileSlots) };
    }
    case 'parted': {
      if (side === 'keys') throw new Error('keys cannot be parted');
      const positions = rows && movedBy(rows, offset);
      return { ...common, regions: [], positions, tiles: Math.ceil(nq / tileSlots) };
    }
    case 'boxes': {
      const valueOf = (program: MaskProgram) => evaluateProgram(program, { symbols: scalars });
      const regions: BoundRegion[] = [];
      let tiles = 0;
      view.regions.forEach((region, at) => {
        const own = bindRegion(region, extents[at] ?? [], tiles, valueOf);
        const slots = own.axes.reduce((product, axis) => product * axis.extent, 1);
        if (slots > tileSlots) throw new Error(`a box of ${slots} slots in tiles of ${tileSlots}`);
        regions.push(own);
        tiles += own.tiles;
      });
      const bounded = { ...common, regions, tiles };
      checkCover(bounded, side === 'queries' ? { from: offset, count: nq } : { from: 0, count: nk }, side);
      return bounded;
    }
  }
}

function movedBy(rows: Int32Array, offset: number): Int32Array {
  if (offset === 0) return rows;
  const positions = new Int32Array(rows.length);
  for (let slot = 0; slot < rows.length; slot++) positions[slot] = rows[slot] + offset;
  return positions;
}

function bindRegion(
  { base, axes }: ViewRegion,
  extents: readonly number[],
  firstTile: number,
  valueOf: (program: MaskProgram) => number,
): BoundRegion {
  if (extents.length !== axes.length)
    throw new Error(`${extents.length} extents for a region of ${axes.length} axes`);
  const bound = axes.map((axis, at) => boundAxis(valueOf(axis.size), valueOf(axis.stride), extents[at]));
  const tiles = bound.reduce((product, { parts }) => product * parts, 1);
  return { base: valueOf(base), axes: bound, firstTile, tiles };
}

function boundAxis(size: number, stride: number, extent: number): BoundAxis {
  if (!(size >= 0 && stride >= 1 && extent >= 1))
    throw new Error(`an axis of size ${size}, stride ${stride} and extent ${extent}`);
  return { size, stride, extent, parts: Math.ceil(size / extent) };
}
