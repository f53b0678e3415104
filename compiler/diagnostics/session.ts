import { catalogue } from './catalogue/index.ts';
import type { DiagnosticName } from './catalogue/index.ts';
import type { Diagnostic, Help, Label, Source, Span } from './diagnostic.ts';

/** What a report says beyond the name: see {@link Diagnostic}. */
export interface ReportDetails {
  readonly message: string;
  readonly span: Span;
  /** The words beside the primary span; may be empty. */
  readonly label?: string;
  readonly secondary?: readonly Label[];
  readonly notes?: readonly string[];
  readonly help?: readonly (Help | string)[];
}

/** Collects the diagnostics of a compilation. Stages report everything they find; the pipeline stops between stages. */
export class Session {
  private readonly found: Diagnostic[] = [];
  private readonly seen = new Set<string>();
  private readonly sources = new Map<string, Source>();

  /** @param tolerated Errors that this caller can go on with: they are reported as warnings. */
  constructor(private readonly tolerated: readonly DiagnosticName[] = []) {}

  report(name: DiagnosticName, details: ReportDetails): void {
    const { code, severity } = catalogue[name];
    const key = `${code}:${details.span.file}:${details.span.start}:${details.span.end}:${details.message}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.found.push({
      code,
      name,
      severity: this.tolerated.includes(name) ? 'warning' : severity,
      message: details.message,
      primary: { span: details.span, text: details.label ?? '' },
      secondary: details.secondary ?? [],
      notes: details.notes ?? [],
      help: (details.help ?? []).map((help) => (typeof help === 'string' ? { text: help } : help)),
    });
  }

  /** Makes the text of a file known to {@link textOf}. */
  addSource(source: Source): void {
    this.sources.set(source.name, source);
  }

  /** What stands at a place, its white space made single spaces; null where the file is not known. */
  textOf({ file, start, end }: Span): string | null {
    const source = this.sources.get(file);
    return source === undefined ? null : source.text.slice(start, end).replace(/\s+/g, ' ');
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.found;
  }

  get hasErrors(): boolean {
    return this.found.some((diagnostic) => diagnostic.severity === 'error');
  }
}
