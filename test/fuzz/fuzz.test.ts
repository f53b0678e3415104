import { describe, expect, it } from 'vitest';
import { checkCase, smallTiles } from './check-case.ts';
import { checkMutation } from './check-mutation.ts';
import type { PreparedCase } from './check-case.ts';
import { checkPlan, referenceResult } from './check-plan.ts';
import { checkRunTables } from './check-run-tables.ts';
import { checkSchedules } from './check-schedules.ts';
import { forms } from './forms/index.ts';
import { termsOf } from './fuzz-case.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { generateCase } from './generate-case.ts';
import { printCase } from './print-case.ts';
import { runFuzz } from './run-fuzz.ts';
import { scoreForms } from './scores/index.ts';
import { shrinkCase } from './shrink-case.ts';
import { shrinkText } from './shrink-text.ts';
import { weightNames } from './weigh.ts';

/** The case with a reference that follows its masks as they are now. */
function withReference(prepared: PreparedCase): PreparedCase {
  const { fuzzCase, branches, tensors } = prepared;
  return { ...prepared, reference: referenceResult(fuzzCase, branches, tensors) };
}

describe('the fuzzer', () => {
  it('finds nothing in 300 cases', { timeout: 300_000 }, async () => {
    const report = await runFuzz({ runs: 300, seed: 20, maxFailures: 1 });
    expect(report.failures).toEqual([]);
    expect(report.checked).toBeGreaterThan(200);
  });

  it('makes the same case of the same seed', () => {
    expect(generateCase(77)).toEqual(generateCase(77));
    expect(printCase(generateCase(77))).not.toBe(printCase(generateCase(78)));
  });

  it('makes every construct of the language', () => {
    const made = new Set<string>();
    for (let seed = 0; seed < 1500; seed++) {
      const fuzzCase = generateCase(seed);
      for (const { form } of [...termsOf(fuzzCase), ...fuzzCase.scores]) made.add(form);
    }
    const known = [...forms.keys(), ...scoreForms.map(({ name }) => name)];
    expect(known.filter((name) => !made.has(name))).toEqual([]);
  });

  it('numbers the grid of the attention in every order, in the region and in the field', () => {
    const lines = Array.from({ length: 1500 }, (_, seed) => printCase(generateCase(seed))).join('\n');
    for (const order of ['row_major', 'tiles(3, 2)', 'tiles(1, 4)', 'morton', 'hilbert', 'cells']) {
      expect(lines).toContain(`\n  order ${order}\n`);
      expect(lines).toContain(`, order: ${order})\n`);
    }
  });

  it('stores tensors in every way, and names it in the text', () => {
    const made = Array.from({ length: 300 }, (_, seed) => generateCase(seed));
    const lines = new Set(
      made.flatMap((fuzzCase) =>
        printCase(fuzzCase)
          .split('\n')
          .map((line) => line.trim()),
      ),
    );
    const fields = ['dim_v 4', 'dim_v 8', 'dim_v 20', 'layout bnhd', 'dtype f16'];
    expect(fields.filter((line) => !lines.has(line))).toEqual([]);
    const isNested = (line: string) => /^return merge\(merge\(part0, part1\), part2\)$/.test(line);
    expect([...lines].some(isNested)).toBe(true);
    expect(weightNames.filter((name) => !lines.has(`normalize ${name}`))).toEqual([]);
  });

  it('notices weights of another function', () => {
    const mask = { form: 'causal', args: [], value: null };
    const plain = { nq: 9, nk: 9, queriesAt: null, grid: null, pattern: null, others: [], scores: [] };
    const weighed: FuzzCase = { ...generateCase(3), ...plain, mask, weights: 'laplace' };
    const result = checkCase(weighed);
    if (result.kind !== 'ok') throw new Error('laplace must pass');
    const { branches, tensors } = result.prepared;
    const other = referenceResult({ ...weighed, weights: 'relu2' }, branches, tensors);
    expect(checkPlan({ ...result.prepared, reference: other })).toMatch(/is .* not /);
  });

  it('notices tensors that are read in another layout', () => {
    const storage = { dimV: 20, layout: 'bnhd', dtype: 'f32' } as const;
    const mask = { form: 'causal', args: [], value: null };
    const sizes = { nq: 9, nk: 9, heads: 2, kvHeads: 2, queriesAt: null, grid: null };
    const plain = { pattern: null, scores: [], others: [] };
    const result = checkCase({ ...generateCase(3), ...sizes, ...plain, mask, storage });
    if (result.kind !== 'ok') throw new Error('a layout must pass');
    const { prepared } = result;
    expect(checkPlan({ ...prepared, stored: prepared.tensors })).toMatch(/is .* not /);
  });

  it('keeps plain tensors where a failure does not need others', () => {
    const failing = { ...generateCase(3), storage: { dimV: 20, layout: 'bnhd', dtype: 'f16' } as const };
    const small = shrinkCase(failing, ({ storage }) => storage.layout === 'bnhd');
    expect(small.storage).toEqual({ dimV: 16, layout: 'bnhd', dtype: 'f32' });
  });

  it('notices a wrong score', () => {
    const scores = [{ form: 'bias pair, pair_bias', args: [], value: 0 }];
    const mask = { form: 'causal', args: [], value: null };
    const sizes = { nq: 9, nk: 9, queriesAt: null, grid: null };
    const biased: FuzzCase = { ...generateCase(3), ...sizes, pattern: null, mask, others: [], scores };
    const result = checkCase(biased);
    if (result.kind !== 'ok') throw new Error('a pair bias must pass');
    const { branches, tensors } = result.prepared;
    const plain = referenceResult({ ...biased, scores: [] }, branches, tensors);
    expect(checkPlan({ ...result.prepared, reference: plain })).toMatch(/is .* not /);
  });

  it('shrinks to the part that matters', () => {
    const usesStride = (fuzzCase: FuzzCase) => printCase(fuzzCase).includes('stride(');
    let seed = 0;
    while (!usesStride(generateCase(seed)) || printCase(generateCase(seed)).length < 300) seed++;
    const small = shrinkCase(generateCase(seed), usesStride);
    expect(printCase(small)).toMatch(/mask stride\(1\)\n/);
    expect(small).toMatchObject({ batch: 1, heads: 1, nq: 1, nk: 1 });
  });

  it('shrinks a text to the piece that fails', () => {
    expect(shrinkText('one two three four five', (text) => text.includes('th'))).toBe('th');
  });

  it('notices a single wrong pair', () => {
    const mask = { form: 'causal', args: [], value: null };
    const sizes = { nq: 9, nk: 9, queriesAt: null };
    const causal: FuzzCase = { ...generateCase(3), ...sizes, pattern: null, mask, others: [] };
    const result = checkCase(causal);
    if (result.kind !== 'ok') throw new Error('a causal mask must pass');
    const { expected, branches } = result.prepared;
    expect([checkRunTables(result.prepared), checkPlan(result.prepared)]).toEqual([null, null]);
    // A live pair is dead now: full runs hold it, and the weights of its row differ.
    for (const live of [expected, ...branches]) live[live.indexOf(1)] = 0;
    const wrong = withReference(result.prepared);
    const finest = { ...wrong, fuzzCase: { ...causal, queryTile: 1, granularity: 1 } };
    expect(checkRunTables(finest)).toMatch(/holds the dead pair/);
    expect(checkPlan(wrong)).toMatch(/is .* not /);
    expect(checkSchedules(wrong, [smallTiles])).toMatch(/is .* not .*\n  p00: /);
  });

  it('notices a pair that a merge counts once instead of twice', () => {
    const mask = { form: 'causal', args: [], value: null };
    const twice: FuzzCase = {
      ...generateCase(3),
      ...{
        nq: 9,
        nk: 9,
        queriesAt: null,
        pattern: null,
        mask,
        others: [mask],
        combine: 'merge',
        weights: null,
      },
    };
    const result = checkCase(twice);
    if (result.kind !== 'ok') throw new Error('a mask twice must pass');
    const [, second] = result.prepared.branches;
    second[second.indexOf(1)] = 0;
    expect(checkPlan(withReference(result.prepared))).toMatch(/is .* not /);
  });

  it.each(['', '\u0000', 'attention', 'pattern p = (', 'attention a { mask }', '/'.repeat(500)])(
    'answers %j with diagnostics',
    (text) => expect(checkMutation(text)).toBeNull(),
  );
});
