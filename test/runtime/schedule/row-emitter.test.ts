import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { MaskBuilder, type MaskProgram, type NodeId } from '../../../runtime/mask/index.ts';
import { bindView, buildViewTable, verifyViewTable } from '../../../runtime/schedule/index.ts';
import { region } from './random-views.ts';

/** What a query and a key have to do with each other along one axis. */
type Condition =
  | { readonly kind: 'near'; readonly by: number }
  | { readonly kind: 'causal' }
  | { readonly kind: 'all' }
  | { readonly kind: 'every'; readonly by: number }
  | { readonly kind: 'not key'; readonly key: number };

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.nat(4).map((by): Condition => ({ kind: 'near', by })),
  fc.constant<Condition>({ kind: 'causal' }),
  fc.constant<Condition>({ kind: 'all' }),
  fc.integer({ min: 2, max: 3 }).map((by): Condition => ({ kind: 'every', by })),
  fc.nat(5).map((key): Condition => ({ kind: 'not key', key })),
);

const axis = fc.record({
  size: fc.integer({ min: 1, max: 9 }),
  queries: fc.integer({ min: 1, max: 3 }),
  keys: fc.integer({ min: 1, max: 3 }),
  condition,
});

describe('tables of masks that are products over axes', () => {
  it('hold every live pair once and no dead pair in a full run', () => {
    let shared = 0;
    const drawn = fc.tuple(
      fc.array(axis, { minLength: 2, maxLength: 3 }),
      fc.nat(3),
      fc.constantFrom(0, 0, 0, 2),
    );
    fc.assert(
      fc.property(drawn, ([axes, missing, behind]) => {
        const n = axes.reduce((product, { size }) => product * size, 1);
        const strideOf = (at: number) => axes.slice(at + 1).reduce((product, { size }) => product * size, 1);
        const view = {
          kind: 'boxes',
          regions: [
            region(
              0,
              axes.map(({ size }, at) => [size, strideOf(at)]),
            ),
          ],
        } as const;
        const bound = createBinder(maskOf(axes, strideOf), {}, {})(0, 0);
        const sizes = { nq: n, nk: Math.max(1, n - missing), offset: 0 };
        const side = (name: 'queries' | 'keys') => {
          const extents = axes.map((own) => own[name]);
          const tile =
            extents.reduce((product, extent) => product * extent, 1) + (name === 'keys' ? behind : 0);
          return bindView(view, [extents], tile, name, { ...sizes, scalars: {}, bound });
        };
        const request = { ...sizes, queries: side('queries'), keys: side('keys') };
        if (missing === 0 && request.queries.regions[0].axes[0].parts > 1) shared++;
        const found = verifyViewTable(buildViewTable(bound, request), bound, request);
        expect(found.problems).toEqual([]);
      }),
      { numRuns: 400 },
    );
    expect(shared).toBeGreaterThan(50);
  });
});

/** The conditions of all axes, over the digits of the positions. */
function maskOf(
  axes: readonly { readonly size: number; readonly condition: Condition }[],
  strideOf: (at: number) => number,
): MaskProgram {
  const b = new MaskBuilder();
  const digit = (kind: 'query' | 'key', at: number) =>
    b.arithmetic('mod', b.arithmetic('div', b.intern({ kind }), b.int(strideOf(at))), b.int(axes[at].size));
  const parts = axes.map((own, at) => holds(b, own.condition, digit('query', at), digit('key', at)));
  return b.finish(b.and(...parts));
}

function holds(b: MaskBuilder, condition: Condition, x: NodeId, y: NodeId): NodeId {
  switch (condition.kind) {
    case 'near':
      return b.compare('le', b.add({ kind: 'abs', operand: b.arithmetic('sub', y, x) }), b.int(condition.by));
    case 'causal':
      return b.compare('le', y, x);
    case 'all':
      return b.bool(true);
    case 'every':
      return b.compare('eq', b.arithmetic('mod', b.arithmetic('sub', y, x), b.int(condition.by)), b.int(0));
    case 'not key':
      return b.compare('ne', y, b.int(condition.key));
  }
}
