import { coordinatesAt } from '../grid-orders.ts';
import type { Environment, Sort } from '../term.ts';
import { elementOf, gridReach, reach } from './real-arrays.ts';

export { realArrays } from './real-arrays.ts';

/** The fields of an attention that change scores, in the order in which `docs/language.md` applies them. */
export type ScoreFieldName =
  | 'scale'
  | 'rows scale'
  | 'softcap'
  | 'alibi'
  | 'bias key'
  | 'bias pair'
  | 'bias relative'
  | 'sink logit'
  | 'score'
  | 'denominator scale';

/** One way to write a field of scores, and what it means. */
export interface ScoreForm {
  readonly name: string;
  /** Forms of the fields that take several arguments stand side by side; of the others there is one at most. */
  readonly field: ScoreFieldName;
  /** The input that it reads; none where absent. */
  readonly uses?: string;
  /** The launch parameter that it reads, of type real. */
  readonly launch?: string;
  /** Index expressions. `row` is one without j. */
  readonly takes: readonly Extract<Sort, 'integer' | 'row'>[];
  /** The constants that stand in it; null where there is none. */
  readonly numbers: readonly number[] | null;
  /** Whether the attention has to be over a grid. */
  readonly onGrid?: boolean;
  /** What stands behind the field, or between its parentheses. */
  readonly text: (args: readonly string[], value: number) => string;
  /** The number that the field gives at a pair; `s` is the score that the field `score` changes, 0 for others. */
  readonly meaning: (environment: Environment, args: readonly number[], value: number, s: number) => number;
}

type Part = Pick<ScoreForm, 'name' | 'text' | 'meaning'> & Partial<ScoreForm>;
const form = (field: ScoreFieldName, part: Part): ScoreForm => ({ takes: [], numbers: null, ...part, field });

/** A form that hands an array over; `indices` is the element that a pair reads. */
const arrayForm = (
  field: ScoreFieldName,
  name: string,
  indices: (environment: Environment) => readonly number[],
  part: Partial<ScoreForm> = {},
): ScoreForm =>
  form(field, {
    name: `${field}, ${name}`,
    uses: name,
    text: () => name,
    meaning: (environment) => elementOf(environment.arrays[name], indices(environment)),
    ...part,
  });

/** The slopes of the paper: the powers of 2^(-8 / P) for P heads, and every other one of 2P heads beyond. */
function paperSlope(head: number, heads: number): number {
  let power = 1;
  while (2 * power <= heads) power *= 2;
  const first = Array.from({ length: power }, (_, h) => 2 ** ((-8 * (h + 1)) / power));
  const between = Array.from({ length: power }, (_, h) => 2 ** ((-8 * (2 * h + 1)) / (2 * power)));
  return [...first, ...between][head];
}

const held = (difference: number, most: number) => Math.min(Math.max(difference, -most), most) + most;

const simple: readonly ScoreForm[] = [
  form('scale', {
    name: 'scale',
    numbers: [0.125, 0.5, 1, 2],
    text: (_, value) => String(value),
    meaning: (_, __, value) => value,
  }),
  form('scale', {
    name: 'scale at launch',
    launch: 'strength',
    text: () => 'strength',
    meaning: ({ names }) => names.strength,
  }),
  form('softcap', {
    name: 'softcap',
    numbers: [0.5, 3, 30],
    text: (_, value) => String(value),
    meaning: (_, __, value) => value,
  }),
  form('alibi', {
    name: 'alibi',
    text: () => '',
    meaning: ({ head, heads }) => paperSlope(head, heads),
  }),
  arrayForm('alibi', 'slopes', ({ head }) => [head]),
  arrayForm('sink logit', 'sinks', ({ head }) => [head]),
  arrayForm('bias key', 'key_bias', ({ j }) => [j]),
  arrayForm('bias key', 'key_bias_of_heads', ({ head, j }) => [head, j]),
  arrayForm('bias key', 'key_bias_of_all', ({ batch, head, j }) => [batch, head, j]),
];

/** Factors of rows. They are read out of a table of positions, so there is none before position 0. */
const rows: readonly ScoreForm[] = [
  form('rows scale', {
    name: 'logarithm of the row',
    text: () => 'log2(2 + max(i, 0)) / 2',
    meaning: ({ i }) => (i < 0 ? 0 : Math.log2(2 + i) / 2),
  }),
  form('rows scale', {
    name: 'steps of rows',
    numbers: [0.25, 1.5],
    text: (_, value) => `1 + (i mod 3) * ${value}`,
    meaning: ({ i }, _, value) => (i < 0 ? 0 : 1 + (i % 3) * value),
  }),
  form('rows scale', {
    name: 'rows up to a launch parameter',
    text: () => 'if i < w then 1.5 else n / (n + i)',
    meaning: ({ i, n, names }) => (i < 0 ? 0 : i < names.w ? 1.5 : n / (n + i)),
  }),
  arrayForm('denominator scale', 'row_weight', ({ i, offset }) => [i - offset]),
  arrayForm(
    'denominator scale',
    'row_weight_of_heads',
    ({ batch, head, i, n }) => [batch, head, Math.max(0, Math.min(i, n - 1))],
    // Outside of the array there would be a denominator of 0.
    { text: () => 'row_weight_of_heads[clamp(i, 0, n - 1)]' },
  ),
  form('bias pair', {
    name: 'bias pair out of a list of integers',
    takes: ['integer'],
    text: ([index]) => `[1, 0][(${index}) mod 2]`,
    meaning: (_, [index]) => 1 - Math.abs(index % 2),
  }),
  form('denominator scale', {
    name: 'denominator scale out of a list',
    takes: ['row'],
    text: ([index]) => `[0.5, 1.25, 2][(${index}) mod 3]`,
    meaning: (_, [index]) => [0.5, 1.25, 2][((index % 3) + 3) % 3],
  }),
];

