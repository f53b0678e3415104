import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { MaskBuilder, type MaskProgram, type NodeId } from '../../../runtime/mask/index.ts';
import { buildRunTable, verifyRunTable } from '../../../runtime/schedule/index.ts';

/** Conditions on the number that a query and a key have: the cell, the cluster or the document that they are in. */
const condition = fc.constantFrom<(b: MaskBuilder, x: NodeId, y: NodeId) => NodeId>(
  (b, x, y) => b.compare('eq', x, y),
  (b, x, y) => b.compare('le', x, y),
  (b, x, y) => b.compare('eq', b.arithmetic('div', x, b.int(3)), b.arithmetic('div', y, b.int(3))),
  (b, x) => b.compare('lt', x, b.int(3)),
  (b, _, y) => b.compare('ne', y, b.int(1)),
);

const classMask: fc.Arbitrary<MaskProgram> = fc
  .tuple(condition, condition, fc.boolean())
  .map(([first, second, isAnd]) => {
    const b = new MaskBuilder();
    const of = (kind: 'query' | 'key') =>
      b.add({ kind: 'lookup', array: 'ids', indices: [b.intern({ kind })] });
    const [x, y] = [of('query'), of('key')];
    const parts = [first(b, x, y), second(b, x, y)];
    return b.finish(isAnd ? b.and(...parts) : b.or(...parts));
  });

describe('tiles of few classes', () => {
  it.each([
    [1, 1, 370],
    [2, 3, 900],
  ])('of %i x %i pairs give the table of every pair', (queryTile, granularity, least) => {
    fc.assert(
      fc.property(
        classMask,
        fc.integer({ min: least, max: least + 20 }),
        fc.integer({ min: least, max: least + 20 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(5),
        (mask, nq, nk, ids, stretch, offset) => {
          // Numbers in stretches, none of them where the array has ended.
          const data = Int32Array.from({ length: nk }, (_, at) => (Math.floor(at / stretch) * 7919) % ids);
          const bound = createBinder(mask, {}, { ids: { kind: 'int', dims: [nk], data } })(0, 0);
          const table = buildRunTable(bound, { nq, nk, offset, queryTile, granularity });
          expect(verifyRunTable(table, bound, { nq, nk, offset }).problems).toEqual([]);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('of voxels in no order are looked at once', () => {
    const n = 65_537;
    const b = new MaskBuilder();
    const of = (kind: 'query' | 'key') =>
      b.arithmetic('div', b.add({ kind: 'lookup', array: 'x', indices: [b.intern({ kind })] }), b.int(8));
    const mask = b.finish(b.compare('eq', of('query'), of('key')));
    const data = Int32Array.from({ length: n }, (_, at) => (at * 7919) % 16);
    const bound = createBinder(mask, {}, { x: { kind: 'int', dims: [n], data } })(0, 0);
    const table = buildRunTable(bound, { nq: n, nk: n, offset: 0, queryTile: 32, granularity: 128 });
    expect(table.statistics.visits).toBeLessThan(10);
    expect(table.statistics.partialTiles + table.statistics.fullTiles).toBe(2049 * 513);
  });
});
