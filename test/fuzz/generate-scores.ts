import { generateTerm } from './generate-term.ts';
import type { Scope } from './generate-term.ts';
import type { Random } from './random.ts';
import { fieldsOfSeveral, scoreForms } from './scores/index.ts';
import type { ScorePart } from './scores/score-part.ts';

/** Changes of the scores: none in half of all cases, else a few that may stand in one attention. */
export function generateScores(scope: Scope, random: Random): readonly ScorePart[] {
  const fitting = scoreForms.filter(({ onGrid }) => scope.onGrid || onGrid !== true);
  const chosen = random.chance(0.5)
    ? []
    : Array.from({ length: random.integer(1, 4) }, () => random.pick(fitting));
  const kept = chosen.filter(
    (form, at) =>
      chosen.indexOf(form) === at &&
      (fieldsOfSeveral.has(form.field) || chosen.findIndex(({ field }) => field === form.field) === at),
  );
  return kept.map(({ name, takes, numbers }) => ({
    form: name,
    args: takes.map((sort) =>
      generateTerm(sort, random.pick([0, 1, 2]), { ...scope, withoutReals: true }, random),
    ),
    value: numbers === null ? 0 : random.pick(numbers),
  }));
}
