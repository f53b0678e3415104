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

/** A comment of any length, in lines of at most `WIDTH` columns. */
export function comment(text: string): string[] {
  const lines: string[] = [];
  let line = '//';
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '//';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

/** `return` of an expression; a long chain of one logical operator stands a link a line. */
export function returnLines(expression: string): string[] {
  const single = `return ${expression};`;
  if (single.length <= WIDTH - 2) return [single];
  const operator = [' || ', ' && ', ' | ', ' & '].find(
    (candidate) => links(expression, candidate).length > 1,
  );
  if (operator === undefined) return [single];
  const [first, ...others] = links(expression, operator);
  const chain = [`return ${first}`, ...others.map((link) => `  ${operator.trim()} ${link}`)];
  return chain.map((line, at) => (at === chain.length - 1 ? `${line};` : line));
}

const WIDTH = 118;

/** The parts of an expression between the operators that stand outside all brackets. */
function links(expression: string, operator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < expression.length; at++) {
    if (expression[at] === '(') depth++;
    if (expression[at] === ')') depth--;
    if (depth === 0 && expression.startsWith(operator, at)) {
      parts.push(expression.slice(start, at));
      start = at + operator.length;
    }
  }
  return [...parts, expression.slice(start)];
}

function toLine(entry: string | Line): Line {
  return typeof entry === 'string' ? { text: entry, origin: null } : entry;
}
