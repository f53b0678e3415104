import type { BoundAxis } from '../view.ts';

/** An axis of a view and the coordinate that stands for it in a mask. */
export interface LeafAxis {
  readonly leaf: number;
  readonly axis: BoundAxis;
}

/**
 * Which parts of some key axes are met from each part of some query axes, as far as some conjuncts of a mask go. Rows and
 * columns are numbered row-major over the parts. Row r has the runs starts[r] .. starts[r + 1] - 1, ascending and
 * disjoint: columns begin to end - 1, `full` 1 where all their pairs are live, and no slot is without a key.
 */
export interface AxisRelation {
  readonly rows: number;
  readonly columns: number;
  readonly starts: Int32Array;
  readonly begin: Int32Array;
  readonly end: Int32Array;
  readonly full: Uint8Array;
  /** Boxes that were looked at. */
  readonly visits: number;
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
  finish(rows: number, columns: number, visits: number): AxisRelation {
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
        const [first, last, own] = [head >> 1, packed[run] % 2 ** 26, head & 1];
        if (count > starts[row] && end[count - 1] === first && full[count - 1] === own) {
          end[count - 1] = last;
        } else {
          begin[count] = first;
          end[count] = last;
          full[count++] = own;
        }
      }
      starts[row + 1] = count;
    }
    return { rows, columns, starts, begin, end, full, visits };
  }
}
