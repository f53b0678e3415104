import type { Diagnostic, Source } from './diagnostic.ts';
import { LineIndex } from './line-index.ts';

/**
 * Diagnostics as workflow commands of GitHub Actions, one a line:
 * `::error file=a.sa,line=3,endLine=3,col=1,endColumn=6,title=SA0201::unknown name "windw"`.
 * Lines and columns count from 1. Notes and help follow the message, with line breaks written as `%0A`.
 */
export function renderGithub(diagnostics: readonly Diagnostic[], sources: readonly Source[]): string {
  const indexes = new Map(sources.map((source) => [source.name, new LineIndex(source.text)]));
  return diagnostics
    .map(({ severity, code, message, primary, notes, help }) => {
      const { file, start, end } = primary.span;
      const index = indexes.get(file);
      const places = index ? placeFields(index, start, end) : '';
      const body = [
        primary.text === '' ? message : `${message}: ${primary.text}`,
        ...notes.map((note) => `note: ${note}`),
        ...help.map((one) => `help: ${one.text}`),
      ].join('\n');
      return `::${severity} file=${escapeProperty(file)}${places},title=${code}::${escapeData(body)}\n`;
    })
    .join('');
}

function placeFields(index: LineIndex, start: number, end: number): string {
  const from = index.positionAt(start);
  const to = index.positionAt(end);
  const lines = `,line=${from.line + 1},endLine=${to.line + 1}`;
  // Columns are only understood within one line.
  return from.line === to.line ? `${lines},col=${from.character + 1},endColumn=${to.character + 1}` : lines;
}

/** The escapes of the toolkit's `command.ts` (github.com/actions/toolkit, packages/core). */
function escapeData(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
