/** A place in a text: both counted from 0, `character` in UTF-16 units from the start of the line (as LSP does). */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** Finds lines in a text. A line ends with `\n`, `\r\n` or `\r`; a text always has at least one line. */
export class LineIndex {
  private readonly starts: number[] = [0];

  constructor(private readonly text: string) {
    for (const match of text.matchAll(/\r\n|\r|\n/g)) this.starts.push(match.index + match[0].length);
  }

  get lineCount(): number {
    return this.starts.length;
  }

  /** Offsets beyond the text are taken as its end. */
  positionAt(offset: number): Position {
    const inside = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= inside) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: inside - this.starts[low] };
  }

  /** The text of a line without its terminator. */
  lineText(line: number): string {
    const end = line + 1 < this.starts.length ? this.starts[line + 1] : this.text.length;
    return this.text.slice(this.starts[line], end).replace(/[\r\n]+$/, '');
  }
}
