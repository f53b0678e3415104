/** A line of generated text and, where one place of the source is behind it, the offset of that place. */
export interface Line {
  readonly text: string;
  readonly origin: number | null;
}

/** What the writers return: plain lines where nothing is traced. */
export type Block = readonly (string | Line)[];

/** Moves a block to the right; empty lines stay empty. */
export function indent(block: Block, levels = 1): Line[] {
  return block.map((entry) => {
    const line = toLine(entry);
    return line.text === '' ? line : { ...line, text: '  '.repeat(levels) + line.text };
  });
}

/** Joins blocks, one empty line between those that hold something. */
export function paragraphs(blocks: readonly Block[]): Line[] {
  return blocks
    .filter((block) => block.length > 0)
    .flatMap((block, at) => (at === 0 ? block : ['', ...block]))
    .map(toLine);
}

/** The text and its line map: WGSL line (from 1) to source offset, for the traced lines. */
export function finish(block: Block): { code: string; lineMap: (readonly [line: number, offset: number])[] } {
  const lines = block.map(toLine);
  const lineMap = lines.flatMap(({ origin }, at) => (origin === null ? [] : [[at + 1, origin] as const]));
  return { code: lines.map(({ text }) => text).join('\n') + '\n', lineMap };
}

/** 0 .. count - 1, mapped: the unrolled registers of a thread. */
export function unroll<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

/** Short statements of an unrolled step, four a line. */
export function fourALine(statements: readonly string[]): string[] {
  const lines: string[] = [];
  for (let at = 0; at < statements.length; at += 4) lines.push(statements.slice(at, at + 4).join(' '));
  return lines;
}

function toLine(entry: string | Line): Line {
  return typeof entry === 'string' ? { text: entry, origin: null } : entry;
}
