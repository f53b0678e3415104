import type { Diagnostic, Source, Span } from './diagnostic.ts';
import { LineIndex } from './line-index.ts';
import type { Position } from './line-index.ts';

export interface JsonRange {
  readonly start: Position;
  readonly end: Position;
}

/** A diagnostic with places counted as the Language Server Protocol counts them: from 0, in UTF-16 units. */
export interface JsonDiagnostic {
  readonly code: string;
  readonly name: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly file: string;
  readonly range: JsonRange;
  /** The words beside the primary range; may be empty. */
  readonly label: string;
  readonly labels: readonly { readonly file: string; readonly range: JsonRange; readonly text: string }[];
  readonly notes: readonly string[];
  readonly help: readonly {
    readonly text: string;
    readonly replacement?: { readonly file: string; readonly range: JsonRange; readonly text: string };
  }[];
}

/** Diagnostics as plain data for editors and other programs. Ranges of files not among `sources` are 0:0 to 0:0. */
export function diagnosticsToJson(
  diagnostics: readonly Diagnostic[],
  sources: readonly Source[],
): JsonDiagnostic[] {
  const indexes = new Map(sources.map((source) => [source.name, new LineIndex(source.text)]));
  const place = ({ file, start, end }: Span): { file: string; range: JsonRange } => {
    const index = indexes.get(file) ?? new LineIndex('');
    return { file, range: { start: index.positionAt(start), end: index.positionAt(end) } };
  };
  return diagnostics.map((diagnostic) => ({
    code: diagnostic.code,
    name: diagnostic.name,
    severity: diagnostic.severity,
    message: diagnostic.message,
    ...place(diagnostic.primary.span),
    label: diagnostic.primary.text,
    labels: diagnostic.secondary.map(({ span, text }) => ({ ...place(span), text })),
    notes: diagnostic.notes,
    help: diagnostic.help.map(({ text, replacement }) =>
      replacement ? { text, replacement: { ...place(replacement.span), text: replacement.text } } : { text },
    ),
  }));
}

/** {@link diagnosticsToJson} as text: one array, two spaces of indent, a line break at the end. */
export function renderJson(diagnostics: readonly Diagnostic[], sources: readonly Source[]): string {
  return `${JSON.stringify(diagnosticsToJson(diagnostics, sources), null, 2)}\n`;
}
