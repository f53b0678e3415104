import type { BoundAxis } from '../../view.ts';

/** An axis of a view and the coordinate that stands for it in a mask. */
export interface LeafAxis {
  readonly leaf: number;
  readonly axis: BoundAxis;
}

/**
 * Which parts of some key axes are met from each part of some query axes, as far as some conjuncts of a mask go. Rows and
 * columns are numbered row-major over the parts.
 *
 * Row r has the runs first[r] .. last[r] - 1 of lists that rows share, each moved by shift[r] columns and cut to
 * 0 .. columns - 1: columns begin to end - 1, `full` 1 where all their pairs are live, and no slot is without a key. The
 * runs of a row are ascending and disjoint, neighbours of one class are one run, and none is cut to nothing.
 */
export interface AxisRelation {
  readonly rows: number;
  readonly columns: number;
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly shift: Int32Array;
  readonly begin: Int32Array;
  readonly end: Int32Array;
  readonly full: Uint8Array;
  /** Boxes that were looked at. */
  readonly visits: number;
}

/** First column of a run in a row, after the move and the cut. */
export function beginIn({ begin, shift }: AxisRelation, row: number, run: number): number {
  return Math.max(0, begin[run] + shift[row]);
}

/** One past the last column of a run in a row. */
export function endIn({ end, shift, columns }: AxisRelation, row: number, run: number): number {
  return Math.min(columns, end[run] + shift[row]);
}

/** A relation whose row r has the runs starts[r] .. starts[r + 1] - 1 for itself. */
export function plainRelation(
  columns: number,
  starts: Int32Array,
  { begin, end, full }: Pick<AxisRelation, 'begin' | 'end' | 'full'>,
): AxisRelation {
  const rows = starts.length - 1;
  const [first, last] = [starts.subarray(0, rows), starts.subarray(1)];
  return { rows, columns, first, last, shift: new Int32Array(rows), begin, end, full, visits: 0 };
}

/** A growing list of runs, each with its row, in any order. */
export class RelationRuns {
  private words = new Int32Array(3 * 256);
  private length = 0;

  push(row: number, begin: number, end: number, full: boolean): void {
    const at = 3 * this.length++;
    if (at === this.words.length) {
      const grown = new Int32Array(2 * at);
      grown.set(this.words);
      this.words = grown;
    }
    this.words[at] = row;
    this.words[at + 1] = 2 * begin + (full ? 1 : 0);
    this.words[at + 2] = end;
  }

  /** Sorted by row and column, neighbours of one class joined. */
  finish(rows: number, columns: number): AxisRelation {
    const { words, length } = this;
    const bounds = new Int32Array(rows + 1);
    for (let run = 0; run < length; run++) bounds[words[3 * run] + 1]++;
    for (let row = 0; row < rows; row++) bounds[row + 1] += bounds[row];
    const cursor = bounds.slice(0, rows);
    // Begin (with its class) and end of a run in one number, so that a row can be sorted as numbers.
    const packed = new Float64Array(length);
    for (let run = 0; run < length; run++)
      packed[cursor[words[3 * run]]++] = words[3 * run + 1] * 2 ** 26 + words[3 * run + 2];
    const starts = new Int32Array(rows + 1);
    const [begin, end] = [new Int32Array(length), new Int32Array(length)];
    const full = new Uint8Array(length);
    let count = 0;
    for (let row = 0; row < rows; row++) {
      const [from, to] = [bounds[row], bounds[row + 1]];
      let isSorted = true;
      for (let run = from + 1; run < to; run++) isSorted &&= packed[run - 1] < packed[run];
      if (!isSorted) packed.subarray(from, to).sort();
      for (let run = from; run < to; run++) {
        const head = Math.floor(packed[run] / 2 ** 26);
        const [low, high, own] = [head >> 1, packed[run] % 2 ** 26, head & 1];
        if (count > starts[row] && end[count - 1] === low && full[count - 1] === own) {
          end[count - 1] = high;
        } else {
          begin[count] = low;
          end[count] = high;
          full[count++] = own;
        }
      }
      starts[row + 1] = count;
    }
    const lists = { begin: begin.subarray(0, count), end: end.subarray(0, count), full };
    return plainRelation(columns, starts, { ...lists, full: full.subarray(0, count) });
  }
}
