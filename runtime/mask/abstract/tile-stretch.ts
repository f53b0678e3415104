import { Op, type FlatMask } from './flat-mask.ts';

/** Rows and keys of the smallest box that will be asked about, apart from clipped ones at the borders. */
export interface TileShape {
  readonly queries: number;
  readonly keys: number;
}

/** Bits of the leaves that a value depends on. */
const NOTHING = 0;
const ANYTHING = -1;

/**
 * For each integer node, the least number of neighbouring integers that it takes over a tile whose leaves have these
 * extents, provided that it takes
 * every integer between its least and its greatest value; else 1. A set whose members and gaps are all shorter than
 * that is met, and missed, by every tile.
 */
export function stretchesOver({ size, op, a, b, first }: FlatMask, extents: readonly number[]): Float64Array {
  const stretch = new Float64Array(size).fill(1);
  const varies = new Int32Array(size).fill(ANYTHING);
  for (let id = 0; id < size; id++) {
    const [x, y] = [a[id], b[id]];
    switch (op[id]) {
      case Op.leaf:
        stretch[id] = extents[x];
        varies[id] = 1 << x;
        break;
      case Op.constant:
        varies[id] = NOTHING;
        break;
      case Op.neg:
        stretch[id] = stretch[x];
        varies[id] = varies[x];
        break;
      case Op.divConstant:
        stretch[id] = Math.floor((stretch[x] - 1) / first[id]) + 1;
        varies[id] = varies[x];
        break;
      case Op.add:
      case Op.sub: {
        varies[id] = varies[x] | varies[y];
        // Sums of independent stretches without gaps have none; a side that only may vary spoils the other.
        const steady = (side: number) => varies[side] === NOTHING || stretch[side] > 1;
        if ((varies[x] & varies[y]) === 0 && steady(x) && steady(y))
          stretch[id] = stretch[x] + stretch[y] - 1;
        break;
      }
    }
  }
  return stretch;
}
