import { describe, expect, it } from 'vitest';
import { forms } from '../../../compiler/passes/lower/forms/registry.ts';
import { attentionOf, disagreements, lowerOne } from './lower-text.ts';
import type { Pair } from './lower-text.ts';

type Predicate = (pair: Pair) => boolean;

const mod = (a: number, b: number) => ((a % b) + b) % b;
const div = (a: number, b: number) => Math.floor(a / b);

/** Keys of a window that is shifted to stay inside 0..length-1, counted along one residue class. */
function shifted(position: number, back: number, count: number, length: number): readonly number[] {
  const all = Array.from({ length }, (_, at) => at);
  const start = Math.max(0, Math.min(position - back, length - count));
  return all.slice(start, start + count);
}

function clamped(back: number, ahead: number, step: number): Predicate {
  return ({ i, j, n }) => {
    const members = Array.from({ length: n }, (_, at) => at).filter((at) => mod(at, step) === mod(i, step));
    return shifted(members.indexOf(i), back, back + ahead + 1, members.length).some(
      (at) => members[at] === j,
    );
  };
}

/** Walks from i, at most once around. */
function wrapped(back: number, ahead: number, step: number): Predicate {
  return ({ i, j, n }) => {
    for (let hop = 0; hop <= ahead && hop * step < n; hop++) if (mod(i + hop * step, n) === j) return true;
    for (let hop = 0; hop <= back && hop * step < n; hop++) if (mod(i - hop * step, n) === j) return true;
    return false;
  };
}

/**
 * NATTEN by enumeration: the positions of a dilation group, the leader of the query's stride group, and the window of
 * the leader.
 */
function natten(k: number, stride: number, dilation: number, causal: boolean): Predicate {
  return ({ i, j, n }) => {
    const group = Array.from({ length: n }, (_, at) => at).filter((at) => at % dilation === i % dilation);
    const [x, y] = [group.indexOf(i), group.indexOf(j)];
    if (y < 0) return false;
    const first = x - (x % stride);
    if (causal) {
      const leader = Math.min(first + stride - 1, group.length - 1);
      return y <= x && y > leader - k;
    }
    const leader = Math.min(first + Math.floor(stride / 2), group.length - 1);
    return shifted(leader, Math.floor(k / 2), k, group.length).includes(y);
  };
}

const cases: readonly (readonly [mask: string, predicate: Predicate, shortest?: number])[] = [
  ['full', () => true],
  ['empty', () => false],
  ['skip', () => false],
  ['causal', ({ i, j }) => j <= i],
  ['offsets(-3..5)', ({ i, j }) => [-3, -2, -1, 0, 1, 2, 3, 4, 5].includes(j - i)],
  ['offsets(-7..<7, step: 3)', ({ i, j }) => [-6, -3, 0, 3, 6].includes(j - i)],
  ['offsets(2..2)', ({ i, j }) => j === i + 2],
  ['window(each: 0)', ({ i, j }) => i === j],
  ['window(each: 4)', ({ i, j }) => Math.abs(i - j) <= 4],
  ['window(each: 2, step: 3)', ({ i, j }) => [-6, -3, 0, 3, 6].includes(j - i)],
  ['window(keys: 1)', ({ i, j }) => i === j],
  ['window(keys: 5)', ({ i, j }) => [0, 1, 2, 3, 4].includes(i - j)],
  ['window(keys: 3, step: 4)', ({ i, j }) => [0, 4, 8].includes(i - j)],
  ['window(back: 3, ahead: 1)', ({ i, j }) => j >= i - 3 && j <= i + 1],
  ['window(back: 2)', ({ i, j }) => j >= i - 2 && j <= i],
  ['window(ahead: 2, step: 5)', ({ i, j }) => [0, 5, 10].includes(j - i)],
  ['window(each: 3, edge: truncate)', ({ i, j }) => Math.abs(i - j) <= 3],
  ['window(each: 3, edge: clamp)', clamped(3, 3, 1)],
  ['window(keys: 4, edge: clamp)', clamped(3, 0, 1)],
  ['window(back: 1, ahead: 2, step: 3, edge: clamp)', clamped(1, 2, 3)],
  ['window(each: 3, edge: wrap)', wrapped(3, 3, 1)],
  ['window(back: 4, ahead: 1, step: 2, edge: wrap)', wrapped(4, 1, 2)],
  ['window(keys: 3, edge: wrap)', wrapped(2, 0, 1)],
  ['stride(1)', () => true],
  ['stride(7)', ({ i, j }) => mod(i - j, 7) === 0],
  ['columns(every: 5, at: 3..<5)', ({ j }) => j % 5 >= 3],
  ['columns(every: 6, at: [0, 4])', ({ j }) => j % 6 === 0 || j % 6 === 4],
  ['global(0..<2)', ({ i, j }) => i < 2 || j < 2],
  ['global([0, 3, 4, 9])', ({ i, j }) => [0, 3, 4, 9].includes(i) || [0, 3, 4, 9].includes(j)],
  ['global([1, 5..6])', ({ i, j }) => [1, 5, 6].includes(i) || [1, 5, 6].includes(j)],
  ['keys(2..4)', ({ j }) => j >= 2 && j <= 4],
  ['keys(n - 3..<n)', ({ j, n }) => j >= n - 3],
  ['queries(n div 2..<n)', ({ i, n }) => i >= div(n, 2)],
  ['queries([0])', ({ i }) => i === 0],
  ['sink(4)', ({ j }) => j < 4],
  ['powers_of_two()', ({ i, j }) => [0, 1, 2, 4, 8, 16, 32].includes(Math.abs(i - j))],
  ['powers_of_two(from: 2, to: 9)', ({ i, j }) => [2, 4, 8].includes(Math.abs(i - j))],
  ['powers_of_two(from: 1)', ({ i, j }) => [1, 2, 4, 8, 16, 32].includes(Math.abs(i - j))],
  ['block(1) { window(each: 2) }', ({ i, j }) => Math.abs(i - j) <= 2],
  ['block(5) { causal }', ({ i, j }) => div(j, 5) <= div(i, 5)],
  ['block(4) { window(keys: 2) | sink(1) }', ({ i, j }) => j < 4 || [0, 1].includes(div(i, 4) - div(j, 4))],
  ['block(3) { keys([n - 1]) }', ({ j, n }) => div(j, 3) === div(n - 1, 3)],
  ['block(2) { block(3) { i == j } }', ({ i, j }) => div(i, 6) === div(j, 6)],
  ['block(6) { n == 2 }', ({ n }) => n > 6 && n <= 12],
  ['within(chunk(6)) { causal }', ({ i, j }) => div(i, 6) === div(j, 6) && j <= i],
  ['within(chunk(7)) { sink(2) }', ({ i, j }) => div(i, 7) === div(j, 7) && j % 7 < 2],
  ['within(chunk(5)) { i + j == n - 1 }', ({ i, j, n }) => reversedInChunk(i, j, n, 5)],
  ['within(chunk(8)) { !causal }', ({ i, j }) => div(i, 8) === div(j, 8) && j > i],
  [
    'within(chunk(9)) { block(2) { i == j } }',
    ({ i, j }) => div(i, 9) === div(j, 9) && div(i % 9, 2) === div(j % 9, 2),
  ],
  ['within(chunk(12)) { within(chunk(5)) { full } }', ({ i, j }) => nestedChunk(i) === nestedChunk(j)],
  [
    'block(2) { within(chunk(3)) { i >= j } }',
    ({ i, j }) => div(i, 6) === div(j, 6) && div(j, 2) <= div(i, 2),
  ],
  ['within(chunk(6)) { window(each: 1, edge: clamp) }', clampedInChunk],
  ['neighborhood(1)', natten(1, 1, 1, false)],
  ['neighborhood(7)', natten(7, 1, 1, false), 7],
  ['neighborhood(4, stride: 3)', natten(4, 3, 1, false), 4],
  ['neighborhood(6, stride: 2, dilation: 3)', natten(6, 2, 3, false), 18],
  ['neighborhood(5, causal: true)', natten(5, 1, 1, true), 5],
  ['neighborhood(7, stride: 3, dilation: 2, causal: true)', natten(7, 3, 2, true), 14],
  ['neighborhood((8), stride: 8)', natten(8, 8, 1, false), 8],
];

