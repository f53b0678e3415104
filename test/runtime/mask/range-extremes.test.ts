import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rangeExtremes } from '../../../runtime/mask/abstract/range-extremes.ts';

test('smallest and largest element of every range', () => {
  const value = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const values = fc.array(fc.oneof(value, fc.integer({ min: -2, max: 2 })), { minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(values, fc.boolean(), (elements, isSorted) => {
      const data = Int32Array.from(elements);
      if (isSorted) data.sort();
      const extremes = rangeExtremes(data);
      for (let from = 0; from < data.length; from++) {
        for (let to = from; to < data.length; to++) {
          extremes.find(from, to);
          const own = data.subarray(from, to + 1);
          expect([extremes.low, extremes.high]).toEqual([Math.min(...own), Math.max(...own)]);
        }
      }
      expect(extremes.isAscending).toBe(elements.length < 2 || isSorted || isAscending(data));
    }),
    { numRuns: 60 },
  );
});

function isAscending(data: Int32Array): boolean {
  return data.every((element, at) => at === 0 || data[at - 1] <= element);
}
