import { describe, expect, it } from 'vitest';
import { attentionOf, disagreements, lowerOne, lowerText } from './lower-text.ts';
import type { Pair } from './lower-text.ts';

const messages = (text: string) => lowerText(text).diagnostics.map(({ message }) => message);

/** Which positions are picked: by batch entry. */
const picked = [
  [true, false, true, true, false, false, true, true, true, false, true],
  [false, false, false, true, false, false, false, false, false, false, false],
];
const before = (batch: number, x: number) => picked[batch].slice(0, x).filter(Boolean).length;

describe('subsets', () => {
  const arrays = { active: picked };
  const declaration = 'input active: bits[batch, n]';
  const both = ({ i, j, batch }: Pair) => picked[batch][i] && picked[batch][j];

  it('count the positions that are picked among themselves', () => {
    const graph = lowerOne(attentionOf('within(subset(active)) { window(keys: 2) }', declaration));
    const predicate = (pair: Pair) => {
      const away = before(pair.batch, pair.i) - before(pair.batch, pair.j);
      return both(pair) && away >= 0 && away < 2;
    };
    for (const nq of [11, 3])
      expect(disagreements(graph, { nk: 11, nq, batch: 2, arrays }, predicate)).toEqual([]);
  });

  it('have their own n', () => {
    const graph = lowerOne(
      attentionOf('within(subset(active)) { j == n - 1 | window(each: 1, edge: clamp) }', declaration),
    );
    const predicate = (pair: Pair) => {
      const count = before(pair.batch, 11);
      const [x, y] = [before(pair.batch, pair.i), before(pair.batch, pair.j)];
      const start = Math.max(0, Math.min(x - 1, count - 3));
      return both(pair) && (y === count - 1 || (start <= y && y < start + 3));
    };
    expect(disagreements(graph, { nk: 11, batch: 2, arrays }, predicate)).toEqual([]);
  });

  it('are numbered by rank, at every position and behind the last', () => {
    const graph = lowerOne(
      attentionOf(
        'rank(active)[i] == j | rank(active)[n] == i | rank(active)[i + 9] < 0 & j == 3',
        declaration,
      ),
    );
    const predicate = ({ i, j, batch }: Pair) =>
      before(batch, i) === j || before(batch, 11) === i || (i + 9 > 11 && j === 3);
    expect(disagreements(graph, { nk: 11, batch: 2, arrays }, predicate)).toEqual([]);
  });

  it('are made of bits', () => {
    expect(messages(attentionOf('within(subset(ids)) { causal }', 'input ids: int[n]'))).toEqual([
      'The argument "active" of `subset` must be a bit array.',
    ]);
    expect(messages(attentionOf('rank(3)[i] < 2'))).toEqual([
      'The argument "active" of `rank` must be a bit array.',
    ]);
  });
});

describe('shrink by head', () => {
  const blocks = (rule: (i: number, j: number, head: number) => boolean) => {
    return ({ i, j, n, head }: Pair): boolean => {
      for (let a = i - (i % 4); a < Math.min(n, i - (i % 4) + 4); a++)
        for (let b = j - (j % 4); b < Math.min(n, j - (j % 4) + 4); b++) if (rule(a, b, head)) return true;
      return false;
    };
  };

  it('judges the blocks of every head by its own set', () => {
    const graph = lowerOne(
      attentionOf(
        'shrink(4, any) { by head { 0: i - j == 5; 1: i == 3 * j; else: window(keys: head) } }',
        '',
        'heads 4',
      ),
    );
    const predicate = blocks((i, j, head) =>
      head === 0 ? i - j === 5 : head === 1 ? i === 3 * j : i - j >= 0 && i - j < head,
    );
    for (const nk of [1, 7, 16, 21]) expect(disagreements(graph, { nk }, predicate)).toEqual([]);
  });

  it('takes real numbers of the head', () => {
    const graph = lowerOne(
      attentionOf('shrink(4, any) { i - j == floor([1.5, 6.25][head] * 2.0) }', '', 'heads 2'),
    );
    const predicate = blocks((i, j, head) => i - j === [3, 12][head]);
    for (const nk of [7, 21]) expect(disagreements(graph, { nk }, predicate)).toEqual([]);
  });
});
