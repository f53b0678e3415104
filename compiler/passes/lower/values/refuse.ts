import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { Lowering } from './lowering.ts';
import type { Value } from './value.ts';

/** Refuses what the language has and the compiler does not compile yet. `topic` says which part of the language. */
export function notYetCompiled(lowering: Lowering, span: Span, thing: string, topic: string): Value {
  return lowering.report('not-yet-compiled', span, `${thing} is not compiled yet.`, {
    label: `belongs to ${topic}`,
    notes: [`the language has ${topic}; this version compiles attention over q, k and v`],
  });
}
