import { compile } from '../../compiler/index.ts';
import { readFileTable } from './forms/index.ts';
import { smallTiles } from './check-case.ts';

/** Milliseconds that the compiler may take for a bad text of a few hundred characters. */
const patience = 3000;

/**
 * Whatever the text is, the compiler answers with diagnostics that lie inside of it, soon, and with kernels only where
 * it found no error. Null where it does.
 */
export function checkMutation(text: string): string | null {
  const start = performance.now();
  try {
    const result = compile(
      { name: 'mutated.sa', text },
      { targets: [smallTiles], tables: readFileTable, verify: true },
    );
    const elapsed = performance.now() - start;
    if (elapsed > patience) return `it took ${Math.round(elapsed)} ms`;
    if (!result.ok && result.units.length > 0) return 'kernels came out in spite of errors';
    if (!result.ok && result.diagnostics.length === 0) return 'it was refused without a diagnostic';
    for (const { code, primary, secondary, message } of result.diagnostics) {
      if (message === '') return `${code} says nothing`;
      for (const { span } of [primary, ...secondary]) {
        const inside = 0 <= span.start && span.start <= span.end && span.end <= text.length;
        if (!inside) return `${code} points at ${span.start}..${span.end} of ${text.length} characters`;
      }
    }
    return null;
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  }
}
