import { renderText } from '../../compiler/diagnostics/render-text.ts';
import { lowerText } from '../passes/lower/lower-text.ts';
import type { LowerTextOptions } from '../passes/lower/lower-text.ts';

/** The names of all diagnostics that {@link render} has seen. */
export const reported = new Set<string>();

/** What a person reads about a text, up to its lowering. */
export function render(text: string, options: LowerTextOptions = {}): string {
  const { diagnostics, sources } = lowerText(text, options);
  for (const { name } of diagnostics) reported.add(name);
  return `\n${renderText(diagnostics, sources)}`;
}
