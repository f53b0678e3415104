import type { BoundMask } from '../../mask/bound/bound-mask.ts';
import { RowEvaluator } from '../../mask/exact/evaluate-row.ts';
import { expandTable, type RunTable } from '../table/run-table.ts';

export interface VerifiedTiles {
  /** What is wrong; empty for a sound table. */
  readonly problems: readonly string[];
  /** Visited tiles in which no pair is live: work without use. */
  readonly deadTiles: number;
  /** Partial tiles, inside nk, in which every pair is live: they could run without a mask. */
  readonly fullTiles: number;
}

/**
 * Checks a table against every pair of its mask: runs lie on their grid in ascending order, every live pair lies in
 * exactly one run, every pair of a full run is live, and the order of rows and the statistics are those of the runs.
 * Takes time of the order nq * nk.
 */
export function verifyRunTable(
  table: RunTable,
  bound: BoundMask,
  { nq, nk, offset }: { readonly nq: number; readonly nk: number; readonly offset: number },
): VerifiedTiles {
  const { queryTile, granularity, rows, starts, runs, order, statistics } = expandTable(table);
  const columns = Math.ceil(nk / granularity);
  const problems: string[] = [];
  const found = { partialTiles: 0, fullTiles: 0, visitedPairs: 0 };
  let [deadTiles, fullTiles] = [0, 0];
  const keysOf: number[] = [];
  const evaluator = new RowEvaluator(bound, nk);
  for (let row = 0; row < rows; row++) {
    const [firstQuery, lastQuery] = [row * queryTile, Math.min(nq, (row + 1) * queryTile) - 1];
    const live = new Uint32Array(columns);
    for (let i = firstQuery; i <= lastQuery; i++) {
      evaluator.row(offset + i).forEach((alive, j) => (live[Math.floor(j / granularity)] += alive));
    }
    // 0: not visited, 1: partial, 2: full.
    const visited = new Uint8Array(columns);
    keysOf[row] = 0;
    for (let run = starts[2 * row]; run < starts[2 * row + 2]; run++) {
      const [begin, end] = [runs[2 * run], runs[2 * run + 1]];
      const isFull = run >= starts[2 * row + 1];
      const aligned = begin % granularity === 0 && (end % granularity === 0 || (end === nk && !isFull));
      if (!aligned || begin >= end || end > nk)
        problems.push(`row ${row}: run ${begin}..${end} is off the grid`);
      const isFirst = run === starts[2 * row] || run === starts[2 * row + 1];
      if (!isFirst && runs[2 * run - 1] >= begin)
        problems.push(`row ${row}: run ${begin}..${end} is not in order`);
      keysOf[row] += end - begin;
      for (let column = Math.floor(begin / granularity); column * granularity < end; column++) {
        if (visited[column]) problems.push(`row ${row}: tile ${column} is visited twice`);
        visited[column] = isFull ? 2 : 1;
      }
    }
    for (let column = 0; column < columns; column++) {
      const keys = Math.min(nk, (column + 1) * granularity) - column * granularity;
      const area = (lastQuery - firstQuery + 1) * keys;
      if (visited[column] === 0) {
        if (live[column] > 0)
          problems.push(`row ${row}: ${live[column]} live pairs of tile ${column} are not visited`);
        continue;
      }
      found.visitedPairs += area;
      if (visited[column] === 2) {
        found.fullTiles++;
        if (live[column] !== area) problems.push(`row ${row}: the full tile ${column} has dead pairs`);
      } else {
        found.partialTiles++;
        if (live[column] === 0) deadTiles++;
        if (live[column] === area && keys === granularity) fullTiles++;
      }
    }
  }
  for (const name of ['partialTiles', 'fullTiles', 'visitedPairs'] as const) {
    if (statistics[name] !== found[name]) problems.push(`${name} is ${found[name]}, not ${statistics[name]}`);
  }
  if (new Set(order).size !== rows) problems.push('the order of rows is no permutation');
  for (let at = 1; at < rows; at++) {
    if (keysOf[order[at]] > keysOf[order[at - 1]])
      problems.push(`row ${order[at]} stands behind a shorter one`);
  }
  return { problems, deadTiles, fullTiles };
}
