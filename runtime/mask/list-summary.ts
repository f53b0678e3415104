import type { HostArray } from '../arrays.ts';
import { lowerBound } from './evaluate.ts';
import { ALL, MIXED, NONE, type Verdict } from './int-set.ts';

/** Cells of the finest level of the summary, at most. */
const MAX_CELLS = 2 ** 21;
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
  private readonly starts: Int32Array;
  private readonly values: Int32Array;
  private readonly largest: number;
  private readonly levels: Level[] = [];

  constructor({ starts, values }: HostArray & { kind: 'list' }) {
    this.starts = starts;
    this.values = values;
    this.largest = values.reduce((largest, value) => Math.max(largest, value), -1);
    let rows = Math.max(1, starts.length - 1);
    let columns = Math.max(1, this.largest + 1);
    let shift = 0;
    while (rows * columns > MAX_CELLS)
      [rows, columns, shift] = [(rows + 1) >> 1, (columns + 1) >> 1, shift + 1];
    this.levels.push(this.finest(rows, columns, shift));
    while (rows > 1 || columns > 1) {
      const below = this.levels[this.levels.length - 1];
      [rows, columns] = [(rows + 1) >> 1, (columns + 1) >> 1];
      this.levels.push(halve(below, rows, columns));
    }
  }

  /** Rows are inside the list, ends included; any values. */
  verdict(rowLow: number, rowHigh: number, low: number, high: number): Verdict {
    if (low > this.largest || high < 0) return NONE;
    if (rowHigh - rowLow < MAX_SEARCHED_ROWS) return this.search(rowLow, rowHigh, low, high);
    const from = Math.max(0, low);
    const to = Math.min(this.largest, high);
    // Start where the rectangle meets at most two cells a side: boxes of a descent are mostly one whole cell.
    const span = Math.max(rowHigh - rowLow, to - from);
    const level = Math.min(this.levels.length - 1, Math.max(0, 32 - Math.clz32(span) - this.levels[0].shift));
    const { shift } = this.levels[level];
    for (let row = rowLow >> shift; row <= rowHigh >> shift; row++) {
      for (let column = from >> shift; column <= to >> shift; column++) {
        if (this.anyMember(level, row, column, rowLow, rowHigh, from, to)) return MIXED;
      }
    }
    return NONE;
  }

  private search(rowLow: number, rowHigh: number, low: number, high: number): Verdict {
    let verdict: Verdict | -1 = -1;
    for (let row = rowLow; row <= rowHigh; row++) {
      const end = this.starts[row + 1];
      const from = lowerBound(this.values, low, this.starts[row], end);
      const here: Verdict =
        from === end || this.values[from] > high
          ? NONE
          : this.values[from + (high - low)] === high && from + (high - low) < end
            ? ALL
            : MIXED;
      if (here === MIXED || (verdict >= 0 && verdict !== here)) return MIXED;
      verdict = here;
    }
    return verdict as Verdict;
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
    for (let row = 0; row + 1 < this.starts.length; row++) {
      const base = (row >> shift) * columns;
      for (let at = this.starts[row]; at < this.starts[row + 1]; at++)
        any[base + (this.values[at] >> shift)] = 1;
    }
    return { shift, columns, any };
  }
}

function halve(below: Level, rows: number, columns: number): Level {
  const any = new Uint8Array(rows * columns);
  below.any.forEach((set, at) => {
    if (!set) return;
    const row = Math.floor(at / below.columns) >> 1;
    any[row * columns + ((at % below.columns) >> 1)] = 1;
  });
  return { shift: below.shift + 1, columns, any };
}