const pairs: readonly ScoreForm[] = [
  arrayForm('bias pair', 'pair_bias', ({ i, j }) => [i, j]),
  arrayForm('bias pair', 'pair_bias_of_rows', ({ batch, i, j, offset }) => [batch, i - offset, j]),
  arrayForm('bias pair', 'pair_bias_of_heads', ({ batch, head, i, j }) => [batch, head, i, j]),
  form('bias pair', {
    name: 'bias pair, looked up',
    uses: 'looked_up',
    takes: ['integer', 'integer'],
    text: ([row, column]) => `looked_up[${row}, ${column}]`,
    meaning: ({ arrays, head }, [row, column]) => elementOf(arrays.looked_up, [head, row, column]),
  }),
  form('bias pair', {
    name: 'bias pair out of a list',
    takes: ['integer'],
    numbers: [-0.75, 2],
    text: ([index], value) => `[0.5, ${value}, 1][(${index}) mod 3]`,
    meaning: (_, [index], value) => [0.5, value, 1][((index % 3) + 3) % 3],
  }),
  arrayForm('bias relative', 'distance_bias', ({ i, j }) => [held(j - i, reach)]),
  arrayForm('bias relative', 'distance_bias_of_heads', ({ batch, head, i, j }) => [
    batch,
    head,
    held(j - i, reach),
  ]),
  arrayForm(
    'bias relative',
    'grid_bias',
    (environment) => {
      const { head, i, j } = environment;
      const cells = [i, j].map((p) => coordinatesAt(environment, p));
      return [head, ...gridReach.map((most, axis) => held(cells[1][axis] - cells[0][axis], most))];
    },
    { onGrid: true },
  ),
];

/** What becomes of a score at last. Comparisons of reals stand where both sides give the same, so that f32 decides nothing. */
const last: readonly ScoreForm[] = [
  form('score', {
    name: 'score, slopes by hand',
    uses: 'slopes',
    text: () => 's - slopes[head] * abs(i - j)',
    meaning: ({ arrays, head, i, j }, _, __, s) => s - elementOf(arrays.slopes, [head]) * Math.abs(i - j),
  }),
  form('score', {
    name: 'score, capped',
    numbers: [0.5, 3],
    text: (_, value) => `${value} * tanh(s / ${value})`,
    meaning: (_, __, value, s) => value * Math.tanh(s / value),
  }),
  form('score', {
    name: 'score, clipped and gated',
    takes: ['integer'],
    text: ([index]) => `if s < 0.0 then s * sigmoid(s) else min(s, 1.5) * ((${index}) mod 3)`,
    meaning: (_, [index], __, s) =>
      s < 0 ? s / (1 + Math.exp(-s)) : Math.min(s, 1.5) * (((index % 3) + 3) % 3),
  }),
  form('score', {
    name: 'score, fading by distance',
    launch: 'strength',
    text: () => 's * exp2(-abs(i - j) / 16) - strength * log(1 + abs(i - j)) + pow(abs(i - j), 0.5) / 8',
    meaning: ({ i, j, names }, _, __, s) => {
      const d = Math.abs(i - j);
      return s * 2 ** (-d / 16) - names.strength * Math.log(1 + d) + Math.sqrt(d) / 8;
    },
  }),
  form('score', {
    name: 'score, looked up',
    uses: 'looked_up',
    takes: ['integer', 'integer'],
    text: ([row, column]) => `if i == j then s else s + looked_up[${row}, ${column}]`,
    meaning: ({ arrays, head, i, j }, [row, column], _, s) =>
      i === j ? s : s + elementOf(arrays.looked_up, [head, row, column]),
  }),
  form('score', {
    name: 'score, none at some pairs',
    takes: ['integer'],
    text: ([index]) => `if (${index}) mod 3 == 0 then -1e38 else s`,
    meaning: (_, [index], __, s) => (index % 3 === 0 ? -Infinity : s),
  }),
  form('score', {
    name: 'score, rows by a rounded root',
    text: () => 'if i - j < floor(sqrt(n)) then s else s / sqrt(2 + head)',
    meaning: ({ i, j, n, head }, _, __, s) =>
      i - j < Math.floor(Math.sqrt(n)) ? s : s / Math.sqrt(2 + head),
  }),
];

/** Every way to change scores that random specifications have. */
export const scoreForms: readonly ScoreForm[] = [...simple, ...rows, ...pairs, ...last];

/** The fields whose forms stand side by side. */
export const fieldsOfSeveral: ReadonlySet<ScoreFieldName> = new Set(['bias pair', 'bias relative']);
