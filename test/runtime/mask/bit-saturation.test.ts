import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packBits } from '../../../runtime/read-arrays.ts';
import { bitSaturation } from '../../../runtime/mask/bit-saturation.ts';

const size = (max: number) => fc.integer({ min: 1, max });

describe('the saturation of bits', () => {
  it('holds only where every rectangle has set and clear bits', () => {
    let held = 0;
    const request = fc.record({
      rows: size(20),
      columns: size(90),
      tileRows: size(9),
      tileColumns: size(70),
      period: fc.integer({ min: 2, max: 9 }),
      flips: fc.array(fc.nat(1799), { maxLength: 3 }),
      top: fc.nat(6),
      left: fc.nat(40),
    });
    fc.assert(
      fc.property(request, ({ rows, columns, tileRows, tileColumns, period, flips, top, left }) => {
        const bits = Array.from({ length: rows * columns }, (_, at) => (at * 7) % period === 0);
        for (const flip of flips) if (flip < bits.length) bits[flip] = !bits[flip];
        const array = packBits([rows, columns], bits, (bit) => bit);
        if (array.kind !== 'bits') throw new Error('bits are packed as bits');
        const saturation = bitSaturation(array, tileRows, tileColumns);
        const [bottom, right] = [rows - 1, columns - 1];
        if (saturation === null || bottom - top < tileRows - 1 || right - left < tileColumns - 1) return;
        if (!saturation.holds(top, bottom, left, right)) return;
        held++;
        for (let y = top; y + tileRows - 1 <= bottom; y++) {
          for (let x = left; x + tileColumns - 1 <= right; x++) {
            const own = Array.from(
              { length: tileRows * tileColumns },
              (_, at) => bits[(y + Math.floor(at / tileColumns)) * columns + x + (at % tileColumns)],
            );
            expect(own.some((bit) => bit) && own.some((bit) => !bit)).toBe(true);
          }
        }
      }),
      { numRuns: 1500 },
    );
    expect(held).toBeGreaterThan(50);
  });

  it('is not looked for in tiles of single bits', () => {
    const array = packBits([4, 4], new Array<boolean>(16).fill(true), (bit) => bit);
    if (array.kind !== 'bits') throw new Error('bits are packed as bits');
    expect(bitSaturation(array, 1, 1)).toBeNull();
  });
});
