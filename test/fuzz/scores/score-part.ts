import type { DenseScore } from '../../../runtime/reference/attend-dense.ts';
import type { Environment, Term } from '../term.ts';
import { scoreForms } from './index.ts';
import type { ScoreFieldName, ScoreForm } from './index.ts';

/** One change of the scores of a case: a row of the table of ./index.ts with its indices and its constant. */
export interface ScorePart {
  readonly form: string;
  readonly args: readonly Term[];
  readonly value: number;
}

const byName = new Map(scoreForms.map((form) => [form.name, form]));

/** The row of the table that a part names. */
export function scoreFormOf({ form }: ScorePart): ScoreForm {
  return byName.get(form)!;
}

/** The fields as lines of an attention. */
export function printScores(parts: readonly ScorePart[], printTerm: (term: Term) => string): string[] {
  const byField = new Map<ScoreFieldName, string[]>();
  for (const part of parts) {
    const { field, text } = scoreFormOf(part);
    byField.set(field, [...(byField.get(field) ?? []), text(part.args.map(printTerm), part.value)]);
  }
  return [...byField].map(([field, texts]) => {
    const isPlain = ['scale', 'softcap', 'score'].includes(field) || texts[0] === '';
    return isPlain ? `${field} ${texts[0]}`.trimEnd() : `${field}(${texts.join(', ')})`;
  });
}

/** The scores by the formulas of the language page, one part after another. */
export function referenceScore(
  parts: readonly ScorePart[],
  dim: number,
  environmentOf: (batch: number, head: number, i: number, j: number) => Environment,
  evaluate: (term: Term, environment: Environment) => number,
): DenseScore {
  const sumOf = (fields: readonly ScoreFieldName[]) => {
    const own = parts.filter((part) => fields.includes(scoreFormOf(part).field));
    if (own.length === 0) return undefined;
    return (batch: number, head: number, i: number, j: number, s = 0): number => {
      const environment = environmentOf(batch, head, i, j);
      return own.reduce((sum, part) => {
        const args = part.args.map((arg) => evaluate(arg, environment));
        return sum + scoreFormOf(part).meaning(environment, args, part.value, s);
      }, 0);
    };
  };
  const [rowScale, slope, sink] = [sumOf(['rows scale']), sumOf(['alibi']), sumOf(['sink logit'])];
  const change = sumOf(['score']);
  const denominatorScale = sumOf(['denominator scale']);
  return {
    scale: sumOf(['scale'])?.(0, 0, 0, 0) ?? 1 / Math.sqrt(dim),
    softcap: sumOf(['softcap'])?.(0, 0, 0, 0) ?? null,
    rowScale: rowScale && ((i) => rowScale(0, 0, i, 0)),
    slope: slope && ((head) => slope(0, head, 0, 0)),
    sink: sink && ((head) => sink(0, head, 0, 0)),
    bias: sumOf(['bias key', 'bias pair', 'bias relative']),
    change: change && ((s, batch, head, i, j) => change(batch, head, i, j, s)),
    denominatorScale: denominatorScale && ((batch, head, i) => denominatorScale(batch, head, i, 0)),
  };
}
