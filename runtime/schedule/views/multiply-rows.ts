import { beginIn, endIn, type AxisRelation } from './axis-relation.ts';

/** Receives tiles begin to end - 1 of a row, ascending; full is 1 or 0. */
export type PushRun = (begin: number, end: number, full: number) => void;

/** What a row of a relation is: one run over all columns, partial or full, or something else. */
export const SOME = 0;
const WHOLE_PARTIAL = 1;
export const WHOLE_FULL = 2;

/** Multiplies one row of each of some relations. A column of the product is row-major over theirs; of none there is one. */
export class RowProduct {
  /** Columns of the product. */
  readonly columns: number;
  private readonly relations: readonly AxisRelation[];
  /** By relation and row: is it one run over all columns? */
  private readonly whole: readonly Uint8Array[];
  private readonly strides: Int32Array;

  constructor(relations: readonly AxisRelation[]) {
    this.relations = relations;
    this.whole = relations.map(wholeRows);
    // Columns of all later relations for one column of a relation.
    this.strides = new Int32Array(relations.length);
    let columns = 1;
    for (let at = relations.length - 1; at >= 0; at--) {
      this.strides[at] = columns;
      columns *= relations[at].columns;
    }
    this.columns = columns;
  }

  /** Pushes the runs where `rows` has a row of each relation, their columns counted from `base`. */
  emit(rows: Int32Array, base: number, push: PushRun): void {
    if (this.relations.length === 0) push(base, base + 1, 1);
    else this.emitFrom(0, rows, base, 1, push);
  }

  private emitFrom(at: number, rows: Int32Array, base: number, full: number, push: PushRun): void {
    const relation = this.relations[at];
    const row = rows[at];
    const stride = this.strides[at];
    const rest = this.wholeAfter(at, rows);
    for (let run = relation.first[row]; run < relation.last[row]; run++) {
      const own = full & relation.full[run];
      const begin = beginIn(relation, row, run);
      const end = endIn(relation, row, run);
      if (rest !== SOME) {
        push(base + begin * stride, base + end * stride, rest === WHOLE_FULL ? own : 0);
        continue;
      }
      for (let column = begin; column < end; column++)
        this.emitFrom(at + 1, rows, base + column * stride, own, push);
    }
  }

  /** Do the later relations take all of their columns, and in full? */
  private wholeAfter(at: number, rows: Int32Array): number {
    let all = WHOLE_FULL;
    for (let later = at + 1; later < this.relations.length; later++) {
      const own = this.whole[later][rows[later]];
      if (own === SOME) return SOME;
      if (own === WHOLE_PARTIAL) all = WHOLE_PARTIAL;
    }
    return all;
  }
}

/** Runs of many rows, two words each, by class: row r has the words starts[r] .. starts[r + 1] - 1. */
export interface RunLists {
  readonly partial: RunList;
  readonly full: RunList;
  /** Both, whatever their class. */
  readonly visited: RunList;
}

export interface RunList {
  readonly starts: Int32Array;
  readonly words: Int32Array;
}

/** All rows of a product, row-major over those of the relations, in one place: for rows that are needed many times. */
export function multiplyRows(relations: readonly AxisRelation[]): RunLists {
  const product = new RowProduct(relations);
  const rows = relations.reduce((count, relation) => count * relation.rows, 1);
  const [partial, full, visited] = [new GrowingLists(rows), new GrowingLists(rows), new GrowingLists(rows)];
  const push: PushRun = (begin, end, isFull) => {
    (isFull ? full : partial).push(begin, end);
    visited.push(begin, end);
  };
  const current = new Int32Array(relations.length);
  for (let row = 0; row < rows; row++) {
    let rest = row;
    for (let at = relations.length - 1; at >= 0; at--) {
      current[at] = rest % relations[at].rows;
      rest = Math.floor(rest / relations[at].rows);
    }
    product.emit(current, 0, push);
    for (const list of [partial, full, visited]) list.endRow(row);
  }
  return { partial, full, visited };
}

class GrowingLists implements RunList {
  readonly starts: Int32Array;
  words = new Int32Array(1024);
  private written = 0;
  private rowBegin = 0;

  constructor(rows: number) {
    this.starts = new Int32Array(rows + 1);
  }

  push(begin: number, end: number): void {
    if (this.written > this.rowBegin && this.words[this.written - 1] === begin) {
      this.words[this.written - 1] = end;
      return;
    }
    if (this.written === this.words.length) {
      const grown = new Int32Array(2 * this.written);
      grown.set(this.words);
      this.words = grown;
    }
    this.words[this.written++] = begin;
    this.words[this.written++] = end;
  }

  endRow(row: number): void {
    this.starts[row + 1] = this.rowBegin = this.written;
  }
}

/** By row: SOME, WHOLE_PARTIAL or WHOLE_FULL. */
export function wholeRows(relation: AxisRelation): Uint8Array {
  const { rows, columns, first, last, full } = relation;
  const whole = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const run = first[row];
    const isOne =
      last[row] === run + 1 && beginIn(relation, row, run) === 0 && endIn(relation, row, run) === columns;
    whole[row] = !isOne ? SOME : full[run] ? WHOLE_FULL : WHOLE_PARTIAL;
  }
  return whole;
}
