import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bfloatToNumber, numberToBfloat, roundToBfloat } from '../../cli/formats/bfloat.ts';

describe('bfloat16', () => {
  it('keeps every number that it holds', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = bfloatToNumber(bits);
      if (Number.isNaN(value)) expect(bfloatToNumber(numberToBfloat(value))).toBeNaN();
      else expect(numberToBfloat(value)).toBe(bits);
    }
  });

  it('takes the nearest of its neighbours, halves to even', () => {
    const largest = bfloatToNumber(0x7f7f);
    fc.assert(
      fc.property(fc.double({ min: -1e38, max: 1e38, noNaN: true }), (value) => {
        const bits = numberToBfloat(value);
        const found = Math.abs(bfloatToNumber(bits) - value);
        for (const neighbour of [bits - 1, bits + 1]) {
          const other = bfloatToNumber(neighbour);
          if (!Number.isFinite(other) || Math.sign(other) * Math.sign(value) < 0) continue;
          const distance = Math.abs(other - value);
          expect(found < distance || (found === distance && bits % 2 === 0)).toBe(true);
        }
        expect(Math.abs(roundToBfloat(value))).toBeLessThanOrEqual(largest);
      }),
    );
  });

  it('rounds once: what binary32 rounds onto a half goes where it came from', () => {
    // 1 + 2^-8 is half way between 1 and 1 + 2^-7.
    expect(roundToBfloat(1 + 2 ** -8)).toBe(1);
    expect(roundToBfloat(1 + 2 ** -8 + 2 ** -40)).toBe(1 + 2 ** -7);
    expect(roundToBfloat(1 + 3 * 2 ** -8 - 2 ** -40)).toBe(1 + 2 ** -7);
    expect(roundToBfloat(1 + 3 * 2 ** -8)).toBe(1 + 2 ** -6);
    expect(roundToBfloat(-(1 + 2 ** -8 + 2 ** -40))).toBe(-(1 + 2 ** -7));
  });

  it('has infinities beyond its largest number', () => {
    expect(roundToBfloat(3.4e38)).toBe(Infinity);
    expect(roundToBfloat(-1e300)).toBe(-Infinity);
    expect(roundToBfloat(NaN)).toBeNaN();
    expect(Object.is(roundToBfloat(-0), -0)).toBe(true);
  });
});
