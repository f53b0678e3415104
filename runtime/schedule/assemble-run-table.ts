import { longestFirst } from './order-rows.ts';
import type { RectangleList } from './rectangle-list.ts';
import type { RunTable } from './run-table.ts';

interface TableShape {
  readonly nq: number;
  readonly nk: number;
  readonly queryTile: number;
  readonly granularity: number;
  readonly rows: number;
  readonly visits: number;
}

/**
 * Rows of runs from rectangles of tiles. The rectangles that meet a row are given in ascending order of their columns
 * (the descent visits them so); runs of one class that touch become one.
 */
export function assembleRunTable(rectangles: RectangleList, shape: TableShape): RunTable {
  const { nq, nk, queryTile, granularity, rows } = shape;
  const segments = 2 * rows;
  const starts = new Uint32Array(segments + 1);
  const lastEnd = new Int32Array(segments).fill(-1);
  let [partialTiles, fullTiles, visitedPairs] = [0, 0, 0];
  const keysOfRow = new Float64Array(rows);
  const { words, spans } = rectangles;
  for (const span of spans) {
    for (let at = 5 * span.from; at < 5 * span.to; at += 5) {
      const [rowBegin, rowEnd] = [words[at] + span.rows, words[at + 1] + span.rows];
      const [begin, end] = [words[at + 2] + span.columns, words[at + 3] + span.columns];
      const full = words[at + 4];
      const tiles = (rowEnd - rowBegin) * (end - begin);
      if (full) fullTiles += tiles;
      else partialTiles += tiles;
      const keys = Math.min(nk, end * granularity) - begin * granularity;
      visitedPairs += (Math.min(nq, rowEnd * queryTile) - rowBegin * queryTile) * keys;
      for (let row = rowBegin; row < rowEnd; row++) {
        const segment = 2 * row + full;
        if (lastEnd[segment] !== begin) starts[segment + 1]++;
        lastEnd[segment] = end;
        keysOfRow[row] += keys;
      }
    }
  }
  for (let segment = 0; segment < segments; segment++) starts[segment + 1] += starts[segment];
  const runs = new Uint32Array(2 * starts[segments]);
  const cursor = starts.slice(0, segments);
  for (const span of spans) {
    for (let at = 5 * span.from; at < 5 * span.to; at += 5) {
      const begin = (words[at + 2] + span.columns) * granularity;
      const end = Math.min(nk, (words[at + 3] + span.columns) * granularity);
      const [rowBegin, rowEnd] = [words[at] + span.rows, words[at + 1] + span.rows];
      for (let row = rowBegin; row < rowEnd; row++) {
        const segment = 2 * row + words[at + 4];
        const previous = 2 * cursor[segment] - 1;
        if (cursor[segment] > starts[segment] && runs[previous] === begin) {
          runs[previous] = end;
        } else {
          runs[2 * cursor[segment]] = begin;
          runs[2 * cursor[segment]++ + 1] = end;
        }
      }
    }
  }
  let fullRuns = 0;
  for (let row = 0; row < rows; row++) fullRuns += starts[2 * row + 2] - starts[2 * row + 1];
  const partialRuns = starts[segments] - fullRuns;
  return {
    queryTile,
    granularity,
    rows,
    order: longestFirst(keysOfRow),
    starts,
    runs,
    statistics: { visits: shape.visits, partialRuns, fullRuns, partialTiles, fullTiles, visitedPairs },
  };
}
