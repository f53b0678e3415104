import { formOf } from './forms/index.ts';
import type { WeightFunction } from '../../runtime/score.ts';
import { scoreFormOf } from './scores/score-part.ts';
import type { GridOrder } from './grid-orders.ts';
import type { TensorFields } from './generate-tensors.ts';
import type { ScorePart } from './scores/score-part.ts';
import type { Term } from './term.ts';

/** One run of the fuzzer: a specification and the launch that it is checked with. Plain data, so that it shrinks. */
export interface FuzzCase {
  readonly mask: Term;
  /** Masks of further attends, and what becomes of them; with none the mask is the field `mask`. */
  readonly others: readonly Term[];
  readonly combine: 'merge' | 'concat';
  /** Whether a merge of three attends or more is written as merges of two, which means the same. */
  readonly isNested: boolean;
  /** `pattern shape(width: int) = let half = HALF BODY`; null where the mask does not call it. */
  readonly pattern: { readonly half: Term; readonly body: Term } | null;
  /** What changes the scores. */
  readonly scores: readonly ScorePart[];
  /** What stands behind `normalize`; null for a softmax. Without one there is no merge and nothing of a denominator. */
  readonly weights: WeightFunction | null;
  /** `over image(y: rows, x: columns)`; null where positions are plain numbers. */
  readonly grid: readonly [rows: number, columns: number] | null;
  /** Whether inputs say what they hold where nobody gives them. */
  readonly hasFeeds: boolean;
  /** How the cells are numbered; null where the text does not say. */
  readonly order: GridOrder | null;
  readonly storage: TensorFields;
  readonly batch: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly nq: number;
  readonly nk: number;
  /** The text behind `queries at` and what it means; null for the default, nk - nq. */
  readonly queriesAt: keyof typeof offsets | null;
  readonly layer: number;
  /** Launch parameters: `w` is at least 1, `shift` at least 0. */
  readonly w: number;
  readonly shift: number;
  /** Seed of the arrays and tensors. */
  readonly seed: number;
  /** Tile shape of the run table that is checked. */
  readonly queryTile: number;
  readonly granularity: number;
}

type Sizes = Pick<FuzzCase, 'nq' | 'nk' | 'shift'>;

/** What may stand behind `queries at`. */
export const offsets = {
  '0': () => 0,
  'nk - nq': ({ nk, nq }: Sizes) => nk - nq,
  shift: ({ shift }: Sizes) => shift,
  'nk - shift': ({ nk, shift }: Sizes) => nk - shift,
  '-3': () => -3,
} as const;

/** Position of query row 0. */
export function offsetOf(fuzzCase: FuzzCase): number {
  return offsets[fuzzCase.queriesAt ?? 'nk - nq'](fuzzCase);
}

/** The largest constant behind `w` and `shift` in the text. */
export const launchLimits = { w: 64, shift: 64 } as const;

/** The launch parameters of a case that the text declares. */
export function launchOf(fuzzCase: FuzzCase): Record<string, number> {
  const { w, shift } = fuzzCase;
  const reals = realParameters(fuzzCase).map((name) => [name, realAtLaunch]);
  return { w, shift, ...Object.fromEntries(reals) };
}

/** The launch parameters of type real that a case reads. */
export function realParameters(fuzzCase: FuzzCase): readonly string[] {
  const read = [...termsOf(fuzzCase).map(formOf), ...fuzzCase.scores.map(scoreFormOf)];
  return [...new Set(read.flatMap(({ launch }) => launch ?? []))];
}

/** What launch parameters of type real are given, which is not their default. */
const realAtLaunch = 0.4375;

/** Every term of a tree, itself first. */
export function* walk(term: Term): Generator<Term> {
  yield term;
  for (const arg of term.args) yield* walk(arg);
}

/** All terms of a case. */
export function termsOf({ mask, others, pattern, scores }: FuzzCase): Term[] {
  const roots = [mask, ...others, ...(pattern === null ? [] : [pattern.half, pattern.body])];
  return [...roots, ...scores.flatMap(({ args }) => args)].flatMap((term) => [...walk(term)]);
}
