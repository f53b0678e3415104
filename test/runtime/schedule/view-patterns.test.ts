import { describe, expect, it } from 'vitest';
import {
  bindView,
  buildViewTable,
  countLivePairs,
  countViewPairs,
  verifyViewTable,
} from '../../../runtime/schedule/index.ts';
import { deriveProduct } from '../../../runtime/schedule/views/view-product.ts';
import { spacesOf } from '../../../runtime/schedule/views/view-spaces.ts';
import { RowEvaluator } from '../../../runtime/mask/exact/evaluate-row.ts';
import type { View } from '../../../runtime/view.ts';
import { launchPattern, modelOfPattern } from './pattern-of-example.ts';
import { region } from './random-views.ts';

const positions: View = { kind: 'positions' };
const list: View = { kind: 'list' };

function grid(...sizes: readonly number[]): View {
  const axes = sizes.map((size, axis) => {
    const stride = sizes.slice(axis + 1).reduce((product, inner) => product * inner, 1);
    return [size, stride] as const;
  });
  return { kind: 'boxes', regions: [region(0, axes)] };
}

function residues(n: number, by: number): View {
  const axes = [
    [by, 1],
    [Math.ceil(n / by), by],
  ] as const;
  return { kind: 'boxes', regions: [region(0, axes)] };
}

const video = grid(9, 11, 13);
const image = grid(15, 17);

/** [example, pattern, n, view and box of the queries, of the keys, sizes of the factors]. */
const cases: readonly (readonly [
  string,
  string,
  number,
  View,
  readonly number[],
  View,
  readonly number[],
  string,
])[] = [
  [
    'natten_3d',
    'natten(9, 11, 13, kt: 3, ky: 4, kx: 5)',
    1287,
    video,
    [2, 4, 4],
    video,
    [2, 2, 4],
    '5x5 * 3x6 * 4x4',
  ],
  [
    'natten_3d',
    'natten(9, 11, 13, kt: 3, ky: 4, kx: 5, st: 2, sy: 3, sx: 4)',
    1287,
    video,
    [2, 4, 4],
    video,
    [2, 2, 4],
    '5x5 * 3x6 * 4x4',
  ],
  [
    'natten_3d',
    'natten(9, 11, 13, kt: 3, ky: 3, kx: 5, dt: 2, dy: 3, dx: 2)',
    1287,
    video,
    [2, 4, 4],
    video,
    [1, 4, 4],
    '5x9 * 3x3 * 4x4',
  ],
  ['natten_3d', 'natten(9, 11, 13, kt: 3, ky: 4, kx: 5)', 1287, positions, [32], video, [2, 4, 4], '41x60'],
  ['swin', 'swin(24, 28)', 672, grid(24, 28), [4, 8], grid(24, 28), [4, 4], '6x6 * 4x7'],
  ['axial', 'both(15, 17)', 255, image, [4, 4], image, [4, 4], '20x20'],
  ['axial', 'rows(15, 17)', 255, image, [1, 8], image, [1, 8], '15x15 * 1x3'],
  ['axial', 'dilated(15, 17)', 255, image, [1, 8], image, [1, 8], '15x15 * 3x3'],
  ['axial', 'diamond(15, 17)', 255, image, [4, 4], image, [4, 4], '20x20'],
  ['axial', 'causal_columns(15, 17)', 255, image, [4, 4], image, [4, 4], '4x4 * 5x5'],
  ['mobilevig_svga', 'svga(15, 17)', 255, image, [4, 4], image, [4, 4], '20x20'],
  ['classics', 'dilated(64, 4)', 1000, residues(1000, 4), [1, 32], residues(1000, 4), [1, 16], '4x4 * 8x16'],
  ['classics', 'dilated(64, 4)', 1001, residues(1001, 4), [1, 32], residues(1001, 4), [1, 16], '4x4 * 8x16'],
  ['classics', 'dilated(64, 4)', 1003, residues(1003, 4), [1, 32], residues(1003, 4), [1, 16], '4x4 * 8x16'],
  [
    'sparse_transformer',
    'strided_summary(32)',
    1003,
    residues(1003, 32),
    [1, 8],
    residues(1003, 32),
    [1, 8],
    '32x32 * 4x4',
  ],
  ['combiner', 'combiner_axial(32)', 1003, residues(1003, 32), [4, 8], residues(1003, 32), [4, 8], '32x32'],
  ['longnet', 'longnet_encoder(256, 4)', 1021, positions, [32], list, [16], '32x16'],
  [
    'sparse_transformer',
    'causal & columns(every: 32, at: 28..<32)',
    1003,
    positions,
    [32],
    list,
    [16],
    '32x8',
  ],
];

describe.each(cases)(
  '%s %s of %i tokens',
  (example, pattern, n, queryView, queryBox, keyView, keyBox, factors) => {
    const launched = launchPattern(modelOfPattern(example, pattern), n);
    const bound = launched.bind(0, 0);
    const sizes = { nq: n, nk: n, offset: launched.offset };
    const request = { ...sizes, scalars: launched.scalars, bound };
    const slots = (box: readonly number[]) => box.reduce((product, extent) => product * extent, 1);
    const queries = bindView(queryView, [queryBox], slots(queryBox), 'queries', request);
    const keys = bindView(keyView, [keyBox], slots(keyBox), 'keys', request);

    it('is a product over axes', () => {
      const product = deriveProduct(bound, spacesOf(queries)[0], spacesOf(keys)[0]);
      const sizesOf = product?.factors.map(({ relation }) => `${relation.rows}x${relation.columns}`);
      expect(sizesOf?.join(' * ')).toBe(factors);
    });

    it('visits no dead tile and masks no full one', () => {
      const table = buildViewTable(bound, { ...sizes, queries, keys });
      expect(verifyViewTable(table, bound, { ...sizes, queries, keys })).toEqual({
        problems: [],
        deadTiles: 0,
        fullTiles: 0,
      });
    });

    it('counts its live pairs', () => {
      let pairs = 0;
      const rows = new RowEvaluator(bound, n);
      for (let i = 0; i < n; i++) pairs += rows.row(i).reduce((sum, live) => sum + live, 0);
      expect(countViewPairs(bound, { ...sizes, queries, keys })).toBe(pairs);
      expect(countLivePairs(bound, sizes)).toEqual({ pairs, exact: true });
    });
  },
);

describe('a video of a million tokens', () => {
  const n = 282 * 45 * 80;
  const launched = launchPattern(modelOfPattern('natten_3d', 'natten(frames: 282)'), n);
  const sizes = { nq: n, nk: n, offset: 0 };

  it('is looked at axis by axis', () => {
    const view = grid(282, 45, 80);
    const request = { ...sizes, scalars: launched.scalars, bound: launched.bind(0, 0) };
    const queries = bindView(view, [[2, 8, 8]], 128, 'queries', request);
    const keys = bindView(view, [[2, 4, 8]], 64, 'keys', request);
    const { statistics } = buildViewTable(request.bound, { ...sizes, queries, keys });
    expect(statistics.visits).toBeLessThan(5000);
    expect(statistics.fullTiles + statistics.partialTiles).toBeGreaterThan(2_000_000);
  });

  it('has frames x rows x columns x window pairs', () => {
    expect(countLivePairs(launched.bind(0, 0), sizes)).toEqual({ pairs: n * 11 * 23 * 40, exact: true });
  });
});
