import { describe, expect, it } from 'vitest';
import { hilbertCurve } from '../../../runtime/mask/launch/hilbert-curve.ts';
import { attentionOf, disagreements, lowerOne, lowerText } from './lower-text.ts';
import type { Pair } from './lower-text.ts';

const messages = (text: string) => lowerText(text).diagnostics.map(({ message }) => message);
const lone = { defaults: { heads: 1 } };

/** Row-major coordinates on a grid of 3 x 4; null outside of it. */
const cellOf = (number: number): readonly [row: number, column: number] | null =>
  number < 0 || number >= 12 ? null : [Math.floor(number / 4), number % 4];

describe('grids without a name', () => {
  it('have axes of their own', () => {
    const graph = lowerOne('pattern p over (y: 3, x: 4) = i.y == j.y | i.x < j.x', lone);
    const predicate = ({ i, j }: Pair) => {
      const [a, b] = [cellOf(i), cellOf(j)];
      return a !== null && b !== null && (a[0] === b[0] || a[1] < b[1]);
    };
    for (const nk of [5, 12, 15]) expect(disagreements(graph, { nk }, predicate)).toEqual([]);
  });

  it('stand beside regions, and take an order', () => {
    const graph = lowerOne('pattern p over text(2) + (y: 4, x: 4, order: tiles(2, 2)) = i.y == j.y', lone);
    const row = (p: number) =>
      p < 2 || p >= 18 ? null : 2 * Math.floor((p - 2) / 8) + (Math.floor((p - 2) / 2) % 2);
    // Text has a coordinate too: it goes on counting before the grid.
    const rowOf = (p: number) => (p < 2 ? Math.floor((p - 2) / 8) * 2 + 1 : row(p));
    const predicate = ({ i, j }: Pair) => rowOf(i) !== null && rowOf(i) === rowOf(j);
    expect(disagreements(graph, { nk: 21 }, predicate)).toEqual([]);
  });

  it('need a name for every axis', () => {
    expect(messages('pattern p over (y: 3, 4) = i.y == j.y')).toEqual(['An axis of the grid has no name.']);
    expect(messages('pattern p = window(keys: (y: 3))')).toEqual(['Named axes stand after `over`.']);
  });
});

describe('the Hilbert order', () => {
  it('numbers the cells along the curve, of any sizes', () => {
    for (const sizes of [
      [3, 4],
      [5, 7],
      [2, 3, 2],
    ]) {
      const names = ['a', 'b', 'c'].slice(0, sizes.length);
      const space = `box(${names.map((name, at) => `${name}: ${sizes[at]}`).join(', ')}, order: hilbert)`;
      const set = `window(each: 2) & ${names.map((name) => `abs(i.${name} - j.${name}) <= 1`).join(' & ')}`;
      const graph = lowerOne(`pattern p over ${space} = ${set}`, lone);
      const curve = hilbertCurve(sizes);
      const place = (p: number) => {
        let rest = curve[p];
        return [...sizes].reverse().map((size) => {
          const x = rest % size;
          rest = Math.floor(rest / size);
          return x;
        });
      };
      const predicate = ({ i, j }: Pair) =>
        i < curve.length &&
        j < curve.length &&
        Math.abs(i - j) <= 2 &&
        place(i).every((x, axis) => Math.abs(x - place(j)[axis]) <= 1);
      for (const nk of [7, curve.length, curve.length + 3]) {
        expect(disagreements(graph, { nk }, predicate)).toEqual([]);
      }
    }
  });

  it('takes sizes that are given at launch, and two or three axes', () => {
    const graph = lowerOne(
      attentionOf('i.y == j.y', 'launch h: int in 1..64 = 3', 'over (y: h, x: 2, order: hilbert)\n heads 1'),
    );
    const curve = hilbertCurve([4, 2]);
    const predicate = ({ i, j }: Pair) =>
      i < 8 && j < 8 && Math.floor(curve[i] / 2) === Math.floor(curve[j] / 2);
    expect(disagreements(graph, { nk: 9, launch: { h: 4 } }, predicate)).toEqual([]);
    expect(messages('pattern p over (y: 3, order: hilbert) = i.y == j.y')).toEqual([
      'A Hilbert curve runs through two or three axes.',
    ]);
  });
});

describe('orders given at launch', () => {
  const numbers = [5, 11, 0, 12, -1, 3, 4, 2, 10, 9, 1, 7, 6];

  it('number the cells: the predicate speaks of positions and of coordinates', () => {
    const graph = lowerOne(
      attentionOf('causal & i.y == j.y', 'input cells: int[n]', 'over (y: 3, x: 4, order: cells)\n heads 1'),
    );
    const predicate = ({ i, j }: Pair) => {
      const [a, b] = [cellOf(numbers[i]), cellOf(numbers[j])];
      return a !== null && b !== null && j <= i && a[0] === b[0];
    };
    expect(disagreements(graph, { nk: 13, arrays: { cells: numbers } }, predicate)).toEqual([]);
  });

  it('are coordinates, one column an axis, each batch entry and head with its own', () => {
    const graph = lowerOne(
      attentionOf(
        'neighborhood(3)',
        'input places: int[batch, heads, n, 2]',
        'over (y: 5, x: 4, order: places)\n heads 2',
      ),
    );
    const place = (batch: number, head: number, p: number) => [((p * 7 + batch) % 7) - 1, (p * 3 + head) % 4];
    const arrays = {
      places: [0, 1].map((b) => [0, 1].map((h) => Array.from({ length: 9 }, (_, p) => place(b, h, p)))),
    };
    const near = (x: number, y: number, size: number) => {
      const start = Math.max(0, Math.min(x - 1, size - 3));
      return start <= y && y < start + 3;
    };
    const predicate = ({ i, j, head, batch }: Pair) => {
      const [a, b] = [place(batch, head, i), place(batch, head, j)];
      const isCell = ([y]: number[]) => y >= 0 && y < 5;
      return isCell(a) && isCell(b) && near(a[0], b[0], 5) && near(a[1], b[1], 4);
    };
    expect(disagreements(graph, { nk: 9, batch: 2, arrays }, predicate)).toEqual([]);
  });

  it('have a length that may be shorter than the sequence', () => {
    const graph = lowerOne(
      attentionOf(
        'global(text) | i.x == j.x',
        'input cells: int[n - 3]',
        'over (y: 3, x: 4, order: cells) + text(3)\n heads 1',
      ),
    );
    const cells = [4, 7, 0, 3, 11, 8];
    const predicate = ({ i, j }: Pair) => {
      if (i >= 6 || j >= 6) return true;
      return cells[i] % 4 === cells[j] % 4;
    };
    expect(disagreements(graph, { nk: 9, arrays: { cells } }, predicate)).toEqual([]);
  });

  it('must have the shape of the grid', () => {
    for (const [type, fields] of [
      ['int[n, 3]', 'over (y: 3, x: 4, order: cells)'],
      ['float[n]', 'over (y: 3, x: 4, order: cells)'],
      ['int[n, 2, 2]', 'over image(y: 3, x: 4, order: cells)'],
    ]) {
      const text = attentionOf('i.y == j.y', `input cells: ${type}`, `${fields}\n heads 1`);
      expect(messages(text)).toEqual(['`order` needs the cell of each position.']);
    }
    expect(messages('pattern p over (y: 3, x: 4, order: 7) = i.y == j.y')).toEqual([
      '`order` must be row_major, tiles(…), morton, hilbert or an int array.',
    ]);
  });
});
