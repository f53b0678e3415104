import type { DiagnosticName } from './catalogue/index.ts';

/** A range of a source text: UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** A span and what to say beside it. */
export interface Label {
  readonly span: Span;
  readonly text: string;
}

/** A change that would mend the problem; `replacement` where it is known to the letter. */
export interface Help {
  readonly text: string;
  readonly replacement?: { readonly span: Span; readonly text: string };
}

/**
 * One message to the user, as data. Rendering is elsewhere (./render-text.ts, ./render-json.ts).
 * `message` is a sentence that names the thing, the limit and the value.
 */
export interface Diagnostic {
  /** Stable code, `SA0201`. */
  readonly code: string;
  /** Stable name, `unknown-name`. */
  readonly name: DiagnosticName;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly primary: Label;
  readonly secondary: readonly Label[];
  readonly notes: readonly string[];
  readonly help: readonly Help[];
}

/** A file's name and text; a span points into it. */
export interface Source {
  readonly name: string;
  readonly text: string;
}
