import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listSummary } from '../../../runtime/mask/abstract/list-summary.ts';

describe('the summary of a list', () => {
  it('knows where every stretch of a row holds members and others', () => {
    const members = fc.uniqueArray(fc.nat(60), { maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(members, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: -10, max: 60 }),
        fc.nat(40),
        fc.integer({ min: 1, max: 12 }),
        (rows, low, length, stretch) => {
          const sorted = rows.map((row) => [...row].sort((a, b) => a - b));
          const starts = Int32Array.from([
            0,
            ...sorted.map((_, at) => sorted.slice(0, at + 1).flat().length),
          ]);
          const list = {
            kind: 'list',
            dims: [rows.length],
            starts,
            values: Int32Array.from(sorted.flat()),
          } as const;
          const summary = listSummary(list);
          sorted.forEach((row, at) => {
            let saturates = true;
            for (let from = low; from + stretch - 1 <= low + length; from++) {
              const held = row.filter((value) => value >= from && value < from + stretch).length;
              saturates &&= held > 0 && held < stretch;
            }
            expect(summary.saturates(at, low, low + length, stretch)).toBe(saturates);
          });
        },
      ),
      { numRuns: 2000 },
    );
  });
});
