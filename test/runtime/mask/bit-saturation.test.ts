import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packBits } from '../../../runtime/read-arrays.ts';
import { bitSaturation } from '../../../runtime/mask/abstract/bit-saturation.ts';

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

  it('answers by probes as by the sums of all cells', () => {
    // Tiles of 7 x 15 hold cells of 4 x 8; so many questions that the sums are made on the way.
    const [rows, columns, height, width] = [61, 203, 4, 8];
    const flip = fc.nat(rows * columns - 1);
    const box = fc.tuple(fc.nat(rows - 8), fc.nat(columns - 16), fc.nat(53), fc.nat(187));
    const request = fc.record({
      flips: fc.array(flip, { maxLength: 40 }),
      clear: fc.integer({ min: 0, max: rows }),
      boxes: fc.array(box, { minLength: 60, maxLength: 60 }),
    });
    const answers = [0, 0];
    fc.assert(
      fc.property(request, ({ flips, clear, boxes }) => {
        const bits = Array.from({ length: rows * columns }, (_, at) => at % 3 === 0 && at >= clear * columns);
        for (const at of flips) bits[at] = !bits[at];
        const array = packBits([rows, columns], bits, (bit) => bit);
        const saturation = array.kind === 'bits' ? bitSaturation(array, 7, 15) : null;
        for (const [top, left, more, wider] of boxes) {
          const [bottom, right] = [
            Math.min(rows - 1, top + 7 + more),
            Math.min(columns - 1, left + 15 + wider),
          ];
          let expected = true;
          for (let y = Math.ceil(top / height) * height; y + height <= bottom + 1; y += height) {
            for (let x = Math.ceil(left / width) * width; x + width <= right + 1; x += width) {
              const cell = Array.from(
                { length: height * width },
                (_, at) => bits[(y + Math.floor(at / width)) * columns + x + (at % width)],
              );
              expected &&= cell.includes(true) && cell.includes(false);
            }
          }
          expect(saturation?.holds(top, bottom, left, right)).toBe(expected);
          answers[expected ? 1 : 0]++;
        }
      }),
      { numRuns: 30 },
    );
    expect(Math.min(...answers)).toBeGreaterThan(200);
  });

  it('is not looked for in tiles of single bits', () => {
    const array = packBits([4, 4], new Array<boolean>(16).fill(true), (bit) => bit);
    if (array.kind !== 'bits') throw new Error('bits are packed as bits');
    expect(bitSaturation(array, 1, 1)).toBeNull();
  });
});
