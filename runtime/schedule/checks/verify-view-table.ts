import type { BoundMask } from '../../mask/bound/bound-mask.ts';
import { RowEvaluator } from '../../mask/exact/evaluate-row.ts';
import type { BoundView } from '../../view.ts';
import type { ViewTableRequest } from '../views/build-view-table.ts';
import { expandTable, type RunTable } from '../table/run-table.ts';
import { slotsOf, tilePositions } from '../views/tile-positions.ts';
import type { VerifiedTiles } from './verify-run-table.ts';

/**
 * Checks a table in views against every pair of its mask: every query of the launch has exactly one slot, runs lie on
 * their grid in ascending order, every live pair lies in exactly one run, every slot of a full run is a key and all its
 * pairs are live, and the order of rows and the statistics are those of the runs. Takes time of the order nq * nk.
 */
export function verifyViewTable(
  table: RunTable,
  bound: BoundMask,
  { nq, nk, offset, queries, keys }: ViewTableRequest,
): VerifiedTiles {
  const { granularity, rows, starts, runs, order, statistics } = expandTable(table);
  const problems: string[] = [];
  const slots = slotsOf(keys);
  const rowsOf = positionsOf(queries, offset, nq, 'queries', problems);
  const columnsOf = positionsOf(keys, 0, nk, 'keys', problems);
  const inView = new Uint8Array(nk);
  for (const positions of columnsOf) for (const key of positions) inView[key] = 1;
  const asked = new Uint8Array(nq);
  for (const positions of rowsOf) for (const query of positions) asked[query - offset] = 1;
  if (asked.includes(0)) problems.push(`query ${asked.indexOf(0)} is in no tile`);
  const evaluator = new RowEvaluator(bound, nk);
  const found = { partialTiles: 0, fullTiles: 0, visitedPairs: 0 };
  const keysOf: number[] = [];
  let [deadTiles, fullTiles] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const live = new Uint32Array(keys.tiles);
    for (const i of rowsOf[row]) {
      const keysOfQuery = evaluator.row(i);
      columnsOf.forEach((positions, column) => {
        for (const key of positions) live[column] += keysOfQuery[key];
      });
      keysOfQuery.forEach((alive, key) => {
        if (alive && !inView[key]) problems.push(`the live pair ${i}, ${key} is in no tile`);
      });
    }
    const visited = new Uint8Array(keys.tiles);
    keysOf[row] = 0;
    for (let run = starts[2 * row]; run < starts[2 * row + 2]; run++) {
      const [begin, end] = [runs[2 * run], runs[2 * run + 1]];
      const isFull = run >= starts[2 * row + 1];
      if (
        begin % granularity !== 0 ||
        (end % granularity !== 0 && end !== slots) ||
        begin >= end ||
        end > slots
      )
        problems.push(`row ${row}: run ${begin}..${end} is off the grid`);
      const isFirst = run === starts[2 * row] || run === starts[2 * row + 1];
      if (!isFirst && runs[2 * run - 1] >= begin)
        problems.push(`row ${row}: run ${begin}..${end} is not in order`);
      keysOf[row] += end - begin;
      for (let column = begin / granularity; column * granularity < end; column++) {
        if (visited[column]) problems.push(`row ${row}: tile ${column} is visited twice`);
        visited[column] = isFull ? 2 : 1;
      }
    }
    for (let column = 0; column < keys.tiles; column++) {
      const area = rowsOf[row].length * columnsOf[column].length;
      const isWhole = columnsOf[column].length === granularity;
      if (visited[column] === 0) {
        if (live[column] > 0)
          problems.push(`row ${row}: ${live[column]} live pairs of tile ${column} are not visited`);
        continue;
      }
      found.visitedPairs += area;
      if (visited[column] === 2) {
        found.fullTiles++;
        if (live[column] !== area || !isWhole)
          problems.push(`row ${row}: the full tile ${column} has dead pairs`);
      } else {
        found.partialTiles++;
        if (live[column] === 0) deadTiles++;
        else if (live[column] === area && isWhole) fullTiles++;
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

/** By tile: the positions of the launch in its slots. */
function positionsOf(
  view: BoundView,
  from: number,
  count: number,
  side: string,
  problems: string[],
): readonly (readonly number[])[] {
  const slots = new Int32Array(view.tile);
  const seen = new Uint8Array(count);
  return Array.from({ length: view.tiles }, (_, tile) => {
    tilePositions(view, tile, slots);
    const own = Array.from(slots).filter((position) => position >= from && position < from + count);
    for (const position of own) {
      if (seen[position - from]++ > 0) problems.push(`position ${position} is twice in the ${side}`);
    }
    return own;
  });
}
