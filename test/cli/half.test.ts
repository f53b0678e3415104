import { describe, expect, it } from 'vitest';
import { halfToNumber, numberToHalf, roundToHalf } from '../../cli/formats/half.ts';

describe('binary16', () => {
  it('survives the way to a number and back, every one of them', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = halfToNumber(bits);
      if (Number.isNaN(value)) expect(Number.isNaN(halfToNumber(numberToHalf(value)))).toBe(true);
      else if (numberToHalf(value) !== bits) expect.fail(`${bits} came back as ${numberToHalf(value)}`);
    }
  });

  it.each([
    [1 + 2 ** -11, 1],
    [1 + 3 * 2 ** -11, 1 + 2 ** -9],
    [2049, 2048],
    [65519.99, 65504],
    [65520, Infinity],
    [-65520, -Infinity],
    [2 ** -25, 0],
    [1.5 * 2 ** -24, 2 ** -23],
    [0.1, 0.0999755859375],
  ])('rounds %d to %d', (value, expected) => {
    expect(roundToHalf(value)).toBe(expected);
  });

  it('keeps the sign of zero', () => {
    expect(numberToHalf(-0)).toBe(0x8000);
  });
});
