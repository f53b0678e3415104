import { describe, expect, it } from 'vitest';
import { countDiagonals } from '../../../compiler/passes/layout/count-diagonals.ts';

const shapes = [
  { nq: 1, nk: 1, offset: 0 },
  { nq: 17, nk: 17, offset: 0 },
  { nq: 33, nk: 50, offset: 17 },
  { nq: 40, nk: 9, offset: -31 },
  { nq: 5, nk: 200, offset: 90 },
];
const lists = [
  [],
  [0],
  [-1, 3],
  [-100, -13, -4, 0, 7, 40, 180],
  Array.from({ length: 301 }, (_, at) => at - 150),
];

describe('countDiagonals', () => {
  it.each(shapes)('counts what brute force counts: nq $nq, nk $nk, offset $offset', ({ nq, nk, offset }) => {
    for (const list of lists) {
      for (const tile of [
        { queries: 1, keys: 1 },
        { queries: 16, keys: 8 },
        { queries: 4, keys: 32 },
      ]) {
        const exists = (i: number, distance: number): boolean => i + distance >= 0 && i + distance < nk;
        let [pairs, slots] = [0, 0];
        for (let row = 0; row < nq; row += tile.queries) {
          const queries = Array.from(
            { length: Math.min(tile.queries, nq - row) },
            (_, at) => offset + row + at,
          );
          pairs += queries.reduce((sum, i) => sum + list.filter((d) => exists(i, d)).length, 0);
          // A row between two that see a distance's key sees one as well, so the tile meets a stretch of the list.
          const met = list.filter((d) => queries.some((i) => exists(i, d))).length;
          slots += tile.queries * Math.ceil(met / tile.keys) * tile.keys;
        }
        expect(countDiagonals(Int32Array.from(list), tile, { nq, nk, offset })).toEqual({ pairs, slots });
      }
    }
  });
});
