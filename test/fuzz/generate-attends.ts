import type { FuzzCase } from './fuzz-case.ts';
import { generateTerm } from './generate-term.ts';
import type { Scope } from './generate-term.ts';
import type { Random } from './random.ts';

/** Masks of further attends, mostly none, and what becomes of them all. */
export function generateAttends(
  scope: Scope,
  random: Random,
): Pick<FuzzCase, 'others' | 'combine' | 'isNested'> {
  const count = random.pick([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 3]);
  const others = Array.from({ length: count }, () =>
    generateTerm('set', random.pick([0, 1, 2]), scope, random),
  );
  return { others, combine: random.pick(['merge', 'merge', 'concat']), isNested: random.chance(0.3) };
}
