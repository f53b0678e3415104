/** Rectangles from .. to - 1 of a list, moved by some rows and columns. */
export interface RectangleSpan {
  readonly kind: 'rectangles';
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly columns: number;
}

/** Columns of a row of bits: column c is bit base + c. */
export interface ColumnBits {
  readonly words: Uint32Array;
  readonly base: number;
  readonly begin: number;
  readonly end: number;
}

/** Tiles of one class of some rows: the columns begin .. end - 1 whose bit is set. */
export interface CombSpan extends ColumnBits {
  readonly kind: 'comb';
  readonly rowBegin: number;
  readonly rowEnd: number;
  readonly full: number;
}

/**
 * A growing list of rectangles of tiles, five words each: row begin, row end, column begin, column end, full.
 * Neighbours of one class that make a rectangle are joined where they are pushed one after the other. What was pushed
 * once can be repeated at other places, and is not stored again. Columns
 * that are set in a row of bits are not taken apart before the table is made.
 */
export class RectangleList {
  words = new Int32Array(5 * 1024);
  /** Rectangles in `words`. */
  length = 0;
  private readonly done: (RectangleSpan | CombSpan)[] = [];
  /** First rectangle that is in none of the spans. */
  private rest = 0;
  /** Rectangles before this one are not joined with what follows. */
  private fence = 0;

  /** All rectangles and combs in the order in which they were pushed. */
  get spans(): readonly (RectangleSpan | CombSpan)[] {
    this.flush();
    return this.done;
  }

  /** Begins a part that can be repeated: what is pushed from now on stands for itself. Returns its first rectangle. */
  mark(): number {
    this.fence = this.length;
    return this.length;
  }

  /** Pushes the rectangles from .. to - 1 again, moved. None of them was pushed by repeating. */
  repeat(from: number, to: number, rows: number, columns: number): void {
    if (from === to) return;
    this.flush();
    this.done.push({ kind: 'rectangles', from, to, rows, columns });
  }

  private flush(): void {
    if (this.rest < this.length)
      this.done.push({ kind: 'rectangles', from: this.rest, to: this.length, rows: 0, columns: 0 });
    this.rest = this.fence = this.length;
  }

  /** Pushes columns of some rows that are set. A part that is repeated holds none of these. */
  pushBits(rowBegin: number, rowEnd: number, bits: ColumnBits, full: boolean): void {
    this.flush();
    const { words, base, begin, end } = bits;
    this.done.push({ kind: 'comb', rowBegin, rowEnd, full: full ? 1 : 0, words, base, begin, end });
  }

  push(rowBegin: number, rowEnd: number, begin: number, end: number, full: boolean): void {
    if (this.length > this.fence && this.join(rowBegin, rowEnd, begin, end, full)) return;
    const at = 5 * this.length++;
    if (at === this.words.length) {
      const grown = new Int32Array(2 * at);
      grown.set(this.words);
      this.words = grown;
    }
    this.words[at] = rowBegin;
    this.words[at + 1] = rowEnd;
    this.words[at + 2] = begin;
    this.words[at + 3] = end;
    this.words[at + 4] = full ? 1 : 0;
  }

  private join(rowBegin: number, rowEnd: number, begin: number, end: number, full: boolean): boolean {
    const { words } = this;
    const at = 5 * (this.length - 1);
    if (words[at + 4] !== (full ? 1 : 0)) return false;
    if (words[at + 3] === begin && words[at] === rowBegin && words[at + 1] === rowEnd) {
      words[at + 3] = end;
      return true;
    }
    if (words[at + 1] === rowBegin && words[at + 2] === begin && words[at + 3] === end) {
      words[at + 1] = rowEnd;
      return true;
    }
    return false;
  }
}
