import { DisplayLine } from './display-line.ts';
import type { LineIndex } from './line-index.ts';
import { Canvas } from './paint.ts';
import type { Paint, Style } from './paint.ts';

/** A stretch of the text to underline with `glyph`, and the words beside it. */
export interface FrameLabel {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly glyph: '^' | '-' | '+' | '~';
  readonly style: Style;
}

export interface FrameOptions {
  /** Digits of the largest line number of the message. */
  readonly gutter: number;
  /** Terminal columns that a quoted line may take, gutter included. */
  readonly width: number;
  readonly paint: Paint;
}

/** A label's part on one line, in terminal columns. */
interface Mark {
  readonly from: number;
  readonly to: number;
  readonly label: FrameLabel;
  readonly text: string;
}

/**
 * Quotes the lines that labels touch, with the labels drawn below each:
 *
 * ```
 * 3 | window(3) & cuasal
 *   | ------      ^^^^^^ not a pattern, a form or an input
 *   | |
 *   | this is fine
 * ```
 * A label over several lines underlines its first and its last line; lines between labels are left out as `...`.
 */
export function drawFrame(index: LineIndex, labels: readonly FrameLabel[], options: FrameOptions): string[] {
  const pieces = new Map<number, { start: number; end: number; text: string; label: FrameLabel }[]>();
  const put = (line: number, start: number, end: number, text: string, label: FrameLabel) =>
    pieces.set(line, [...(pieces.get(line) ?? []), { start, end, text, label }]);
  for (const label of labels) {
    const first = index.positionAt(label.start);
    const last = lastPosition(index, label);
    if (last.line <= first.line) {
      put(
        first.line,
        first.character,
        last.line < first.line ? first.character : last.character,
        label.text,
        label,
      );
    } else {
      put(first.line, first.character, index.lineText(first.line).length, '', label);
      put(last.line, index.lineText(last.line).search(/\S|$/), last.character, label.text, label);
    }
  }
  const rows: string[] = [];
  let previous: number | undefined;
  for (const line of [...pieces.keys()].sort((a, b) => a - b)) {
    if (previous !== undefined && line === previous + 2)
      rows.push(...quoteLine(index, previous + 1, [], options));
    else if (previous !== undefined && line > previous + 2) rows.push(options.paint('...', 'gutter'));
    rows.push(...quoteLine(index, line, pieces.get(line)!, options));
    previous = line;
  }
  return rows;
}

/** `12 | ` or `   | `, painted. */
export function gutter(line: number | null, options: FrameOptions): string {
  const number = line === null ? '' : String(line + 1);
  return options.paint(`${number.padStart(options.gutter)} |`, 'gutter');
}

function lastPosition(index: LineIndex, label: FrameLabel) {
  const last = index.positionAt(Math.max(label.start, label.end));
  // A span that ends with its line's terminator ends on that line, not at the start of the next one.
  if (last.character > 0 || label.end <= label.start || last.line === 0) return last;
  return { line: last.line - 1, character: index.lineText(last.line - 1).length };
}

function quoteLine(
  index: LineIndex,
  line: number,
  pieces: readonly { start: number; end: number; text: string; label: FrameLabel }[],
  options: FrameOptions,
): string[] {
  const display = new DisplayLine(index.lineText(line));
  const room = Math.max(20, options.width - options.gutter - 3);
  const columns = pieces.map((piece) => {
    const from = display.columnOf(piece.start);
    return { ...piece, from, to: Math.max(from + 1, display.columnOf(piece.end)) };
  });
  const { cells, shift } = trim(display.cells, columns, room);
  const marks = columns.map(({ from, to, label, text }): Mark => {
    const left = Math.max(0, Math.min(from - shift, room - 1));
    return { from: left, to: Math.max(left + 1, Math.min(to - shift, room)), label, text };
  });
  const source = new Canvas();
  source.write(0, cells, 'plain');
  const rows = marks.length === 0 ? [] : drawMarks(marks);
  return [source, ...rows].map((row, at) => {
    const text = row.toString(options.paint);
    const head = gutter(at === 0 ? line : null, options);
    return text === '' ? head : `${head} ${text}`;
  });
}

/** Cuts a long line to the part around its marks. */
function trim(cells: readonly string[], marks: readonly { from: number; to: number }[], room: number) {
  if (cells.length <= room) return { cells, shift: 0 };
  const low = marks.length === 0 ? 0 : Math.min(...marks.map((mark) => mark.from));
  const high = marks.length === 0 ? 0 : Math.max(...marks.map((mark) => mark.to));
  const context = Math.floor(room / 4);
  const shift = high < room ? 0 : Math.max(0, Math.min(Math.max(high + context - room, 0), low - 8));
  const kept = cells.slice(shift, shift + room);
  if (shift > 0) kept[0] = '…';
  if (shift + room < cells.length) kept[kept.length - 1] = '…';
  return { cells: kept, shift };
}

/** The underlines, the words right of the last one, and the words of the others hung below on bars. */
function drawMarks(marks: readonly Mark[]): Canvas[] {
  const underline = new Canvas();
  const primaryLast = [...marks].sort((a, b) => rank(a) - rank(b));
  for (const { from, to, label } of primaryLast)
    underline.write(from, label.glyph.repeat(to - from), label.style);
  const hung = marks.filter((mark) => mark.text !== '').sort((a, b) => b.from - a.from);
  const end = Math.max(...marks.map((mark) => mark.to));
  if (hung.length > 0 && hung[0].to === end) {
    const [beside] = hung.splice(0, 1);
    underline.write(underline.width + 1, oneLine(beside.text), beside.label.style);
  }
  const rows = [underline];
  if (hung.length > 0) rows.push(drawBars(hung));
  hung.forEach((mark, at) => {
    const row = drawBars(hung.slice(at + 1).filter((other) => other.from < mark.from));
    row.write(mark.from, oneLine(mark.text), mark.label.style);
    rows.push(row);
  });
  return rows;
}

function drawBars(marks: readonly Mark[]): Canvas {
  const row = new Canvas();
  for (const mark of marks) row.write(mark.from, '|', mark.label.style);
  return row;
}

/** Later is drawn over earlier: short marks over long ones, the primary over all. */
function rank(mark: Mark): number {
  return mark.label.glyph === '^' ? 1 : -(mark.to - mark.from);
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
