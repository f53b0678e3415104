import type { HostArray } from '../../arrays.ts';
import { lowerBound } from '../exact/evaluate.ts';
import { ALL, MIXED, NONE, type Verdict } from '../sets/int-set.ts';

/** Cells of the finest level of the summary, at most: in all, and for each member of the list. */
const MAX_CELLS = 2 ** 21;
const CELLS_PER_MEMBER = 8;
/** Rows of at least so many members get an index of where each block of values begins, which keeps a search local. */
const MIN_INDEXED_ROW = 1024;
const INDEX_SHIFT = 6;
/** So many rows are searched one by one. */
const MAX_SEARCHED_ROWS = 8;

interface Level {
  /** A cell has 2^shift rows and 2^shift values. */
  readonly shift: number;
  readonly columns: number;
  readonly any: Uint8Array;
}

const known = new WeakMap<Int32Array, ListSummary>();

/** The summary of a list array, built at the first call. */
export function listSummary(array: HostArray & { kind: 'list' }): ListSummary {
  const found = known.get(array.starts) ?? new ListSummary(array);
  known.set(array.starts, found);
  return found;
}

/**
 * Which rectangles (rows x values) of a list hold a member: a pyramid of "any" bits over square cells, and a search of
 * the rows themselves where the rectangle is low. Exact for a few rows; for many rows "none" and "some" are sound, and
 * "all" is not attempted.
 */
export class ListSummary {
  readonly rows: number;
  private readonly starts: Int32Array;
  private readonly values: Int32Array;
  private readonly largest: number;
  /** From fine to coarse; found when many rows are asked about. */
  private known: readonly Level[] | null = null;
  /** By long row: the position of the first member that is at least block * 2^INDEX_SHIFT. */
  private readonly blocks = new Map<number, Int32Array>();
  /** By length and row: first and last value of every run of members, or of values that are none, of at least that length. */
  private readonly longRuns = new Map<number, Map<number, Float64Array>>();
  /** What was asked for last of them. */
  private lastRuns: { readonly length: number; readonly row: number; readonly runs: Float64Array } | null =
    null;

  constructor({ starts, values }: HostArray & { kind: 'list' }) {
    this.starts = starts;
    this.rows = starts.length - 1;
    this.values = values;
    let largest = -1;
    for (let at = 0; at < values.length; at++) if (values[at] > largest) largest = values[at];
    this.largest = largest;
  }

  private get levels(): readonly Level[] {
    return (this.known ??= this.findLevels());
  }

  private findLevels(): readonly Level[] {
    const most = Math.min(MAX_CELLS, Math.max(2 ** 12, CELLS_PER_MEMBER * this.values.length));
    let rows = Math.max(1, this.rows);
    let columns = Math.max(1, this.largest + 1);
    let shift = 0;
    while (rows * columns > most) [rows, columns, shift] = [(rows + 1) >> 1, (columns + 1) >> 1, shift + 1];
    const levels = [this.finest(rows, columns, shift)];
    while (rows > 1 || columns > 1) {
      [rows, columns] = [(rows + 1) >> 1, (columns + 1) >> 1];
      levels.push(halve(levels[levels.length - 1], rows, columns));
    }
    return levels;
  }

  /** Rows are inside the list, ends included; any values. */
  verdict(rowLow: number, rowHigh: number, low: number, high: number): Verdict {
    if (low > this.largest || high < 0) return NONE;
    if (rowHigh - rowLow < MAX_SEARCHED_ROWS) return this.search(rowLow, rowHigh, low, high);
    const from = Math.max(0, low);
    const to = Math.min(this.largest, high);
    // Start where the rectangle meets at most two cells a side: boxes of a descent are mostly one whole cell.
    const span = Math.max(rowHigh - rowLow, to - from);
    const { levels } = this;
    const level = Math.min(levels.length - 1, Math.max(0, 32 - Math.clz32(span) - levels[0].shift));
    const { shift } = levels[level];
    for (let row = rowLow >> shift; row <= rowHigh >> shift; row++) {
      for (let column = from >> shift; column <= to >> shift; column++) {
        if (this.anyMember(level, row, column, rowLow, rowHigh, from, to)) return MIXED;
      }
    }
    return NONE;
  }

  /** Has a row so many members that it is searched by an index? */
  isLong(row: number): boolean {
    return this.starts[row + 1] - this.starts[row] >= MIN_INDEXED_ROW;
  }

