import { measureRuns, writeBitRuns } from './bit-runs.ts';
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
 * (the descent visits them so); runs of one class that touch become one. Rows between two borders of rectangles are alike:
 * the first of them is made, the others share its runs.
 */
export function assembleRunTable(rectangles: RectangleList, shape: TableShape): RunTable {
  const { queryTile, granularity, rows, visits } = shape;
  const after = rowsAfter(rectangles, rows);
  const counted = countRuns(rectangles, shape, after);
  const { starts, keysOfRow, partialTiles, fullTiles, visitedPairs } = counted;
  const sources = new Int32Array(2 * rows);
  let [partialRuns, fullRuns] = [0, 0];
  for (let row = 0; row < rows; row = after[row]) {
    partialRuns += (after[row] - row) * starts[2 * row + 1];
    fullRuns += (after[row] - row) * starts[2 * row + 2];
    for (let copy = row; copy < after[row]; copy++) {
      keysOfRow[copy] = keysOfRow[row];
      sources[2 * copy] = row;
    }
  }
  for (let segment = 0; segment < 2 * rows; segment++) starts[segment + 1] += starts[segment];
  const runs = writeRuns(rectangles, shape, after, starts);
  return {
    queryTile,
    granularity,
    rows,
    order: longestFirst(keysOfRow),
    sources,
    starts,
    runs,
    statistics: { visits, partialRuns, fullRuns, partialTiles, fullTiles, visitedPairs },
  };
}

/** By row: the first row behind it at which a rectangle begins or ends. */
function rowsAfter({ words, spans }: RectangleList, rows: number): Int32Array {
  const isBorder = new Uint8Array(rows + 1);
  isBorder[rows] = 1;
  for (const span of spans) {
    if (span.kind === 'comb') {
      isBorder[span.rowBegin] = isBorder[span.rowEnd] = 1;
      continue;
    }
    for (let at = 5 * span.from; at < 5 * span.to; at += 5)
      isBorder[words[at] + span.rows] = isBorder[words[at + 1] + span.rows] = 1;
  }
  const after = new Int32Array(rows);
  for (let row = rows - 1, next = rows; row >= 0; row--) {
    after[row] = next;
    if (isBorder[row]) next = row;
  }
  return after;
}

interface CountedRuns {
  /** One behind each row and class that is not a copy: its runs. */
  readonly starts: Uint32Array;
  readonly keysOfRow: Float64Array;
  readonly partialTiles: number;
  readonly fullTiles: number;
  readonly visitedPairs: number;
}

function countRuns(
  { words, spans }: RectangleList,
  { nq, nk, queryTile, granularity, rows }: TableShape,
  after: Int32Array,
): CountedRuns {
  const starts = new Uint32Array(2 * rows + 1);
  const lastEnd = new Int32Array(2 * rows).fill(-1);
  const keysOfRow = new Float64Array(rows);
  let [partialTiles, fullTiles, visitedPairs] = [0, 0, 0];
  /** Runs of some rows: the first begins at `begin`, the last ends at `end`, and `columns` is how many they hold. */
  const add = (
    rowBegin: number,
    rowEnd: number,
    full: number,
    begin: number,
    end: number,
    columns: number,
    runs: number,
  ): void => {
    const tiles = (rowEnd - rowBegin) * columns;
    if (full) fullTiles += tiles;
    else partialTiles += tiles;
    const keys = columns * granularity - Math.max(0, end * granularity - nk);
    visitedPairs += (Math.min(nq, rowEnd * queryTile) - rowBegin * queryTile) * keys;
    for (let row = rowBegin; row < rowEnd; row = after[row]) {
      const segment = 2 * row + full;
      starts[segment + 1] += lastEnd[segment] === begin ? runs - 1 : runs;
      lastEnd[segment] = end;
      keysOfRow[row] += keys;
    }
  };
  const found = { runs: 0, bits: 0, begin: 0, end: 0 };
  for (const span of spans) {
    if (span.kind === 'comb') {
      const { rowBegin, rowEnd, full, base } = span;
      measureRuns(span.words, base + span.begin, base + span.end, found);
      const { runs, bits } = found;
      if (runs > 0) add(rowBegin, rowEnd, full, found.begin - base, found.end - base, bits, runs);
      continue;
    }
    const { rows: down, columns: right } = span;
    for (let at = 5 * span.from; at < 5 * span.to; at += 5) {
      const [begin, end] = [words[at + 2] + right, words[at + 3] + right];
      add(words[at] + down, words[at + 1] + down, words[at + 4], begin, end, end - begin, 1);
    }
  }
  return { starts, keysOfRow, partialTiles, fullTiles, visitedPairs };
}

function writeRuns(
  { words, spans }: RectangleList,
  { nk, granularity, rows }: TableShape,
  after: Int32Array,
  starts: Uint32Array,
): Uint32Array {
  const runs = new Uint32Array(2 * starts[2 * rows]);
  const cursor = starts.slice(0, 2 * rows);
  for (const span of spans) {
    if (span.kind === 'comb') {
      const { rowBegin, rowEnd, full, base, begin, end } = span;
      const [bits, places] = [[base + begin, base + end] as const, [base, granularity] as const];
      for (let row = rowBegin; row < rowEnd; row = after[row]) {
        const segment = 2 * row + full;
        const at = 2 * cursor[segment];
        const isSet = ((span.words[bits[0] >>> 5] >>> (bits[0] & 31)) & 1) === 1;
        // The first run goes on where the last one ended.
        const isJoined = isSet && cursor[segment] > starts[segment] && runs[at - 1] === begin * granularity;
        const first = isJoined ? at - 2 : at;
        const joined = runs[first];
        const next = writeBitRuns(span.words, bits, places, runs, first);
        if (isJoined) runs[first] = joined;
        if (next === first) continue;
        if (runs[next - 1] > nk) runs[next - 1] = nk;
        cursor[segment] = next / 2;
      }
      continue;
    }
    for (let word = 5 * span.from; word < 5 * span.to; word += 5) {
      const begin = (words[word + 2] + span.columns) * granularity;
      const end = Math.min(nk, (words[word + 3] + span.columns) * granularity);
      const [rowBegin, rowEnd] = [words[word] + span.rows, words[word + 1] + span.rows];
      for (let row = rowBegin; row < rowEnd; row = after[row]) {
        const segment = 2 * row + words[word + 4];
        const at = 2 * cursor[segment];
        if (cursor[segment] > starts[segment] && runs[at - 1] === begin) {
          runs[at - 1] = end;
        } else {
          runs[at] = begin;
          runs[at + 1] = end;
          cursor[segment]++;
        }
      }
    }
  }
  return runs;
}
