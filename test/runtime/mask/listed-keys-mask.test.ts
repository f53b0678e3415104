import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { evaluateBound, MaskBuilder } from '../../../runtime/mask/index.ts';
import { maskOverListed } from '../../../runtime/mask/views/listed-keys-mask.ts';

/** The table is within `reach` of that of the query, or the key's bit is set; tables count places from `first` on, or not. */
function boundMask(table: Int32Array, reach: number) {
  const b = new MaskBuilder();
  const at = (kind: 'query' | 'key') =>
    b.add({ kind: 'lookup', array: 'table', indices: [b.intern({ kind })] });
  const apart = b.add({ kind: 'abs', operand: b.arithmetic('sub', at('query'), at('key')) });
  const early = b.compare('le', b.intern({ kind: 'key' }), b.int(3));
  const mask = b.finish(b.or(b.compare('le', apart, b.int(reach)), early));
  return createBinder(mask, {}, { table: { kind: 'int', dims: [table.length], data: table } })(0, 0);
}

describe('a mask over listed keys', () => {
  const keys = fc.uniqueArray(fc.nat(39), { minLength: 1, maxLength: 20 });

  it('is that of the positions of the list', () => {
    fc.assert(
      fc.property(keys, fc.boolean(), fc.nat(5), fc.nat(9), (listed, isRank, reach, missing) => {
        const positions = Int32Array.from(listed).sort();
        // Some keys lie behind the end of the table.
        const length = 40 - missing;
        const table = Int32Array.from({ length }, (_, key) =>
          isRank ? 2 + positions.filter((other) => other < key).length : (key * 7) % 11,
        );
        const bound = boundMask(table, reach);
        const over = maskOverListed(bound, positions);
        for (let i = 0; i < 40; i++) {
          positions.forEach((position, slot) =>
            expect(evaluateBound(over, i, slot)).toBe(evaluateBound(bound, i, position)),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('reads a table that counts the list as the key itself', () => {
    const positions = Int32Array.from([1, 4, 5, 9]);
    const ranks = Int32Array.from(
      { length: 10 },
      (_, key) => positions.filter((other) => other < key).length,
    );
    const over = maskOverListed(boundMask(ranks, 2), positions);
    expect(Object.keys(over.arrays).sort()).toEqual(['key slots', 'table']);
    expect(Object.keys(maskOverListed(boundMask(ranks.reverse(), 2), positions).arrays)).toContain(
      'table of key slots',
    );
  });
});
