import { describe, expect, it } from 'vitest';
import { compile } from '../../../compiler/index.ts';
import { evaluateBound, launchMask, launchScalars } from '../../../runtime/mask/index.ts';
import { feedArrays } from '../../../runtime/mask/launch/feed-arrays.ts';
import { readArrays } from '../../../runtime/read-arrays.ts';
import { countLivePairs } from '../../../runtime/schedule/counts/count-live-pairs.ts';
import type { PairCount } from '../../../runtime/schedule/counts/count-live-pairs.ts';

/** What is counted of the first attention of a text, and what asking every pair gives (null beyond `most` pairs). */
function count(
  text: string,
  { nq, nk }: { readonly nq: number; readonly nk: number },
  most = 4e6,
): { readonly counted: PairCount; readonly asked: number | null } {
  const { units, diagnostics } = compile({ name: 'main.sa', text }, { until: 'lower' });
  if (units.length === 0) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const { graph } = units[0];
  const model = { ...graph, mask: graph.nodes[0].mask };
  const sizes = { batch: 1, nq, nk };
  const scalars = launchScalars(model, sizes);
  const arrays = readArrays(graph.inputs, feedArrays(graph.inputs, {}, scalars), scalars);
  const launched = launchMask(model, { ...sizes, arrays });
  const bound = launched.bind(0, 0);
  const { offset } = launched;
  const counted = countLivePairs(bound, { nq, nk, offset });
  if (nq * nk > most) return { counted, asked: null };
  let asked = 0;
  for (let i = offset; i < offset + nq; i++) {
    for (let j = 0; j < nk; j++) if (evaluateBound(bound, i, j)) asked++;
  }
  return { counted, asked };
}

const on = (space: string, set: string) => `pattern p over ${space} = ${set}`;

describe('countLivePairs', () => {
  it.each([
    ['a cross, by inclusion and exclusion', on('image(y: 20, x: 31)', 'axial(x) | axial(y)'), 20 * 31],
    ['a sparse cross', on('image(y: 24, x: 18)', 'cross(every: 4) | cross(every: 3, wrap: true)'), 24 * 18],
    ['a cross beside a window', on('image(y: 9, x: 11)', 'axial(x) | axial(y) | window(each: 5)'), 99],
    ['three axes', on('(a: 7, b: 8, c: 9)', 'axial(a) | axial(c) | i.b == j.b & i.a > j.a'), 504],
    ['a union inside a product', on('(a: 7, b: 8, c: 9)', 'i.c <= j.c & (i.a == j.a | i.b == j.b)'), 504],
    [
      'coordinates that no axis decides',
      on('image(y: 20, x: 20)', 'abs(i.y - j.y) + abs(i.x - j.x) < 5'),
      400,
    ],
    ['remainders of both', 'pattern p = (i - j) mod 6 == 1 & j mod 4 == 2', 500],
    ['more positions than cells', on('image(y: 10, x: 10)', 'axial(x) | axial(y)'), 131],
    ['fewer positions than cells', on('image(y: 10, x: 10)', 'axial(x) | axial(y)'), 87],
  ])('%s', (_, text, n) => {
    for (const sizes of [
      { nq: n, nk: n },
      { nq: Math.ceil(n / 3), nk: n },
    ]) {
      const { counted, asked } = count(text, sizes);
      expect(counted).toEqual({ pairs: asked, exact: true });
    }
  });

  it.each([
    [
      'cells of looked up coordinates',
      'over (x: 16, y: 16, order: places) = i.x div 8 == j.x div 8 & i.y div 8 == j.y div 8',
    ],
    [
      'one condition on a looked up number',
      '= places[i, 0] < 9 & places[j, 1] == places[i, 1] & j mod 3 != 1',
    ],
    ['a looked up number and the row', '= places[i, 0] < places[j, 0] | i == j'],
    ['conditions on the row alone', '= places[i, 0] mod 3 == 1'],
  ])('%s, by classes of rows', (_, rest) => {
    const text = `pattern p(places: int[n, 2]) ${rest}`;
    const attention = `${text}\nattention a {\n  input places: int[n, 2] = random(below: 18, seed: 4)\n  mask p(places)\n  heads 1\n}`;
    const { counted, asked } = count(attention, { nq: 211, nk: 211 });
    expect(counted).toEqual({ pairs: asked, exact: true });
  });

  it('counts crosses of a million tokens exactly', () => {
    const [side, n] = [1024, 2 ** 20];
    const both = count(on(`image(y: ${side}, x: ${side})`, 'axial(x) | axial(y)'), { nq: n, nk: n });
    expect(both.counted).toEqual({ pairs: n * (2 * side - 1), exact: true });
    const sparse = count(on(`image(y: ${side}, x: ${side})`, 'cross(every: 4)'), { nq: n, nk: n });
    expect(sparse.counted).toEqual({ pairs: n * 2 * (side / 4 - 1), exact: true });
  });
});
