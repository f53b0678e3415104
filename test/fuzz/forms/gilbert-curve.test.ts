import { describe, expect, it } from 'vitest';
import { cellOnCurve } from './gilbert-curve.ts';

function curve(...sizes: readonly number[]): (readonly number[])[] {
  const count = sizes.reduce((product, size) => product * size, 1);
  return Array.from({ length: count }, (_, place) => cellOnCurve(place, sizes)!);
}

const text = (...sizes: readonly number[]) =>
  curve(...sizes)
    .map((cell) => cell.join(''))
    .join(' ');

describe('the curve that the fuzzer holds Hilbert orders against', () => {
  it('is the curve of Hilbert (1891) on squares', () => {
    expect(text(2, 2)).toBe('00 01 11 10');
    expect(text(4, 4)).toBe('00 10 11 01 02 03 13 12 22 23 33 32 31 21 20 30');
  });

  // What `gilbert3d(a, b, c)` of github.com/jakubcerveny/gilbert yields, run under Python.
  it.each([
    [[2, 2, 2], '000 010 011 001 101 111 110 100'],
    [
      [4, 3, 2],
      '000 001 101 100 110 111 011 010 020 021 121 120 220 221 321 320 310 311 211 210 200 201 301 300',
    ],
    [[5, 2, 1], '000 010 110 100 200 300 210 310 410 400'],
    [
      [3, 3, 3],
      '000 001 101 100 110 111 011 010 020 021 120 121 122 022 012 112 002 102 202 212 222 221 220 210 211 201 200',
    ],
  ])('is that of gilbert3d.py in a box of %j', (sizes, cells) => expect(text(...sizes)).toBe(cells));

  it('takes the axes by their sizes', () => {
    const turned = curve(4, 3, 2).map(([x, y, z]) => [z, x, y]);
    expect(curve(2, 4, 3)).toEqual(turned);
  });

  it.each([
    [2, 32],
    [3, 8],
  ])('fills cubes inside of cubes of %i axes one after another', (rank, side) => {
    const cells = curve(...Array.from({ length: rank }, () => side));
    for (let inner = 2; inner < side; inner *= 2) {
      for (let start = 0; start < cells.length; start += inner ** rank) {
        const stretch = cells.slice(start, start + inner ** rank);
        const cube = (cell: readonly number[]) => cell.map((x) => Math.floor(x / inner)).join();
        expect(new Set(stretch.map(cube)).size).toBe(1);
      }
    }
  });

  it('ends with the box', () => {
    expect([cellOnCurve(-1, [2, 3]), cellOnCurve(6, [2, 3]), cellOnCurve(0, [1, 1])]).toEqual([
      null,
      null,
      [0, 0],
    ]);
  });
});
