import { formOf, fuzzArrays } from './forms/index.ts';
import { launchLimits, termsOf } from './fuzz-case.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { levels } from './term.ts';
import type { Term } from './term.ts';

/** Head dimension of every case: the smallest that kernels take. */
export const headDim = 16;

/** The case as `.sa` text. */
export function printCase(fuzzCase: FuzzCase): string {
  const { mask, others, combine, pattern, heads, kvHeads, queriesAt } = fuzzCase;
  const lines = [...new Set(termsOf(fuzzCase).map((term) => formOf(term).pattern))].flatMap((text) =>
    text === undefined ? [] : [text, ''],
  );
  if (pattern !== null) {
    lines.push('pattern shape(width: int in 1..1024) =', `  let half = ${printTerm(pattern.half)}`);
    const body = printTerm(pattern.body);
    // A line that begins with a minus would continue the line above.
    lines.push(`  ${body.startsWith('-') ? `(${body})` : body}`, '');
  }
  lines.push('attention fuzzed {');
  for (const array of usedArrays(fuzzCase)) lines.push(`  ${array.declaration}`);
  lines.push(`  launch w: int in 1..${launchLimits.w}`, `  launch shift: int in 0..${launchLimits.shift}`);
  if (others.length === 0) lines.push(`  mask ${printTerm(mask)}`);
  const names = [mask, ...others].map((_, at) => `part${at}`);
  if (others.length > 0) {
    [mask, ...others].forEach((term, at) =>
      lines.push(`  let ${names[at]} = attend(q, k, v, mask: ${printTerm(term)})`),
    );
    lines.push(`  return ${combine}(${names.join(', ')})`);
  }
  lines.push(`  heads ${heads}`, `  kv_heads ${kvHeads}`, `  dim ${headDim}`);
  if (queriesAt !== null) lines.push(`  queries at ${queriesAt}`);
  lines.push(hasLse(fuzzCase) ? '  outputs out, lse' : '  outputs out', '}', '');
  return lines.join('\n');
}

/** Outputs that stand side by side have no common lse. */
export function hasLse({ others, combine }: FuzzCase): boolean {
  return others.length === 0 || combine === 'merge';
}

/** The inputs that the specification names. */
export function usedArrays(fuzzCase: FuzzCase): typeof fuzzArrays {
  const used = new Set(termsOf(fuzzCase).map((term) => formOf(term).uses));
  return fuzzArrays.filter(({ name }) => used.has(name));
}

function printTerm(term: Term, level: number = levels.open): string {
  const form = formOf(term);
  const text = form.text((index, inner) => printTerm(term.args[index], inner), term.value);
  const negative = term.form === 'constant' && Number(term.value) < 0;
  return (negative ? levels.prefix : form.level) < level ? `(${text})` : text;
}
