import { formOf, forms } from './forms/index.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { plainerTensors } from './generate-tensors.ts';
import { scoreFormOf } from './scores/score-part.ts';
import type { Sort, Term } from './term.ts';

/**
 * Replaces a failing case by smaller ones as long as they fail too. `fails` is asked at most `budget` times.
 */
export function shrinkCase(failing: FuzzCase, fails: (smaller: FuzzCase) => boolean, budget = 600): FuzzCase {
  let current = failing;
  let asked = 0;
  for (let found = true; found;) {
    found = false;
    for (const candidate of smallerCases(current)) {
      if (++asked > budget) return current;
      if (!fails(candidate)) continue;
      current = candidate;
      found = true;
      break;
    }
  }
  return current;
}

/** Cases that are a little smaller, the greatest steps first. */
function* smallerCases(fuzzCase: FuzzCase): Generator<FuzzCase> {
  const { others } = fuzzCase;
  for (const [at, mask] of others.entries()) {
    yield { ...fuzzCase, mask, others: [] };
    yield { ...fuzzCase, others: others.filter((_, index) => index !== at) };
  }
  for (const storage of plainerTensors(fuzzCase.storage)) yield { ...fuzzCase, storage };
  if (fuzzCase.hasFeeds) yield { ...fuzzCase, hasFeeds: false };
  if (fuzzCase.weights !== null) yield { ...fuzzCase, weights: null };
  if (fuzzCase.isNested) yield { ...fuzzCase, isNested: false };
  for (const mask of smallerTerms(fuzzCase.mask, 'set')) yield { ...fuzzCase, mask };
  for (const [at, other] of others.entries()) {
    for (const smaller of smallerTerms(other, 'set')) {
      yield { ...fuzzCase, others: others.map((term, index) => (index === at ? smaller : term)) };
    }
  }
  const { pattern } = fuzzCase;
  if (pattern !== null) {
    for (const body of smallerTerms(pattern.body, 'set'))
      yield { ...fuzzCase, pattern: { ...pattern, body } };
    for (const half of smallerTerms(pattern.half, 'integer'))
      yield { ...fuzzCase, pattern: { ...pattern, half } };
  }
  yield* withSmallerScores(fuzzCase);
  if (fuzzCase.grid !== null) {
    const scores = fuzzCase.scores.filter((part) => scoreFormOf(part).onGrid !== true);
    yield { ...fuzzCase, grid: null, order: null, scores };
    if (fuzzCase.order !== null) {
      yield { ...fuzzCase, order: null };
      if (fuzzCase.order.inField) yield { ...fuzzCase, order: { ...fuzzCase.order, inField: false } };
    }
    const [rows, columns] = fuzzCase.grid;
    for (const fewer of smallerNumbers(rows, 1)) yield { ...fuzzCase, grid: [fewer, columns] };
    for (const fewer of smallerNumbers(columns, 1)) yield { ...fuzzCase, grid: [rows, fewer] };
  }
  if (fuzzCase.queriesAt !== null) yield { ...fuzzCase, queriesAt: null };
  if (fuzzCase.nq > fuzzCase.nk) yield { ...fuzzCase, nq: fuzzCase.nk };
  if (fuzzCase.nq === fuzzCase.nk) {
    for (const n of smallerNumbers(fuzzCase.nk, 1)) yield { ...fuzzCase, nq: n, nk: n };
  }
  if (fuzzCase.kvHeads !== 1) yield { ...fuzzCase, kvHeads: 1 };
  for (const field of ['batch', 'heads', 'nq', 'nk', 'w', 'queryTile', 'granularity'] as const) {
    for (const value of smallerNumbers(fuzzCase[field], 1)) {
      const kvHeads = field === 'heads' && value % fuzzCase.kvHeads !== 0 ? 1 : fuzzCase.kvHeads;
      yield { ...fuzzCase, kvHeads, [field]: value };
    }
  }
  for (const field of ['shift', 'layer', 'seed'] as const) {
    for (const value of smallerNumbers(fuzzCase[field], 0)) yield { ...fuzzCase, [field]: value };
  }
}

function* withSmallerScores(fuzzCase: FuzzCase): Generator<FuzzCase> {
  const { scores } = fuzzCase;
  if (scores.length > 1) yield { ...fuzzCase, scores: [] };
  for (const at of scores.keys()) yield { ...fuzzCase, scores: scores.filter((_, index) => index !== at) };
  for (const [at, part] of scores.entries()) {
    const { takes } = scoreFormOf(part);
    for (const [index, arg] of part.args.entries()) {
      for (const smaller of smallerTerms(arg, takes[index])) {
        const args = part.args.map((other, place) => (place === index ? smaller : other));
        yield {
          ...fuzzCase,
          scores: scores.map((other, place) => (place === at ? { ...part, args } : other)),
        };
      }
    }
  }
}

function* smallerNumbers(value: number, least: number): Generator<number> {
  if (value > least) yield least;
  const half = Math.floor((value + least) / 2);
  if (half > least && half < value) yield half;
  if (value - 1 > least) yield value - 1;
}

/** Terms of the same sort: simple ones, the arguments themselves, and the term with one argument made smaller. */
function* smallerTerms(term: Term, sort: Sort): Generator<Term> {
  const size = weigh(term);
  for (const name of ['full', 'empty', 'causal', 'i', 'j']) {
    if (size > 1 && forms.get(name)!.gives.includes(sort)) yield { form: name, args: [], value: null };
  }
  const { takes } = formOf(term);
  for (const [at, arg] of term.args.entries()) {
    if (formOf(arg).gives.includes(sort) && (sort !== 'set' || takes[at] === 'set')) yield arg;
  }
  for (const [at, arg] of term.args.entries()) {
    for (const smaller of smallerTerms(arg, takes[at])) {
      yield { ...term, args: term.args.map((other, index) => (index === at ? smaller : other)) };
    }
  }
  yield* smallerConstants(term, sort);
}

function* smallerConstants(term: Term, sort: Sort): Generator<Term> {
  const least = sort === 'positive' || sort === 'size' || sort === 'step' ? 1 : 0;
  const constant = (value: number): Term => ({ form: 'constant', args: [], value });
  if (term.form !== 'constant') {
    if (formOf(term).gives.includes('integer')) yield constant(least);
    return;
  }
  const value = term.value as number;
  if (value < 0) yield constant(-value);
  for (const smaller of smallerNumbers(Math.abs(value), least)) yield constant(smaller);
}

function weigh(term: Term): number {
  return term.args.reduce((sum, arg) => sum + weigh(arg), 1);
}
