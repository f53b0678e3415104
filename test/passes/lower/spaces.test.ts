import { describe, expect, it } from 'vitest';
import { cellOf, div, mod, onGrid, pattern } from './grid-cells.ts';
import { attentionOf, disagreements, lowerOne } from './lower-text.ts';
import type { Pair } from './lower-text.ts';

describe('spaces', () => {
  it('number the cells of a grid row by row, and what lies behind attends nothing', () => {
    const graph = pattern('video(t: 2, h: 3, w: 5)', 'i.t == j.t & abs(i.w - j.w) <= 1 | i.h < j.h');
    const predicate = onGrid(
      [2, 3, 5],
      (a, b) => (a[0] === b[0] && Math.abs(a[2] - b[2]) <= 1) || a[1] < b[1],
    );
    for (const launch of [{ nk: 30 }, { nk: 37 }, { nk: 22, nq: 25 }, { nk: 33, nq: 2 }]) {
      expect(disagreements(graph, launch, predicate)).toEqual([]);
    }
  });

  it('call axes as their sizes', () => {
    const graph = pattern('(h, w)', 'i.h == j.h & i.w + j.w < w', '(h: int = 4, w: int = 7)');
    const predicate = onGrid([4, 7], (a, b) => a[0] === b[0] && a[1] + b[1] < 7);
    expect(disagreements(graph, { nk: 31 }, predicate)).toEqual([]);
  });

  it('take sizes from n and from launch parameters', () => {
    const grid = 'pattern p(w: int) over image(y: max(1, n div w), x: w) = i.x == j.x & i.y < image.y - 1';
    const graph = lowerOne(`${grid}\n${attentionOf('p(wide)', 'launch wide: int in 1..64 = 5')}`);
    const predicate = onGrid([5, 5], (a, b) => a[1] === b[1] && a[0] < 4);
    expect(disagreements(graph, { nk: 27, launch: { wide: 5 } }, predicate)).toEqual([]);
    expect(
      disagreements(
        graph,
        { nk: 27, launch: { wide: 8 } },
        onGrid([3, 8], (a, b) => a[1] === b[1] && a[0] < 2),
      ),
    ).toEqual([]);
  });

  it('concatenate regions', () => {
    const graph = pattern(
      'text(6) + video(t: 3, r: 4) + tail(2)',
      'i in text | global(tail) | i in video & j in video & i.t == j.t & i.video mod 2 == j.r mod 2',
    );
    const inVideo = (p: number) => p >= 6 && p < 18;
    const predicate = ({ i, j }: Pair) => {
      if (i < 0 || i >= 20 || j >= 20) return false;
      const frames =
        inVideo(i) && inVideo(j) && div(i - 6, 4) === div(j - 6, 4) && (i - 6) % 2 === ((j - 6) % 4) % 2;
      return i < 6 || i >= 18 || j >= 18 || frames;
    };
    for (const nk of [20, 23, 15]) expect(disagreements(graph, { nk }, predicate)).toEqual([]);
  });

  it('count inside a region', () => {
    const graph = pattern(
      'text(5) + video(t: 3, r: 4)',
      'within(video) { i + j < n & i.t <= j.t & neighborhood(3) }',
    );
    const clamped = (x: number, size: number) => Math.min(Math.max(x - 1, 0), size - 3);
    const predicate = ({ i, j }: Pair) => {
      const [a, b] = [cellOf(i - 5, [3, 4]), cellOf(j - 5, [3, 4])];
      if (a === null || b === null || i - 5 + j - 5 >= 12 || a[0] > b[0]) return false;
      return [3, 4].every((size, at) => b[at] >= clamped(a[at], size) && b[at] < clamped(a[at], size) + 3);
    };
    for (const nk of [17, 19]) expect(disagreements(graph, { nk }, predicate)).toEqual([]);
  });

  it('pass their axes to patterns without a space', () => {
    const text = 'pattern row = i.y == j.y\npattern p over image(y: 3, x: 4) = row & i.x >= j.x';
    const graph = lowerOne(`${text}\n${attentionOf('p')}`);
    const predicate = onGrid([3, 4], (a, b) => a[0] === b[0] && a[1] >= b[1]);
    expect(disagreements(graph, { nk: 13 }, predicate)).toEqual([]);
  });

  it('number cells by tiles, the last of which may be padded', () => {
    for (const [sizes, tile] of [
      [
        [6, 8],
        [3, 2],
      ],
      [
        [5, 7],
        [2, 3],
      ],
      [
        [4, 4, 5],
        [2, 4, 2],
      ],
    ] as const) {
      const names = ['a', 'b', 'c'].slice(0, sizes.length);
      const axes = names.map((name, at) => `${name}: ${sizes[at]}`).join(', ');
      const same = names.map((name) => `abs(i.${name} - j.${name}) <= 1`).join(' & ');
      const graph = pattern(`grid(${axes}, order: tiles(${tile.join(', ')}))`, same);
      const cells = tileMajor(sizes, tile);
      const predicate = ({ i, j }: Pair) => {
        const [a, b] = [cells[i] ?? null, cells[j] ?? null];
        return a !== null && b !== null && a.every((x, at) => Math.abs(x - b[at]) <= 1);
      };
      for (const nk of [cells.length, cells.length + 3])
        expect(disagreements(graph, { nk }, predicate)).toEqual([]);
    }
  });

  it('number cells along a Morton curve', () => {
    for (const [height, width] of [
      [8, 8],
      [4, 7],
    ]) {
      const graph = pattern(`image(y: ${height}, x: ${width}, order: morton)`, 'i.y <= j.y & i.x <= j.x');
      const bits = (p: number, first: number) =>
        [0, 1, 2].reduce((sum, b) => sum + (((p >> (2 * b + first)) & 1) << b), 0);
      const cell = (p: number) => {
        const [y, x] = [bits(p, 1), bits(p, 0)];
        return p >= 0 && p < 64 && y < height && x < width ? [y, x] : null;
      };
      const predicate = ({ i, j }: Pair) => {
        const [a, b] = [cell(i), cell(j)];
        return a !== null && b !== null && a[0] <= b[0] && a[1] <= b[1];
      };
      expect(disagreements(graph, { nk: 64 }, predicate)).toEqual([]);
    }
  });

  it('hold for the mask and the bindings of an attention', () => {
    const members = 'launch w: int in 1..64 = 5\nlet near = abs(i.y - j.y) <= 1';
    const graph = lowerOne(
      attentionOf('near & i.x == j.x | i in text', members, 'heads 1\n  over text(3) + image(y: 4, x: w)'),
    );
    for (const w of [5, 2]) {
      const predicate = ({ i, j }: Pair) => {
        if (i < 0 || i >= 3 + 4 * w || j >= 3 + 4 * w) return false;
        const [dy, dx] = [div(i - 3, w) - div(j - 3, w), mod(i - 3, w) - mod(j - 3, w)];
        return i < 3 || (Math.abs(dy) <= 1 && dx === 0);
      };
      expect(disagreements(graph, { nk: 26, launch: { w } }, predicate)).toEqual([]);
    }
  });

  it('keep the cells of a band', () => {
    const graph = pattern('band(s, e, width: 3, size: 9)', 'i.s == j.s | i.e == j.e');
    const rest = pattern('band(s, e, width: 3)', 'i.s == j.s | i.e == j.e');
    const cell = (p: number, rows: number) => {
      const [s, e] = [div(p, 7), div(p, 7) + mod(p, 7) - 3];
      return p >= 0 && s < rows && e >= 0 && e < rows ? [s, e] : null;
    };
    const predicate =
      (rows: number) =>
      ({ i, j }: Pair) => {
        const [a, b] = [cell(i, rows), cell(j, rows)];
        return a !== null && b !== null && (a[0] === b[0] || a[1] === b[1]);
      };
    expect(disagreements(graph, { nk: 63 }, predicate(9))).toEqual([]);
    expect(disagreements(rest, { nk: 45 }, predicate(6))).toEqual([]);
    expect(disagreements(rest, { nk: 5 }, predicate(0))).toEqual([]);
  });
});

/** The cell at each position, tiles row by row and cells of a tile row by row; null for padding. */
function tileMajor(sizes: readonly number[], tile: readonly number[]): (readonly number[] | null)[] {
  const grids = (dims: readonly number[]): number[][] =>
    dims.reduce<number[][]>(
      (rows, size) => rows.flatMap((row) => Array.from({ length: size }, (_, x) => [...row, x])),
      [[]],
    );
  const counts = sizes.map((size, at) => Math.ceil(size / tile[at]));
  return grids(counts).flatMap((t) =>
    grids(tile).map((r) => {
      const cell = r.map((x, at) => t[at] * tile[at] + x);
      return cell.every((x, at) => x < sizes[at]) ? cell : null;
    }),
  );
}
