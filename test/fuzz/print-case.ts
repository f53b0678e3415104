import { formOf, fuzzArrays } from './forms/index.ts';
import type { FuzzArray } from './forms/arrays.ts';
import { launchLimits, realParameters, termsOf } from './fuzz-case.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { printTensors } from './generate-tensors.ts';
import { printGrid } from './grid-orders.ts';
import { realArrays } from './scores/index.ts';
import { printScores, scoreFormOf } from './scores/score-part.ts';
import { levels } from './term.ts';
import type { Term } from './term.ts';

/** The case as `.sa` text. */
export function printCase(fuzzCase: FuzzCase): string {
  const { mask, others, combine, pattern, scores, heads, kvHeads, queriesAt } = fuzzCase;
  const lines = [...new Set(termsOf(fuzzCase).map((term) => formOf(term).pattern))].flatMap((text) =>
    text === undefined ? [] : [text, ''],
  );
  if (pattern !== null) {
    lines.push('pattern shape(width: int in 1..2147483647) =', `  let half = ${printTerm(pattern.half)}`);
    const body = printTerm(pattern.body);
    // A line that begins with a minus would continue the line above.
    lines.push(`  ${body.startsWith('-') ? `(${body})` : body}`, '');
  }
  lines.push('attention fuzzed {');
  if (fuzzCase.grid !== null)
    lines.push(...printGrid(fuzzCase.grid, fuzzCase.order).map((line) => `  ${line}`));
  for (const { declaration, feed } of usedArrays(fuzzCase)) {
    lines.push(fuzzCase.hasFeeds && feed !== undefined ? `  ${declaration} = ${feed}` : `  ${declaration}`);
  }
  lines.push(`  launch w: int in 1..${launchLimits.w}`, `  launch shift: int in 0..${launchLimits.shift}`);
  for (const name of realParameters(fuzzCase)) lines.push(`  launch ${name}: real = 0.25`);
  if (others.length === 0) lines.push(`  mask ${printTerm(mask)}`);
  const names = [mask, ...others].map((_, at) => `part${at}`);
  if (others.length > 0) {
    [mask, ...others].forEach((term, at) =>
      lines.push(`  let ${names[at]} = attend(q, k, v, mask: ${printTerm(term)})`),
    );
    const isNested = fuzzCase.isNested && combine === 'merge';
    const all = isNested
      ? names.reduce((inner, name) => `merge(${inner}, ${name})`)
      : `${combine}(${names.join(', ')})`;
    lines.push(`  return ${all}`);
  }
  lines.push(`  heads ${heads}`, `  kv_heads ${kvHeads}`);
  lines.push(...printTensors(fuzzCase.storage).map((line) => `  ${line}`));
  lines.push(...printScores(scores, (term) => printTerm(term)).map((line) => `  ${line}`));
  if (fuzzCase.weights !== null) lines.push(`  normalize ${fuzzCase.weights}`);
  if (queriesAt !== null) lines.push(`  queries at ${queriesAt}`);
  lines.push(hasLse(fuzzCase) ? '  outputs out, lse' : '  outputs out', '}', '');
  return lines.join('\n');
}

/** Outputs that stand side by side have no common lse, and weights without a denominator none. */
export function hasLse({ others, combine, weights }: FuzzCase): boolean {
  return weights === null && (others.length === 0 || combine === 'merge');
}

/** The inputs that the specification names. */
export function usedArrays(fuzzCase: FuzzCase): readonly FuzzArray[] {
  const used = new Set([
    ...termsOf(fuzzCase).map((term) => formOf(term).uses),
    ...fuzzCase.scores.map((part) => scoreFormOf(part).uses),
    fuzzCase.grid === null ? undefined : fuzzCase.order?.order,
  ]);
  return [...fuzzArrays, ...realArrays].filter(({ name }) => used.has(name));
}

function printTerm(term: Term, level: number = levels.open): string {
  const form = formOf(term);
  const text = form.text((index, inner) => printTerm(term.args[index], inner), term.value);
  const negative = term.form === 'constant' && Number(term.value) < 0;
  return (negative ? levels.prefix : form.level) < level ? `(${text})` : text;
}
