import { describe, expect, it } from 'vitest';
import { launchMask, launchScalars } from '../../../runtime/mask/index.ts';
import { readArrays } from '../../../runtime/read-arrays.ts';
import { bindScore } from '../../../runtime/reference/bind-score.ts';
import type { DenseScore } from '../../../runtime/reference/attend-dense.ts';
import { attentionOf, lowerOne, lowerText } from './lower-text.ts';

const nk = 9;
const nq = 5;
const offset = nk - nq;
const heads = 2;
const messages = (text: string) => lowerText(text).diagnostics.map(({ message }) => message);

/** The bound score of `mask full` with some fields, at nq 5, nk 9, two heads and batch 2. */
function scoreOf(
  fields: string,
  declarations: string,
  arrays: Readonly<Record<string, unknown>>,
  launch: Readonly<Record<string, number>> = {},
): DenseScore {
  const graph = lowerOne(attentionOf('full', declarations, `${fields}\n heads ${heads}`));
  const model = { ...graph, mask: graph.nodes[0].mask, score: graph.nodes[0].score };
  const sizes = { batch: 2, nq, nk, launch };
  const given = readArrays(model.inputs, arrays, launchScalars(model, sizes));
  const launched = launchMask(model, { ...sizes, arrays: given });
  return bindScore(model, launched.scalars, launched.arrays);
}

const number = (...indices: readonly number[]) => indices.reduce((sum, index) => 10 * sum + index, 1) / 8;
function array(sizes: readonly number[], ...indices: readonly number[]): unknown {
  const [size, ...rest] = sizes;
  return size === undefined
    ? number(...indices)
    : Array.from({ length: size }, (_, at) => array(rest, ...indices, at));
}

type BiasAt = (batch: number, head: number, i: number, j: number) => number;

function expectBias(score: DenseScore, wanted: BiasAt): void {
  for (const batch of [0, 1])
    for (let head = 0; head < heads; head++)
      for (let i = offset; i < nk; i++)
        for (let j = 0; j < nk; j++)
          expect([batch, head, i, j, score.bias!(batch, head, i, j)]).toEqual([
            batch,
            head,
            i,
            j,
            wanted(batch, head, i, j),
          ]);
}

describe('bias pair', () => {
  it.each<[string, readonly number[], BiasAt]>([
    ['float[nq, nk]', [nq, nk], (_b, _h, i, j) => number(i - offset, j)],
    ['float[n, n]', [nk, nk], (_b, _h, i, j) => number(i, j)],
    ['float[heads, nq, n]', [heads, nq, nk], (_b, h, i, j) => number(h, i - offset, j)],
    ['float[batch, heads, n, n]', [2, heads, nk, nk], (b, h, i, j) => number(b, h, i, j)],
  ])('takes %s', (type, sizes, wanted) => {
    expectBias(scoreOf('bias pair(b)', `input b: ${type}`, { b: array(sizes) }), wanted);
  });

  it('reads any element, 0 outside of the array, and adds several', () => {
    const score = scoreOf(
      'bias pair(b[i div 2, j div 2], [0.5, 0.25][head])',
      'input b: float[batch, 4, 3]',
      { b: array([2, 4, 3]) },
    );
    const block: BiasAt = (b, _h, i, j) =>
      i >= 8 || j >= 6 ? 0 : number(b, Math.floor(i / 2), Math.floor(j / 2));
    expectBias(score, (b, h, i, j) => block(b, h, i, j) + [0.5, 0.25][h]);
  });

  it('reads by launch parameters and integer inputs', () => {
    const score = scoreOf(
      'bias pair(b[ids[i], w])',
      'input b: float[3, 4] input ids: int[n] launch w: int in 0..3 = 1',
      { b: array([3, 4]), ids: [0, 1, 2, 0, 1, 2, 0, -1, 3] },
      { w: 2 },
    );
    expectBias(score, (_b, _h, i) => (i === 8 || i === 7 ? 0 : number(i % 3, 2)));
  });

  it('takes lists of integers, and elements that are known already', () => {
    const bias = (fields: string) => scoreOf(`bias pair(${fields})`, '', {});
    expectBias(bias('[0, -3, 1][(i + j) mod 3]'), (_b, _h, i, j) => [0, -3, 1][(i + j) % 3]);
    expectBias(bias('[0.5, 0.25][1], 2'), () => 2.25);
    const scaled = scoreOf('denominator scale([2, 4][head])', '', {});
    expect([0, 1].map((head) => scaled.denominatorScale!(0, head, offset))).toEqual([2, 4]);
  });

  it('needs a float array whose last sizes are rows and keys', () => {
    for (const type of ['float[n]', 'int[n, n]', 'float[n, nq]', 'float[3, n, n]']) {
      expect(messages(attentionOf('full', `input b: ${type}`, 'bias pair(b)'))).toEqual([
        '`bias pair` needs a float[nq, n] array, with batch and heads before it if wanted.',
      ]);
    }
    expect(messages(attentionOf('full', 'input b: float[n]', 'bias pair(b[floor(sqrt(i))])'))).toEqual([
      'An index of `bias pair` rounds a real number.',
    ]);
  });
});

