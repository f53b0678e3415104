/** A growing list of rectangles of tiles, five words each: row begin, row end, column begin, column end, full. */
export class RectangleList {
  words = new Int32Array(5 * 1024);
  length = 0;

  push(rowBegin: number, rowEnd: number, begin: number, end: number, full: boolean): void {
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
}
