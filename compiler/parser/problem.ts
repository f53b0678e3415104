import type { ReportDetails } from '../diagnostics/session.ts';
import type { syntax } from '../diagnostics/catalogue/syntax.ts';

/** A syntax error before it is reported: those of a file are reported in the order of their places. */
export interface Problem extends ReportDetails {
  readonly name: keyof typeof syntax;
}
