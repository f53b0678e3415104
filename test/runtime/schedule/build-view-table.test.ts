import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { MaskBuilder } from '../../../runtime/mask/program/builder.ts';
import type { MaskProgram, NodeId } from '../../../runtime/mask/program/nodes.ts';
import { evaluateBound } from '../../../runtime/mask/exact/evaluate.ts';
import {
  bindView,
  buildViewTable,
  countLivePairs,
  countViewPairs,
  expandTable,
  verifyViewTable,
} from '../../../runtime/schedule/index.ts';
import { randomMask, testArrays } from '../mask/random-masks.ts';
import { listView, partedView, plainView, randomBoxes, region } from './random-views.ts';

const side = fc.integer({ min: 1, max: 40 });

describe('tables of random masks in random views', () => {
  it('hold every live pair once and no dead pair in a full run', () => {
    const drawn = fc.tuple(side, side, fc.integer({ min: 0, max: 20 })).chain(([nq, nk, offset]) =>
      fc.record({
        sizes: fc.constant({ nq, nk, offset }),
        mask: randomMask,
        views: fc.oneof(
          fc.tuple(
            fc.oneof(plainView, randomBoxes(offset, nq)),
            fc.oneof(plainView, listView, randomBoxes(0, nk)),
          ),
          fc.tuple(partedView(nq), fc.oneof(plainView, listView)),
        ),
      }),
    );
    fc.assert(
      fc.property(drawn, ({ sizes, mask, views: [queries, keys] }) => {
        const bound = createBinder(mask, { w: 4 }, testArrays)(0, 1);
        const rows = 'rows' in queries ? queries.rows : null;
        const request = { ...sizes, scalars: {}, bound, rows };
        const views = {
          queries: bindView(queries.view, queries.extents, queries.tile, 'queries', request),
          keys: bindView(keys.view, keys.extents, keys.tile, 'keys', request),
        };
        const table = buildViewTable(bound, { ...sizes, ...views });
        expect(verifyViewTable(table, bound, { ...sizes, ...views }).problems).toEqual([]);
        let pairs = 0;
        for (let row = 0; row < sizes.nq; row++)
          for (let j = 0; j < sizes.nk; j++) if (evaluateBound(bound, row + sizes.offset, j)) pairs++;
        if (rows === null) expect(countViewPairs(bound, { ...sizes, ...views })).toBe(pairs);
        expect(countLivePairs(bound, sizes)).toEqual({ pairs, exact: true });
      }),
      { numRuns: Number(process.env.RUNS ?? 2000) },
    );
  });
});

/** A stretch of positions as one region. */
function line(size: number) {
  const program = (make: (b: MaskBuilder) => NodeId): MaskProgram => {
    const b = new MaskBuilder();
    return b.finish(make(b));
  };
  const constant = (value: number) => program((b) => b.int(value));
  return {
    kind: 'boxes' as const,
    regions: [{ base: constant(0), axes: [{ name: 't', size: constant(size), stride: constant(1) }] }],
  };
}

describe('rows that several query tiles share', () => {
  it('visit the first of their runs once, where the last one ends with the row', () => {
    const b = new MaskBuilder();
    const [query, key] = [b.intern({ kind: 'query' }), b.intern({ kind: 'key' })];
    const ends = b.or(b.compare('lt', key, b.int(3)), b.compare('le', b.int(6), key));
    const mask = b.finish(b.and(b.compare('le', b.int(1), query), ends));
    const bound = createBinder(mask, {}, {})(0, 0);
    const sizes = { nq: 12, nk: 9, offset: 0 };
    const request = { ...sizes, scalars: {}, bound };
    const views = {
      queries: bindView(line(12), [[4]], 4, 'queries', request),
      keys: bindView(line(9), [[3]], 3, 'keys', request),
    };
    const table = buildViewTable(bound, { ...sizes, ...views });
    expect(verifyViewTable(table, bound, { ...sizes, ...views }).problems).toEqual([]);
    expect([...expandTable(table).runs]).toEqual([0, 3, 6, 9, 0, 3, 6, 9, 0, 3, 6, 9]);
  });
});

describe('positions against blocks of keys', () => {
  /** Keys that are among the first `kept` of a block of `block`, in blocks before that of the query. */
  const earlierBlocks = (block: number, kept: number) => {
    const b = new MaskBuilder();
    const [query, key] = [b.intern({ kind: 'query' }), b.intern({ kind: 'key' })];
    const isKept = b.compare('lt', b.arithmetic('mod', key, b.int(block)), b.int(kept));
    const [own, other] = [query, key].map((position) => b.arithmetic('div', position, b.int(block)));
    return createBinder(b.finish(b.and(isKept, b.compare('lt', other, own))), {}, {})(0, 0);
  };
  const tables = (
    n: number,
    offset: number,
    block: number,
    kept: number,
    tile: number,
    box: readonly number[],
  ) => {
    const bound = earlierBlocks(block, kept);
    const sizes = { nq: n, nk: n, offset };
    const request = { ...sizes, scalars: {}, bound };
    const blocks = {
      kind: 'boxes',
      regions: [
        region(0, [
          [block, 1],
          [Math.ceil(n / block), block],
        ]),
      ],
    } as const;
    const views = {
      queries: bindView({ kind: 'positions' }, [], tile, 'queries', request),
      keys: bindView(blocks, [box], box[0] * box[1], 'keys', request),
    };
    return { bound, sizes: { ...sizes, ...views }, table: buildViewTable(bound, { ...sizes, ...views }) };
  };

  it('are right for any sizes', () => {
    const drawn = fc.record({
      n: fc.integer({ min: 200, max: 700 }),
      offset: fc.constantFrom(0, 0, 7, 64),
      block: fc.integer({ min: 2, max: 40 }),
      kept: fc.integer({ min: 1, max: 40 }),
      tile: fc.constantFrom(4, 8, 12),
      box: fc.constantFrom([4, 2], [2, 4], [3, 2], [1, 8]),
    });
    fc.assert(
      fc.property(drawn, ({ n, offset, block, kept, tile, box }) => {
        const { bound, sizes, table } = tables(n, offset, block, kept, tile, box);
        expect(verifyViewTable(table, bound, sizes).problems).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('are looked at in one period: a query moves by a block while a block of keys moves by one', () => {
    const [short, long] = [2 ** 14, 2 ** 18].map((n) => tables(n, 0, 128, 120, 32, [8, 2]).table.statistics);
    expect(long.visits).toBeLessThan(2 * short.visits);
    expect(long.partialTiles).toBeGreaterThan(15 * short.partialTiles);
  });
});
