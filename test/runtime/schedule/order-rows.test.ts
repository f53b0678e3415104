import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestFirst } from '../../../runtime/schedule/table/order-rows.ts';

describe('longestFirst', () => {
  it('orders rows by descending keys, equal ones as they stand', () => {
    const keys = fc.oneof(fc.nat(3), fc.nat(5000), fc.nat(2 ** 25), fc.constant(2 ** 31 - 1));
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 60 }), (rows) => {
        const expected = rows.map((_, row) => row).sort((a, b) => rows[b] - rows[a] || a - b);
        expect([...longestFirst(Float64Array.from(rows))]).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});