describe('bias relative', () => {
  const held = (x: number, m: number) => Math.max(-m, Math.min(x, m)) + m;

  it('holds j - i inside of the table', () => {
    const score = scoreOf('bias relative(b)', 'input b: float[heads, 2 * 3 + 1]', { b: array([heads, 7]) });
    expectBias(score, (_b, h, i, j) => number(h, held(j - i, 3)));
  });

  it('takes the differences of the axes of the only grid, and nothing elsewhere', () => {
    const score = scoreOf(
      'over text(2) + image(y: 2, x: 3)\n bias relative(b)',
      'input b: float[heads, 3, 5]',
      { b: array([heads, 3, 5]) },
    );
    const cell = (p: number) => (p < 2 || p >= 8 ? null : [Math.floor((p - 2) / 3), (p - 2) % 3]);
    expectBias(score, (_b, h, i, j) => {
      const [a, c] = [cell(i), cell(j)];
      return a === null || c === null ? 0 : number(h, held(c[0] - a[0], 1), held(c[1] - a[1], 2));
    });
  });

  it('needs as many odd sizes as there are axes', () => {
    for (const [type, fields] of [
      ['float[4]', 'bias relative(b)'],
      ['float[3, 3]', 'bias relative(b)'],
      ['float[3, 3, 3]', 'over (y: 2, x: 2) bias relative(b)'],
      ['float[3, 4]', 'over (y: 2, x: 2) bias relative(b)'],
      ['float[5]', 'bias relative(b[i - j])'],
    ]) {
      expect(messages(attentionOf('full', `input b: ${type}`, fields))).toEqual([
        '`bias relative` needs a float array over the differences of positions, or of the axes of the only grid.',
      ]);
    }
  });
});

describe('denominator scale', () => {
  it.each<[string, string, readonly number[], (b: number, h: number, i: number) => number]>([
    ['float[nq]', 'd', [nq], (_b, _h, i) => number(i - offset)],
    ['float[batch, heads, n]', 'd', [2, heads, nk], (b, h, i) => number(b, h, i)],
    ['float[heads, 5]', 'd[head, i div 2]', [heads, 5], (_b, h, i) => number(h, Math.floor(i / 2))],
  ])('takes %s as %s', (type, written, sizes, wanted) => {
    const score = scoreOf(`denominator scale(${written})`, `input d: ${type}`, { d: array(sizes) });
    for (const batch of [0, 1])
      for (const head of [0, 1])
        for (let i = offset; i < nk; i++)
          expect(score.denominatorScale!(batch, head, i)).toBe(wanted(batch, head, i));
  });

  it('is one number a row', () => {
    expect(messages(attentionOf('full', 'input d: float[n, n]', 'denominator scale(d[i, j])'))).toEqual([
      'An index of `denominator scale` depends on `j`.',
    ]);
    expect(messages(attentionOf('full', 'input d: float[n, n]', 'denominator scale(d)'))).toEqual([
      '`denominator scale` needs a float[nq] array, with batch and heads before it if wanted.',
    ]);
  });
});
