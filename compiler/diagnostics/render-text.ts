import type { Diagnostic, Help, Label, Source, Span } from './diagnostic.ts';
import { LineIndex } from './line-index.ts';
import { paintAnsi, paintNothing } from './paint.ts';
import type { Paint } from './paint.ts';
import { drawFrame, gutter } from './source-frame.ts';
import type { FrameLabel, FrameOptions } from './source-frame.ts';

export interface RenderTextOptions {
  /** ANSI colours; off by default. */
  readonly color?: boolean;
  /** Columns of the terminal: longer source lines are cut around their labels. Default 100. */
  readonly width?: number;
}

/**
 * Diagnostics as a person reads them, a blank line between two and a line break at the end:
 *
 * ```
 * error[SA0201]: unknown name "windw"
 *  --> longformer.sa:3:3
 *   |
 * 3 |   windw(each: w) | global(0..<g)
 *   |   ^^^^^ not a pattern, a form or an input
 *   |
 *   = note: patterns of other files are known after `use`.
 *   |
 * help: did you mean "window"?
 *   |
 * 3 |   window(each: w) | global(0..<g)
 *   |   ~~~~~~
 * ```
 * A file that is not among `sources` is named without its text.
 */
export function renderText(
  diagnostics: readonly Diagnostic[],
  sources: readonly Source[],
  options: RenderTextOptions = {},
): string {
  const files = new Map(sources.map((source) => [source.name, source]));
  const paint = options.color ? paintAnsi : paintNothing;
  return diagnostics
    .map((diagnostic) => `${renderOne(diagnostic, files, paint, options.width ?? 100).join('\n')}\n`)
    .join('\n');
}

/** `2 errors, 1 warning`; empty where nothing was found. */
export function summarize(diagnostics: readonly Diagnostic[]): string {
  return (['error', 'warning'] as const)
    .map((severity) => ({ severity, count: diagnostics.filter((one) => one.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}${count === 1 ? '' : 's'}`)
    .join(', ');
}

function renderOne(
  diagnostic: Diagnostic,
  files: ReadonlyMap<string, Source>,
  paint: Paint,
  width: number,
): string[] {
  const { severity, code, message, primary, secondary, notes, help } = diagnostic;
  const indexes = new Map<string, LineIndex>();
  const indexOf = (file: string): LineIndex | undefined => {
    const source = files.get(file);
    if (source && !indexes.has(file)) indexes.set(file, new LineIndex(source.text));
    return indexes.get(file);
  };
  const previews = help.map((one) => preview(one, files));
  const lastLine = Math.max(
    0,
    ...[primary, ...secondary].map(({ span }) => indexOf(span.file)?.positionAt(span.end).line ?? 0),
    ...previews.map((shown) => (shown ? shown.index.positionAt(shown.label.end).line : 0)),
  );
  const frame: FrameOptions = { gutter: String(lastLine + 1).length, width, paint };

  const rows = [`${paint(`${severity}[${code}]`, severity)}${paint(`: ${message}`, 'strong')}`];
  const byFile = new Map<string, FrameLabel[]>([[primary.span.file, [frameLabel(primary, '^', severity)]]]);
  for (const label of secondary) {
    const { file } = label.span;
    byFile.set(file, [...(byFile.get(file) ?? []), frameLabel(label, '-', 'secondary')]);
  }
  for (const [file, labels] of byFile) {
    const index = indexOf(file);
    const arrow = file === primary.span.file ? '-->' : ':::';
    rows.push(`${' '.repeat(frame.gutter)}${paint(arrow, 'gutter')} ${place(index, file, labels[0])}`);
    if (!index) continue;
    rows.push(gutter(null, frame), ...drawFrame(index, labels, frame));
  }
  const remarks = [
    ...notes.map((note) => ({ title: 'note', text: note })),
    ...help.filter((_, at) => !previews[at]).map((one) => ({ title: 'help', text: one.text })),
  ];
  if (remarks.length > 0 && files.has(primary.span.file)) rows.push(gutter(null, frame));
  for (const { title, text } of remarks) rows.push(...remark(title, text, frame));
  help.forEach((one, at) => {
    const shown = previews[at];
    if (!shown) return;
    rows.push(gutter(null, frame), `${paint('help', 'strong')}: ${one.text}`, gutter(null, frame));
    rows.push(...drawFrame(shown.index, [shown.label], frame));
  });
  return rows;
}

function frameLabel({ span, text }: Label, glyph: '^' | '-', style: FrameLabel['style']): FrameLabel {
  return { start: span.start, end: span.end, text, glyph, style };
}

function place(index: LineIndex | undefined, file: string, label: FrameLabel): string {
  if (!index) return file;
  const { line, character } = index.positionAt(label.start);
  return `${file}:${line + 1}:${character + 1}`;
}

function remark(title: string, text: string, frame: FrameOptions): string[] {
  const [first, ...rest] = text.split('\n');
  const indent = ' '.repeat(frame.gutter + title.length + 5);
  const head = `${' '.repeat(frame.gutter)} ${frame.paint('=', 'gutter')} ${frame.paint(title, 'strong')}: ${first}`;
  return [head, ...rest.map((line) => indent + line)];
}

/** The text after the change, with what is new marked. */
function preview(
  help: Help,
  files: ReadonlyMap<string, Source>,
): { index: LineIndex; label: FrameLabel } | null {
  if (!help.replacement) return null;
  const { span, text } = help.replacement;
  const source = files.get(span.file);
  if (!source) return null;
  const changed = applyReplacement(source.text, span, text);
  const glyph = span.start === span.end ? '+' : '~';
  const label = {
    start: span.start,
    end: span.start + text.length,
    text: '',
    glyph,
    style: 'addition',
  } as const;
  return { index: new LineIndex(changed), label };
}

function applyReplacement(text: string, span: Span, replacement: string): string {
  return text.slice(0, span.start) + replacement + text.slice(span.end);
}
