import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { MaskBuilder, type MaskProgram, type NodeId } from '../../../runtime/mask/index.ts';
import type { BoundMask } from '../../../runtime/mask/bound/bound-mask.ts';
import { bindView, buildViewTable, verifyViewTable } from '../../../runtime/schedule/index.ts';
import { deriveProduct } from '../../../runtime/schedule/views/view-product.ts';
import { spacesOf } from '../../../runtime/schedule/views/view-spaces.ts';
import type { View } from '../../../runtime/view.ts';
import { region } from './random-views.ts';

/** What a pattern over a grid of rows of `width` is made of: distances along y and x, of positions place by place. */
interface Distances {
  readonly b: MaskBuilder;
  readonly y: NodeId;
  readonly x: NodeId;
  /** Of positions numbered column by column. */
  readonly across: NodeId;
  readonly key: NodeId;
  readonly reach: number;
}

type Pattern = (distances: Distances) => NodeId;

const within = (b: MaskBuilder, x: NodeId, by: number) =>
  b.compare('le', b.add({ kind: 'abs', operand: x }), b.int(by));
const multiple = (b: MaskBuilder, x: NodeId, of: number) =>
  b.compare('eq', b.arithmetic('mod', x, b.int(of)), b.int(0));

/** Each couples the axes, so that they are one factor. */
const patterns: readonly Pattern[] = [
  // A band over positions that are numbered place by place, as in Sparse VideoGen.
  ({ b, across, reach }) => within(b, across, 3 * reach),
  // The same and the first keys for everyone: the box falls into pieces.
  ({ b, across, key, reach }) => b.or(within(b, across, 2 * reach), b.compare('lt', key, b.int(5 * reach))),
  ({ b, y, x, reach }) =>
    b.compare(
      'lt',
      b.arithmetic('add', b.add({ kind: 'abs', operand: y }), b.add({ kind: 'abs', operand: x })),
      b.int(reach + 1),
    ),
  ({ b, y, x }) => b.or(within(b, y, 0), within(b, x, 0)),
  ({ b, y, x, reach }) => b.or(b.and(within(b, y, 1), multiple(b, x, reach + 1)), within(b, x, 0)),
  ({ b, y, x, reach }) => b.and(b.or(within(b, y, reach), within(b, x, 1)), b.compare('le', b.int(-2), y)),
  ({ b, across }) => b.or(b.compare('le', across, b.int(0)), multiple(b, across, 5)),
];

const grid = fc.record({
  height: fc.integer({ min: 9, max: 40 }),
  width: fc.integer({ min: 9, max: 40 }),
  reach: fc.integer({ min: 1, max: 6 }),
  pattern: fc.constantFrom(...patterns),
  turned: fc.boolean(),
  own: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
  other: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
});

function maskOf(pattern: Pattern, height: number, width: number, reach: number): MaskProgram {
  const b = new MaskBuilder();
  const [query, key] = [b.intern({ kind: 'query' }), b.intern({ kind: 'key' })];
  const place = (position: NodeId) => ({
    y: b.arithmetic('div', position, b.int(width)),
    x: b.arithmetic('mod', position, b.int(width)),
  });
  const [own, other] = [place(query), place(key)];
  const number = ({ y, x }: { readonly y: NodeId; readonly x: NodeId }) =>
    b.arithmetic('add', b.arithmetic('mul', x, b.int(height)), y);
  const [y, x] = [b.arithmetic('sub', own.y, other.y), b.arithmetic('sub', own.x, other.x)];
  const across = b.arithmetic('sub', number(own), number(other));
  return b.finish(pattern({ b, y, x, across, key, reach }));
}

function viewsOf(bound: BoundMask, n: number, view: View, own: readonly number[], other: readonly number[]) {
  const sizes = { nq: n, nk: n, offset: 0 };
  const request = { ...sizes, scalars: {}, bound };
  const slots = (box: readonly number[]) => box.reduce((product, extent) => product * extent, 1);
  return {
    ...sizes,
    queries: bindView(view, [own], slots(own), 'queries', request),
    keys: bindView(view, [other], slots(other), 'keys', request),
  };
}

describe('relations that repeat along an axis', () => {
  it('hold every live pair once, no dead tile and no full one that is masked', () => {
    fc.assert(
      fc.property(grid, ({ height, width, reach, pattern, turned, own, other }) => {
        const bound = createBinder(maskOf(pattern, height, width, reach), {}, {})(0, 0);
        const axes = [
          [height, width],
          [width, 1],
        ] as const;
        const view: View = { kind: 'boxes', regions: [region(0, turned ? [axes[1], axes[0]] : axes)] };
        const request = viewsOf(bound, height * width, view, own, other);
        expect(verifyViewTable(buildViewTable(bound, request), bound, request)).toEqual({
          problems: [],
          deadTiles: 0,
          fullTiles: 0,
        });
      }),
      { numRuns: 150 },
    );
  });

  it.each(patterns.map((pattern, at) => [at, pattern] as const))(
    'are mostly copied, pattern %i',
    (_, pattern) => {
      const [height, width] = [96, 160];
      const bound = createBinder(maskOf(pattern, height, width, 3), {}, {})(0, 0);
      const axes = [
        [height, width],
        [width, 1],
      ] as const;
      const view: View = { kind: 'boxes', regions: [region(0, axes)] };
      const { queries, keys } = viewsOf(bound, height * width, view, [2, 4], [4, 2]);
      const product = deriveProduct(bound, spacesOf(queries)[0], spacesOf(keys)[0])!;
      const [{ relation }] = product.factors;
      expect(relation.rows * relation.columns).toBe(48 * 40 * 24 * 80);
      // Every pair of parts, or nearly so, is on some border: a descent without repetitions looks at most of them.
      expect(relation.visits).toBeLessThan((relation.rows * relation.columns) / 50);
    },
  );
});
