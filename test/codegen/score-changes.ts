/** Where a score stands, for formulas that are written by hand. */
export interface Place {
  readonly batch: number;
  readonly head: number;
  readonly i: number;
  readonly j: number;
  readonly n: number;
  readonly nq: number;
}

/** A field `score`, the declarations that it needs, and what it means. */
export interface ScoreChange {
  readonly name: string;
  readonly declare?: string;
  readonly score: string;
  readonly truth: (s: number, place: Place) => number;
  /** Whether errors of f32 in it are larger than those of the sums around it. */
  readonly steep?: boolean;
}

export const slopes = [0.5, 0.125];
export const table = [
  [0.5, -1, 2, 0.25, -0.75],
  [1, 1.5, -2, -0.5, 0],
];
const gate = 0.75;

const declared = {
  slopes: `input slopes: float[heads] = [${slopes.join(', ')}]`,
  table: `input table: float[heads, 5] = [${table.map((row) => `[${row.join(', ')}]`).join(', ')}]`,
  ids: 'input ids: int[n] = documents(8)',
};

/** Every kind of node and function of the last step of a score, each with its meaning in float64. */
export const scoreChanges: readonly ScoreChange[] = [
  { name: 'a distance', score: 's + 1.0 * (i - j)', truth: (s, { i, j }) => s + i - j },
  {
    name: 'ALiBi by hand',
    declare: declared.slopes,
    score: 's - slopes[head] * abs(i - j)',
    truth: (s, { i, j, head }) => s - slopes[head] * Math.abs(i - j),
  },
  {
    name: 'the diagonal',
    score: 'if i == j then s + 1.0 else s',
    truth: (s, { i, j }) => (i === j ? s + 1 : s),
  },
  { name: 'a cap', score: 'min(s, 0.25)', truth: (s) => Math.min(s, 0.25) },
  { name: 'a soft cap', score: '0.5 * tanh(s / 0.5)', truth: (s) => 0.5 * Math.tanh(s / 0.5) },
  {
    name: 'nothing of s',
    score: 'exp2(-abs(i - j) / 4) ',
    truth: (_, { i, j }) => 2 ** (-Math.abs(i - j) / 4),
  },
  {
    name: 'a clamped relative table',
    declare: declared.table,
    score: 's + table[head, clamp(i - j + 2, 0, 4)]',
    truth: (s, { i, j, head }) => s + table[head][Math.max(0, Math.min(4, i - j + 2))],
  },
  {
    name: 'reads outside of arrays',
    declare: `${declared.table}\n${declared.ids}`,
    score: 's + table[head, j - i + 2] + ids[i - n] / 2',
    truth: (s, { i, j, head }) => s + (table[head][j - i + 2] ?? 0) - 0.5,
  },
  {
    name: 'logarithms, roots and powers',
    score: 's / sqrt(1 + abs(i - j)) - log(1.0 + abs(i - j)) + pow(abs(i - j), 0.75) / 8 - log2(2 + i mod 3)',
    truth: (s, { i, j }) => {
      const d = Math.abs(i - j);
      return s / Math.sqrt(1 + d) - Math.log(1 + d) + d ** 0.75 / 8 - Math.log2(2 + (((i % 3) + 3) % 3));
    },
    steep: true,
  },
  {
    name: 'products of the score',
    score: 'pow(s, 3) + pow(s, 2) / 4 - exp(-s) + max(s, 0.0, -s) - sigmoid(4 * s)',
    truth: (s) => s ** 3 + (s * s) / 4 - Math.exp(-s) + Math.abs(s) - 1 / (1 + Math.exp(-4 * s)),
    steep: true,
  },
  {
    name: 'comparisons of scores',
    declare: `${declared.slopes}\nlaunch gate: real in 0.0..2.0 = ${gate}`,
    score: 'if s < gate and not s == 0.0 then s * gate else if slopes[head] * (i - j) >= 1.0 then -s else 0',
    truth: (s, { i, j, head }) => (s < gate && s !== 0 ? s * gate : slopes[head] * (i - j) >= 1 ? -s : 0),
  },
  {
    name: 'a set and rounded rows',
    score:
      'if causal & window(keys: floor(sqrt(n)) + 1) then s else s * (i mod 3) - (if i - j < 0.3 * i then 1 else 0)',
    truth: (s, { i, j, n }) =>
      j <= i && i - j < Math.floor(Math.sqrt(n)) + 1
        ? s
        : s * (((i % 3) + 3) % 3) - (i - j < 0.3 * i ? 1 : 0),
  },
  {
    name: 'a quotient of positions',
    score: 's + (i div (j + 1) mod 4) / 8 ',
    truth: (s, { i, j }) => s + (((Math.floor(i / (j + 1)) % 4) + 4) % 4) / 8,
  },
  {
    name: 'a checkerboard',
    score:
      'by head { 0: if (i + j) mod 2 == 0 then s - 0.5 else s; else: if i mod 4 < 2 then 2 * s else s / heads }',
    truth: (s, { i, j, head }) =>
      head === 0 ? ((((i + j) % 2) + 2) % 2 === 0 ? s - 0.5 : s) : ((i % 4) + 4) % 4 < 2 ? 2 * s : s / 2,
  },
  {
    name: 'minus infinity at some pairs',
    score: 's + log((i + j) mod 3)',
    truth: (s, { i, j }) => s + Math.log((((i + j) % 3) + 3) % 3),
  },
  {
    name: 'minus infinity in whole rows',
    score: 'if i mod 4 == 1 then -1e38 else s - (if j mod 5 == 0 then 2e38 else 0.0)',
    truth: (s, { i, j }) => (((i % 4) + 4) % 4 === 1 || j % 5 === 0 ? -Infinity : s),
  },
];
