import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { MaskBuilder } from '../../../runtime/mask/program/builder.ts';
import { evaluateBound } from '../../../runtime/mask/exact/evaluate.ts';
import { flattenMask } from '../../../runtime/mask/abstract/flat-mask.ts';
import { bitRows, narrowToBits } from '../../../runtime/mask/abstract/live-ends.ts';
import { buildRunTable, verifyRunTable } from '../../../runtime/schedule/index.ts';

const sides = fc.record({
  bits: fc.array(fc.boolean(), { minLength: 1, maxLength: 150 }),
  ends: fc.tuple(fc.integer({ min: -3, max: 160 }), fc.integer({ min: -3, max: 160 })),
});

function wordsOf(bits: readonly boolean[]): Uint32Array {
  const words = new Uint32Array(Math.ceil(bits.length / 32));
  bits.forEach((isSet, at) => {
    if (isSet) words[at >>> 5] |= 1 << (at & 31);
  });
  return words;
}

test('a box is brought to the first and the last set bit of each side', () => {
  fc.assert(
    fc.property(sides, sides, (query, key) => {
      const b = new MaskBuilder();
      const [i, j] = [b.intern({ kind: 'query' }), b.intern({ kind: 'key' })];
      const own = b.intern({ kind: 'bit', array: 'own', indices: [i] });
      const other = b.intern({ kind: 'bit', array: 'other', indices: [j] });
      const mask = b.finish(b.and(own, b.and(b.compare('le', j, i), other)));
      const arrays = {
        own: { kind: 'bits', dims: [query.bits.length], words: wordsOf(query.bits) },
        other: { kind: 'bits', dims: [key.bits.length], words: wordsOf(key.bits) },
      } as const;
      const rows = bitRows(flattenMask(createBinder(mask, {}, arrays)(0, 0)));
      const box = Float64Array.of(...query.ends, ...key.ends);
      const expected = [query, key].map(({ bits, ends: [low, high] }) =>
        bits.flatMap((isSet, at) => (isSet && at >= low && at <= high ? [at] : [])),
      );
      const isLeft = narrowToBits(rows, box);
      // A row of bits that is all set, or all clear, is no row of bits any more.
      if (rows.length < 2) return;
      expect(isLeft).toBe(expected.every((set) => set.length > 0));
      if (isLeft) expect([...box]).toEqual(expected.flatMap((set) => [set[0], set[set.length - 1]]));
    }),
  );
});

test('tables of a window that counts what takes part alone visit no dead tile', () => {
  const shape = fc.record({
    bits: fc.array(fc.boolean(), { minLength: 60, maxLength: 400 }),
    back: fc.nat(40),
    ahead: fc.nat(40),
    queryTile: fc.constantFrom(4, 16, 32),
    granularity: fc.constantFrom(8, 16, 64),
  });
  fc.assert(
    fc.property(shape, ({ bits, back, ahead, queryTile, granularity }) => {
      const n = bits.length;
      const ranks = new Int32Array(n + 1);
      bits.forEach((isSet, at) => (ranks[at + 1] = ranks[at] + (isSet ? 1 : 0)));
      const b = new MaskBuilder();
      const [i, j] = [b.intern({ kind: 'query' }), b.intern({ kind: 'key' })];
      const [ofI, ofJ] = [i, j].map((at) => b.intern({ kind: 'lookup', array: 'ranks', indices: [at] }));
      const apart = b.arithmetic('sub', ofJ, ofI);
      const inWindow = b.and(b.compare('le', b.int(-back), apart), b.compare('le', apart, b.int(ahead)));
      const takesPart = [i, j].map((at) => b.intern({ kind: 'bit', array: 'active', indices: [at] }));
      const mask = b.finish(b.and(inWindow, b.and(takesPart[0], takesPart[1])));
      const bound = createBinder(
        mask,
        {},
        {
          ranks: { kind: 'int', dims: [n + 1], data: ranks },
          active: { kind: 'bits', dims: [n], words: wordsOf(bits) },
        },
      )(0, 0);
      expect(evaluateBound(bound, n - 1, n - 1)).toBe(bits[n - 1]);
      const sizes = { nq: n, nk: n, offset: 0 };
      const table = buildRunTable(bound, { ...sizes, queryTile, granularity });
      expect(verifyRunTable(table, bound, sizes)).toEqual({ problems: [], deadTiles: 0, fullTiles: 0 });
    }),
    { numRuns: 200 },
  );
});
