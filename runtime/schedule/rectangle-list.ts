/**
 * A growing list of rectangles of tiles, five words each: row begin, row end, column begin, column end, full.
 * Neighbours of one class that make a rectangle are joined where they are pushed one after the other.
 */
export class RectangleList {
  words = new Int32Array(5 * 1024);
  length = 0;

  push(rowBegin: number, rowEnd: number, begin: number, end: number, full: boolean): void {
    if (this.length > 0 && this.join(rowBegin, rowEnd, begin, end, full)) return;
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