function reversedInChunk(i: number, j: number, n: number, size: number): boolean {
  const start = i - (i % size);
  const end = Math.min(start + size, n);
  return div(i, size) === div(j, size) && i + j === start + end - 1;
}

function nestedChunk(position: number): string {
  return `${div(position, 12)}/${div(position % 12, 5)}`;
}

function clampedInChunk({ i, j, n }: Pair): boolean {
  const start = i - (i % 6);
  const length = Math.min(6, n - start);
  return div(i, 6) === div(j, 6) && shifted(i - start, 1, 3, length).includes(j - start);
}

describe('forms', () => {
  const lengths = [...Array.from({ length: 24 }, (_, at) => at + 1), 31, 32, 33, 40];
  const titled = cases.map(([mask, predicate, shortest = 1]) => ({ mask, predicate, shortest }));

  it.each(titled)('$mask means what its predicate says', ({ mask, predicate, shortest }) => {
    const graph = lowerOne(attentionOf(mask));
    for (const nk of lengths) if (nk >= shortest) expect(disagreements(graph, { nk }, predicate)).toEqual([]);
  });

  it('has a case for every form that needs no array and no grid', () => {
    const tested = new Set(cases.flatMap(([mask]) => mask.match(/[a-z_]+/g) ?? []));
    const missing = [...forms.keys()].filter((name) => !tested.has(name));
    const onGrids = ['axial', 'axis', 'cross', 'shifted_window', 'tiles'];
    const ofArrays = ['rank', 'same', 'segments', 'subset'];
    expect(missing.sort()).toEqual([...onGrids, ...ofArrays, 'random', 'shrink'].sort());
  });

  it('takes extents that are given at launch', () => {
    const graph = lowerOne(
      attentionOf(
        'causal & window(keys: w, step: d)',
        'launch w: int in 1..64 = 4\nlaunch d: int in 1..8 = 1',
      ),
    );
    for (const [w, d] of [
      [1, 1],
      [5, 1],
      [3, 4],
      [64, 8],
    ]) {
      const predicate: Predicate = ({ i, j }) => i - j >= 0 && (i - j) % d === 0 && (i - j) / d < w;
      expect(disagreements(graph, { nk: 23, launch: { w, d } }, predicate)).toEqual([]);
    }
  });

  it('counts positions of queries from the offset', () => {
    const graph = lowerOne(attentionOf('causal & (window(keys: 3) | block(4) { i == j })'));
    for (const [nq, nk] of [
      [1, 9],
      [4, 13],
      [9, 9],
      [11, 7],
    ]) {
      const predicate: Predicate = ({ i, j }) => j <= i && (i - j < 3 || div(i, 4) === div(j, 4));
      expect(disagreements(graph, { nq, nk }, predicate)).toEqual([]);
    }
  });
});
