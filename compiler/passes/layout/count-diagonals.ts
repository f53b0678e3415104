import type { TileSize } from './choose-extents.ts';

/** What a pass of diagonals has of a launch. */
export interface DiagonalCounts {
  /** Pairs of a query and a key that exist. */
  readonly pairs: number;
  /** Pairs that are computed: rows of whole query tiles times distances, rounded up to those of a tile. */
  readonly slots: number;
}

/** Counts `distances` (key - query, ascending), of which a query tile meets those that lead one of its rows to a key. */
export function countDiagonals(
  distances: Int32Array,
  tile: TileSize,
  { nq, nk, offset }: { readonly nq: number; readonly nk: number; readonly offset: number },
): DiagonalCounts {
  let pairs = 0;
  for (const distance of distances) {
    const first = Math.max(offset, -distance);
    const last = Math.min(offset + nq, nk - distance);
    pairs += Math.max(0, last - first);
  }
  let [slots, begin, end] = [0, distances.length, distances.length];
  for (let row = 0; row < nq; row += tile.queries) {
    const top = offset + row;
    const bottom = offset + Math.min(nq, row + tile.queries) - 1;
    while (begin > 0 && distances[begin - 1] + bottom >= 0) begin--;
    while (end > 0 && distances[end - 1] + top >= nk) end--;
    slots += tile.queries * Math.ceil(Math.max(0, end - begin) / tile.keys) * tile.keys;
  }
  return { pairs, slots };
}