  /** Does every part of low .. high that has `stretch` values hold a member of the row and a value that is none? */
  saturates(row: number, low: number, high: number, stretch: number): boolean {
    if ((high - low + 1) / stretch - 1 > this.starts[row + 1] - this.starts[row]) return false;
    const runs = this.runsOfAtLeast(stretch, row);
    let [from, to] = [0, runs.length >> 1];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (runs[2 * middle + 1] < low + stretch - 1) from = middle + 1;
      else to = middle;
    }
    // The first run that ends late enough is the one that begins first.
    return (
      2 * from === runs.length ||
      Math.min(high, runs[2 * from + 1]) - Math.max(low, runs[2 * from]) < stretch - 1
    );
  }

  private runsOfAtLeast(length: number, row: number): Float64Array {
    const { lastRuns } = this;
    if (lastRuns?.length === length && lastRuns.row === row) return lastRuns.runs;
    const ofLength = this.longRuns.get(length) ?? new Map<number, Float64Array>();
    this.longRuns.set(length, ofLength);
    const found = ofLength.get(row) ?? this.findRuns(length, row);
    ofLength.set(row, found);
    this.lastRuns = { length, row, runs: found };
    return found;
  }

  private findRuns(length: number, row: number): Float64Array {
    const { starts, values } = this;
    const runs: number[] = [];
    const add = (first: number, last: number) => {
      if (last - first >= length - 1) runs.push(first, last);
    };
    let next = -Infinity;
    for (let at = starts[row]; at < starts[row + 1];) {
      const first = values[at];
      add(next, first - 1);
      for (at++; at < starts[row + 1] && values[at] === values[at - 1] + 1;) at++;
      next = values[at - 1] + 1;
      add(first, next - 1);
    }
    add(next, Infinity);
    return Float64Array.from(runs);
  }

  private search(rowLow: number, rowHigh: number, low: number, high: number): Verdict {
    let verdict: Verdict | -1 = -1;
    for (let row = rowLow; row <= rowHigh; row++) {
      const end = this.starts[row + 1];
      const from = this.firstAtLeast(low, row);
      const here: Verdict =
        from === end || this.values[from] > high
          ? NONE
          : // The end first: a read behind the array makes V8 throw compiled code away.
            from + (high - low) < end && this.values[from + (high - low)] === high
            ? ALL
            : MIXED;
      if (here === MIXED || (verdict >= 0 && verdict !== here)) return MIXED;
      verdict = here;
    }
    return verdict as Verdict;
  }

  /** Position of the first member of a row that is at least `value`, else the end of the row. */
  private firstAtLeast(value: number, row: number): number {
    const { starts, values } = this;
    if (!this.isLong(row)) return lowerBound(values, value, starts[row], starts[row + 1]);
    if (value <= 0) return starts[row];
    if (value > this.largest) return starts[row + 1];
    const blocks = this.blocks.get(row) ?? this.indexRow(row);
    const block = value >> INDEX_SHIFT;
    return lowerBound(values, value, blocks[block], blocks[block + 1]);
  }

  private indexRow(row: number): Int32Array {
    const { starts, values } = this;
    const blocks = new Int32Array((this.largest >> INDEX_SHIFT) + 2);
    let at = starts[row];
    for (let block = 0; block < blocks.length; block++) {
      while (at < starts[row + 1] && values[at] < block << INDEX_SHIFT) at++;
      blocks[block] = at;
    }
    this.blocks.set(row, blocks);
    return blocks;
  }

  private anyMember(
    level: number,
    row: number,
    column: number,
    rowLow: number,
    rowHigh: number,
    low: number,
    high: number,
  ): boolean {
    const { shift, columns, any } = this.levels[level];
    if (!any[row * columns + column]) return false;
    const top = row << shift;
    const left = column << shift;
    const bottom = top + (1 << shift) - 1;
    const right = left + (1 << shift) - 1;
    if (rowLow <= top && rowHigh >= bottom && low <= left && high >= right) return true;
    if (rowHigh < top || rowLow > bottom || high < left || low > right) return false;
    if (level === 0) {
      // A cell that the rectangle cuts: look at the rows where they are few, else say "some", which is sound.
      const [from, to] = [Math.max(rowLow, top), Math.min(rowHigh, bottom, this.starts.length - 2)];
      return to - from >= 64 || this.search(from, to, Math.max(low, left), Math.min(high, right)) !== NONE;
    }
    const below = this.levels[level - 1];
    const belowRows = below.any.length / below.columns;
    for (let y = 2 * row; y <= 2 * row + 1 && y < belowRows; y++) {
      for (let x = 2 * column; x <= 2 * column + 1 && x < below.columns; x++) {
        if (this.anyMember(level - 1, y, x, rowLow, rowHigh, low, high)) return true;
      }
    }
    return false;
  }

  private finest(rows: number, columns: number, shift: number): Level {
    const any = new Uint8Array(rows * columns);
    const { starts, values } = this;
    for (let row = 0; row + 1 < starts.length; row++) {
      const base = (row >> shift) * columns;
      for (let at = starts[row]; at < starts[row + 1]; at++) any[base + (values[at] >> shift)] = 1;
    }
    return { shift, columns, any };
  }
}

function halve(below: Level, rows: number, columns: number): Level {
  const any = new Uint8Array(rows * columns);
  const belowRows = below.any.length / below.columns;
  for (let row = 0; row < belowRows; row++) {
    const from = row * below.columns;
    const base = (row >> 1) * columns;
    for (let column = 0; column < below.columns; column++)
      any[base + (column >> 1)] |= below.any[from + column];
  }
  return { shift: below.shift + 1, columns, any };
}
