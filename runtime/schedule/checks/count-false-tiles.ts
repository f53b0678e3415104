import type { BoundMask } from '../../mask/bound/bound-mask.ts';
import { RowEvaluator } from '../../mask/exact/evaluate-row.ts';
import { expandTable, type RunTable } from '../table/run-table.ts';

/**
 * Partial tiles in which no pair is live, and those inside nk in which every pair is: tiles that a perfect table would
 * leave out or run without a mask. Each tile is evaluated row by row until it has shown a live and a dead pair.
 */
export function countFalseTiles(
  table: RunTable,
  bound: BoundMask,
  { nq, nk, offset }: { readonly nq: number; readonly nk: number; readonly offset: number },
): number {
  const { queryTile, granularity, rows, starts, runs } = expandTable(table);
  const whole = new RowEvaluator(bound, granularity);
  const ragged = nk % granularity === 0 ? whole : new RowEvaluator(bound, nk % granularity);
  let falseTiles = 0;
  for (let row = 0; row < rows; row++) {
    const first = offset + row * queryTile;
    const last = offset + Math.min(nq, (row + 1) * queryTile) - 1;
    for (let run = starts[2 * row]; run < starts[2 * row + 1]; run++) {
      for (let key = runs[2 * run]; key < runs[2 * run + 1]; key += granularity) {
        const isWhole = key + granularity <= nk;
        const { live, dead } = inspectTile(isWhole ? whole : ragged, first, last, key);
        if (!live || (!dead && isWhole)) falseTiles++;
      }
    }
  }
  return falseTiles;
}

/** Has the tile a live pair, a dead pair? */
function inspectTile(
  evaluator: RowEvaluator,
  first: number,
  last: number,
  key: number,
): { readonly live: boolean; readonly dead: boolean } {
  let [live, dead] = [false, false];
  for (let i = first; i <= last && !(live && dead); i++) {
    const keys = evaluator.row(i, key);
    for (let at = 0; at < keys.length; at++) {
      if (keys[at] === 1) live = true;
      else dead = true;
    }
  }
  return { live, dead };
}
