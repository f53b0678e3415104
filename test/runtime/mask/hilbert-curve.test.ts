import { describe, expect, it } from 'vitest';
import { hilbertCurve } from '../../../runtime/mask/launch/hilbert-curve.ts';
import { cellOnCurve } from '../../fuzz/forms/gilbert-curve.ts';

function coordinatesOf(cell: number, sizes: readonly number[]): number[] {
  const found: number[] = [];
  let rest = cell;
  for (const size of [...sizes].reverse()) {
    found.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return found;
}

/** The steps of a curve, as how far each axis moves. */
function steps(sizes: readonly number[]): number[][] {
  const cells = [...hilbertCurve(sizes)].map((cell) => coordinatesOf(cell, sizes));
  return cells.slice(1).map((cell, at) => cell.map((x, axis) => Math.abs(x - cells[at][axis])));
}

const boxes = [
  [1, 1],
  [1, 9],
  [7, 1],
  [4, 4],
  [8, 8],
  [6, 10],
  [5, 7],
  [13, 22],
  [3, 40],
  [45, 80],
  [1, 1, 1],
  [2, 2, 2],
  [4, 4, 4],
  [1, 6, 8],
  [3, 5, 7],
  [5, 12, 20],
  [21, 9, 16],
  [8, 3, 1],
];

describe('the Hilbert curve', () => {
  it.each(boxes.map((sizes) => [sizes.join(' x '), sizes] as const))(
    'visits every cell of %s once',
    (_, sizes) => {
      const cells = hilbertCurve(sizes);
      const count = sizes.reduce((product, size) => product * size, 1);
      expect([...cells].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_cell, at) => at));
    },
  );

  it.each(boxes.map((sizes) => [sizes.join(' x '), sizes] as const))(
    'goes to a neighbour in %s',
    (_, sizes) => {
      const moves = steps(sizes);
      const isFlat = sizes.length === 2 || sizes.every((size) => size % 2 === 0);
      expect(moves.filter((move) => Math.max(...move) > (isFlat ? 1 : 3))).toEqual([]);
      if (sizes.every((size) => size % 2 === 0)) {
        expect(moves.filter((move) => move.reduce((sum, x) => sum + x, 0) !== 1)).toEqual([]);
      }
    },
  );

  it('is the curve that the language names, in every small box', () => {
    const sides = [1, 2, 3, 4, 5, 6, 7, 8];
    const flat = sides.flatMap((h) => sides.map((w) => [h, w]));
    for (const sizes of [...flat, ...sides.flatMap((t) => flat.map((box) => [t, ...box]))]) {
      const cells = [...hilbertCurve(sizes)].map((cell) => coordinatesOf(cell, sizes));
      expect(cells).toEqual(cells.map((_, place) => cellOnCurve(place, sizes)));
    }
  });

  it('keeps cells that are near on it near in the box', () => {
    // Stretches of 64 cells of 64 x 64: rows would be 64 wide.
    const cells = hilbertCurve([64, 64]);
    for (let start = 0; start < cells.length; start += 64) {
      const places = [...cells.subarray(start, start + 64)].map((cell) => coordinatesOf(cell, [64, 64]));
      for (const axis of [0, 1]) {
        const along = places.map((place) => place[axis]);
        expect(Math.max(...along) - Math.min(...along)).toBeLessThan(16);
      }
    }
  });
});
