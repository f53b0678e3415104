const tabWidth = 4;

/** One line of source made ready for a terminal: tabs expanded, control characters made visible, columns measured. */
export class DisplayLine {
  /** One cell a terminal column; the second column of a wide character holds an empty string. */
  readonly cells: string[] = [];
  private readonly columns: number[] = [];

  constructor(text: string) {
    for (const character of text) {
      for (let unit = 0; unit < character.length; unit++) this.columns.push(this.cells.length);
      this.push(character);
    }
    this.columns.push(this.cells.length);
  }

  /** The terminal column of a UTF-16 offset in the line. */
  columnOf(character: number): number {
    return this.columns[Math.min(character, this.columns.length - 1)];
  }

  private push(character: string): void {
    const code = character.codePointAt(0)!;
    if (character === '\t') {
      do this.cells.push(' ');
      while (this.cells.length % tabWidth !== 0);
    } else if (code < 0x20 || code === 0x7f) {
      this.cells.push(code === 0x7f ? '\u2421' : String.fromCharCode(0x2400 + code));
    } else if (isBidirectionalControl(code)) {
      // Such a character could make the quoted line read differently from what the compiler saw.
      this.cells.push('\ufffd');
    } else if (isCombining(code) && this.cells.length > 0) {
      this.cells[this.cells.length - 1] += character;
    } else {
      this.cells.push(character);
      if (isWide(code)) this.cells.push('');
    }
  }
}

function isBidirectionalControl(code: number): boolean {
  return (
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069) ||
    code === 0x200e ||
    code === 0x200f
  );
}

function isCombining(code: number): boolean {
  return /^\p{Mark}$/u.test(String.fromCodePoint(code)) || code === 0x200d;
}

/** East Asian wide and fullwidth blocks and emoji (Unicode Standard Annex 11, its main ranges). */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}
