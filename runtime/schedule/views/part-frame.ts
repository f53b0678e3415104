import { beginIn, endIn, RelationRuns, type AxisRelation } from './axis-relation.ts';

/** First and one past the last part of every side of a box: query axes, then key axes. */
export interface PartBox {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Collects what is live in a box of parts as a relation: its rows and columns are row-major over the parts of the box. */
export class PartFrame {
  private readonly box: PartBox;
  private readonly queryCount: number;
  /** By side: rows, or columns, from one part to the next. */
  private readonly strides: number[];
  private readonly rows: number;
  private readonly columns: number;
  private readonly runs = new RelationRuns();
  private isEmpty = true;
  /** What was poured in for the whole box. */
  private whole: AxisRelation | null = null;

  constructor({ from, to }: PartBox, queryCount: number) {
    this.box = { from: [...from], to: [...to] };
    this.queryCount = queryCount;
    this.strides = new Array<number>(from.length);
    const number = (first: number, last: number): number => {
      let count = 1;
      for (let side = last - 1; side >= first; side--) {
        this.strides[side] = count;
        count *= to[side] - from[side];
      }
      return count;
    };
    this.rows = number(0, queryCount);
    this.columns = number(queryCount, from.length);
  }

  /**
   * Takes a box of parts. `wholes` has, by side, one past the last part that does not hang over its axis: of those behind
   * it, no tile of keys is full.
   */
  push(box: PartBox, wholes: readonly number[], full: boolean): void {
    this.isEmpty = false;
    this.pushRows(0, 0, box, wholes, full);
  }

  private pushRows(side: number, row: number, box: PartBox, wholes: readonly number[], full: boolean): void {
    if (side === this.queryCount) return this.pushColumns(side, row, 0, box, wholes, full);
    const first = this.box.from[side];
    for (let part = box.from[side]; part < box.to[side]; part++)
      this.pushRows(side + 1, row + (part - first) * this.strides[side], box, wholes, full);
  }

  private pushColumns(
    side: number,
    row: number,
    column: number,
    box: PartBox,
    wholes: readonly number[],
    full: boolean,
  ): void {
    const last = this.strides.length - 1;
    if (side > last) return this.runs.push(row, 0, 1, full);
    const first = this.box.from[side];
    const [from, to, whole] = [box.from[side], box.to[side], wholes[side]];
    if (side < last) {
      for (let part = from; part < to; part++) {
        const next = column + (part - first) * this.strides[side];
        this.pushColumns(side + 1, row, next, box, wholes, full && part < whole);
      }
      return;
    }
    const middle = full ? Math.min(to, Math.max(from, whole)) : from;
    const base = column - first;
    if (from < middle) this.runs.push(row, base + from, base + middle, true);
    if (middle < to) this.runs.push(row, base + middle, base + to, false);
  }

  /** Takes what is live in a box of parts that was derived on its own. */
  pour(relation: AxisRelation, box: PartBox): void {
    const isWhole = this.strides.every(
      (_, side) => box.from[side] === this.box.from[side] && box.to[side] === this.box.to[side],
    );
    if (isWhole && this.isEmpty) {
      this.whole = relation;
      this.isEmpty = false;
      return;
    }
    this.isEmpty = false;
    const { first, last, full } = relation;
    const rowOf = this.placesOf(box, 0, this.queryCount);
    const { length, blockOf } = this.blocksOf(box);
    for (let row = 0; row < rowOf.length; row++) {
      for (let run = first[row]; run < last[row]; run++) {
        const end = endIn(relation, row, run);
        let from = beginIn(relation, row, run);
        while (from < end) {
          const block = Math.floor(from / length);
          const to = Math.min(end, (block + 1) * length);
          const shift = blockOf[block] - block * length;
          this.runs.push(rowOf[row], from + shift, to + shift, full[run] === 1);
          from = to;
        }
      }
    }
  }

  /** Columns of a box that are neighbours here too, and where each such block begins. */
  private blocksOf(box: PartBox): { readonly length: number; readonly blockOf: Int32Array } {
    let side = this.strides.length;
    let length = 1;
    while (side > this.queryCount) {
      side--;
      length *= box.to[side] - box.from[side];
      if (box.from[side] !== this.box.from[side] || box.to[side] !== this.box.to[side]) break;
    }
    const within =
      side < this.strides.length ? (box.from[side] - this.box.from[side]) * this.strides[side] : 0;
    return { length, blockOf: this.placesOf(box, this.queryCount, side).map((place) => place + within) };
  }

  /** The numbers here of the parts of a box along the sides first .. last - 1, row-major. */
  private placesOf(box: PartBox, first: number, last: number): Int32Array {
    let places = new Int32Array(1);
    for (let side = first; side < last; side++) {
      const count = box.to[side] - box.from[side];
      const base = box.from[side] - this.box.from[side];
      const next = new Int32Array(places.length * count);
      for (let at = 0; at < next.length; at++)
        next[at] = places[Math.floor(at / count)] + (base + (at % count)) * this.strides[side];
      places = next;
    }
    return places;
  }

  finish(): AxisRelation {
    return this.whole ?? this.runs.finish(this.rows, this.columns);
  }
}
