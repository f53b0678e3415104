import { describe, expect, it } from 'vitest';
import { attentionOf, disagreements, lowerOne } from './lower-text.ts';
import type { Launch, Pair } from './lower-text.ts';

type Predicate = (pair: Pair) => boolean;

const mod = (a: number, b: number) => ((a % b) + b) % b;
const div = (a: number, b: number) => Math.floor(a / b);

/** Python's round: halves to even. */
function roundEven(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

const cases: readonly (readonly [mask: string, predicate: Predicate])[] = [
  ['causal | j < 3', ({ i, j }) => j <= i || j < 3],
  ['causal & window(each: 2) - sink(4)', ({ i, j }) => j <= i && i - j <= 2 && !(j < 4)],
  ['!causal', ({ i, j }) => j > i],
  ['(causal - window(keys: 2)) | i == j', ({ i, j }) => i === j || i - j >= 2],
  ['not (i < 5 and j > 3 or i == 9)', ({ i, j }) => !((i < 5 && j > 3) || i === 9)],
  ['0 <= i - j < 4', ({ i, j }) => i - j >= 0 && i - j < 4],
  ['i > j >= 2', ({ i, j }) => i > j && j >= 2],
  ['i != j', ({ i, j }) => i !== j],
  ['(i < 4) == (j < 4)', ({ i, j }) => i < 4 === j < 4],
  ['(i < 4) != causal', ({ i, j }) => i < 4 !== j <= i],
  ['j in 2..5', ({ j }) => j >= 2 && j <= 5],
  ['j in i - 2..<i', ({ i, j }) => j >= i - 2 && j < i],
  ['i + j in [3, 4, 5, 9, i]', ({ i, j }) => [3, 4, 5, 9, i].includes(i + j)],
  ['j in []', () => false],
  ['(j - i) mod 3 == 1', ({ i, j }) => mod(j - i, 3) === 1],
  ['(j - i) div 4 == -1', ({ i, j }) => div(j - i, 4) === -1],
  ['-i + 2 * j > 5 - 1', ({ i, j }) => -i + 2 * j > 4],
  ['abs(i - j) == 2', ({ i, j }) => Math.abs(i - j) === 2],
  ['min(i, j, 5) == 3', ({ i, j }) => Math.min(i, j, 5) === 3],
  ['max(i, j) < 7', ({ i, j }) => Math.max(i, j) < 7],
  ['clamp(i - 2, 0, 4) == j', ({ i, j }) => Math.max(0, Math.min(i - 2, 4)) === j],
  ['bit_length(j) == 3', ({ j }) => [4, 5, 6, 7].includes(j)],
  ['is_power_of_two(i - j)', ({ i, j }) => [1, 2, 4, 8, 16, 32].includes(i - j)],
  ['1 << clamp(i div 8, 0, 9) == j', ({ i, j }) => 2 ** div(i, 8) === j],
  ['j >> 2 == i >> 2', ({ i, j }) => div(i, 4) === div(j, 4)],
  ['if i < n div 2 then causal else j == 0', ({ i, j, n }) => (i < div(n, 2) ? j <= i : j === 0)],
  ['j < (if i mod 2 == 0 then 3 else i)', ({ i, j }) => j < (i % 2 === 0 ? 3 : i)],
  ['if 2 > 1 then i == j else window(keys: 0)', ({ i, j }) => i === j],
  ['j < floor(0.3 * n)', ({ j, n }) => j < Math.floor(0.3 * n)],
  ['j < ceil(sqrt(i))', ({ i, j }) => j < Math.ceil(Math.sqrt(i))],
  ['j == round(i / 2)', ({ i, j }) => j === roundEven(i / 2)],
  ['j == trunc(i / 3)', ({ i, j }) => j === Math.trunc(i / 3)],
  ['j == int(2.5 * log(i + 1))', ({ i, j }) => j === Math.trunc(2.5 * Math.log(i + 1))],
  ['j <= floor(log2(i + 1) * exp2(1.5))', ({ i, j }) => j <= Math.floor(Math.log2(i + 1) * 2 ** 1.5)],
  ['j < floor(exp(0.5) * 3)', ({ j }) => j < Math.floor(Math.exp(0.5) * 3)],
  ['j < 0.37 * i', ({ i, j }) => j < 0.37 * i],
  ['0.5 * i <= j', ({ i, j }) => 0.5 * i <= j],
  ['j >= i / 3', ({ i, j }) => j >= i / 3],
  ['i / 2 > j', ({ i, j }) => i / 2 > j],
  ['j == i / 2', ({ i, j }) => j === i / 2],
  ['i / 4 != 1.5', ({ i }) => i / 4 !== 1.5],
  ['i / 3 < 4 / 3', ({ i }) => i / 3 < 4 / 3],
  ['1.5 <= i / 4', ({ i }) => i / 4 >= 1.5],
  ['j < floor(if i < 5 then 1 else 0.5 * i)', ({ i, j }) => j < Math.floor(i < 5 ? 1 : 0.5 * i)],
  ['abs(0.5 - i) < 3', ({ i }) => Math.abs(0.5 - i) < 3],
  [
    'j < floor(max(1.5, min(i, 0.25 * n)))',
    ({ i, j, n }) => j < Math.floor(Math.max(1.5, Math.min(i, 0.25 * n))),
  ],
  ['j < [4, 8, n][i mod 3]', ({ i, j, n }) => j < [4, 8, n][i % 3]],
  ['j < [2, 5, 11, 3][i mod 4]', ({ i, j }) => j < [2, 5, 11, 3][i % 4]],
  [
    'j < [[1, 2], [3, 4]][i mod 2, j mod 2]',
    ({ i, j }) =>
      j <
      [
        [1, 2],
        [3, 4],
      ][i % 2][j % 2],
  ],
];

describe('expressions', () => {
  it.each(cases)('%s', (mask, predicate) => {
    const graph = lowerOne(attentionOf(mask));
    for (const nk of [1, 2, 3, 7, 16, 33]) expect(disagreements(graph, { nk }, predicate)).toEqual([]);
  });

  it('reads real launch parameters', () => {
    const graph = lowerOne(
      attentionOf('j < floor(r * n) & j >= s', 'launch r: real in 0..1 = 0.5\nlaunch s: real = 1.5'),
    );
    const predicate: Predicate = ({ j, n }) => j < Math.floor(0.29 * n) && j >= 2.25;
    expect(disagreements(graph, { nk: 31, launch: { r: 0.29, s: 2.25 } }, predicate)).toEqual([]);
  });
});

describe('by', () => {
  const fields = 'heads 6';
  const launches: readonly Launch[] = [{ nk: 11 }, { nk: 11, layer: 3 }];

  it('chooses sets by head', () => {
    const mask = 'by head { 0..<2: causal; 4: full; else: window(each: 1) }';
    const graph = lowerOne(attentionOf(mask, '', fields));
    const predicate: Predicate = ({ i, j, head }) => (head < 2 ? j <= i : head === 4 || Math.abs(i - j) <= 1);
    for (const launch of launches) expect(disagreements(graph, launch, predicate)).toEqual([]);
  });

  it('needs no else where every head is named', () => {
    const mask = 'by head { 0, 2: causal; 1: empty; 3..<heads - 1: i == j; heads - 1: full }';
    const graph = lowerOne(attentionOf(mask, '', fields));
    const predicate: Predicate = ({ i, j, head }) => {
      if (head === 1) return false;
      if (head === 5) return true;
      return head === 0 || head === 2 ? j <= i : i === j;
    };
    expect(disagreements(graph, { nk: 7 }, predicate)).toEqual([]);
  });

  it('chooses numbers by head and by layer', () => {
    const declarations = 'let w = by layer { 0: 2; 1..3: by head { 0..<3: 4; else: 8 }; else: 1 }';
    const graph = lowerOne(attentionOf('window(keys: w)', declarations, fields));
    for (const layer of [0, 1, 3, 4]) {
      const width = (head: number) => (layer === 0 ? 2 : layer > 3 ? 1 : head < 3 ? 4 : 8);
      const predicate: Predicate = ({ i, j, head }) => i - j >= 0 && i - j < width(head);
      expect(disagreements(graph, { nk: 13, layer }, predicate)).toEqual([]);
    }
  });

  it('rotates by arithmetic on the head', () => {
    const graph = lowerOne(attentionOf('j mod heads == (i + head) mod heads', '', fields));
    expect(disagreements(graph, { nk: 17 }, ({ i, j, head }) => j % 6 === (i + head) % 6)).toEqual([]);
  });
});
