export type Style = 'error' | 'warning' | 'secondary' | 'gutter' | 'strong' | 'addition' | 'plain';

const codes: Record<Style, string> = {
  error: '1;31',
  warning: '1;33',
  secondary: '1;34',
  gutter: '1;34',
  strong: '1',
  addition: '1;32',
  plain: '',
};

/** Puts a style around a text, or leaves it alone where the reader is no terminal. */
export type Paint = (text: string, style: Style) => string;

export const paintAnsi: Paint = (text, style) =>
  style === 'plain' || text === '' ? text : `\u001b[${codes[style]}m${text}\u001b[0m`;

export const paintNothing: Paint = (text) => text;

/** A row of terminal cells, each with a style, written at any column. */
export class Canvas {
  private readonly cells: { text: string; style: Style }[] = [];

  get width(): number {
    return this.cells.length;
  }

  write(column: number, cells: Iterable<string>, style: Style): void {
    let at = column;
    while (this.cells.length < at) this.cells.push({ text: ' ', style: 'plain' });
    for (const text of cells) this.cells[at++] = { text, style };
  }

  /** The row without trailing blanks, neighbours of one style painted together. */
  toString(paint: Paint): string {
    let end = this.cells.length;
    while (end > 0 && this.cells[end - 1].text === ' ') end--;
    let result = '';
    for (let from = 0; from < end;) {
      let to = from;
      let text = '';
      while (to < end && this.cells[to].style === this.cells[from].style) text += this.cells[to++].text;
      result += paint(text, this.cells[from].style);
      from = to;
    }
    return result;
  }
}
