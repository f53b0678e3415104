import { Random } from '../fuzz/random.ts';

/** One row of the output of one batch item. */
export interface SampledRow {
  readonly head: number;
  readonly row: number;
}

/** Multiply-adds that the float64 reference of one launch may take: about a second. */
const budget = 1e8;

/**
 * The rows to hold against the reference: all where that is quick; else of every head the first and the last row and
 * the rows beside the first, the last and a middle border of query tiles, and a choice from `seed` beyond.
 */
export function sampleRows(
  launch: { readonly heads: number; readonly nq: number; readonly nk: number; readonly width: number },
  queryTile: number,
  seed: number,
): readonly SampledRow[] {
  const { heads, nq, nk, width } = launch;
  const all = heads * nq;
  const affordable = Math.floor(budget / (nk * width));
  const rowAt = (at: number): SampledRow => ({ head: Math.floor(at / nq), row: at % nq });
  if (all <= affordable) return Array.from({ length: all }, (_, at) => rowAt(at));
  const borders = [1, Math.floor(nq / queryTile / 2), Math.floor((nq - 1) / queryTile)].map(
    (tiles) => tiles * queryTile,
  );
  const wanted = [0, ...borders.flatMap((border) => [border - 1, border]), nq - 1];
  const chosen = new Set<number>();
  for (let head = 0; head < heads; head++) {
    for (const row of wanted) if (row >= 0 && row < nq) chosen.add(head * nq + row);
  }
  const random = new Random(seed);
  while (chosen.size < affordable) chosen.add(random.integer(0, all - 1));
  return [...chosen].sort((a, b) => a - b).map(rowAt);
}
