import { describe, expect, it } from 'vitest';
import { graphOf, program, window } from './graphs.ts';
import { compare, tinyTarget } from './problem.ts';
import type { Comparison, Problem } from './problem.ts';
import { boxes, scheduled } from './scheduled.ts';
import type { PassSketch } from './scheduled.ts';
import type { Live } from './tables.ts';

/** Tiles of 8 x 8, so that boxes have room for three axes. */
const target = tinyTarget({ x: 4, y: 4, rows: 2, columns: 2 });
const floorMod = (a: number, b: number): number => ((a % b) + b) % b;

function expectClose(result: Comparison): void {
  expect(result.outError).toBeLessThan(1e-5);
  expect(result.lseError).toBeLessThan(1e-5);
  expect(result.strayWrites).toBe(0);
}

function problem(
  sketch: PassSketch,
  live: Live,
  rest: Omit<Problem, 'graph' | 'schedule' | 'target' | 'live'>,
): Problem {
  const graph = graphOf(sketch.mask, { kvHeads: 1 });
  return { graph, target, schedule: scheduled(graph, target, [sketch]), live, ...rest };
}

/** NaN in k and v of every key that no query sees. */
function poisonUnseen(live: Live, nq: number, nk: number, offset: number, batch = 1): Problem['poison'] {
  return ({ k, v }, strides) => {
    for (let j = 0; j < nk; j++) {
      for (let b = 0; b < batch; b++) {
        const seen = Array.from({ length: nq }, (_, r) => live(b, 0, r + offset, j)).some(Boolean);
        if (seen) continue;
        k.fill(NaN, b * strides.k.batch + j * strides.k.row, b * strides.k.batch + j * strides.k.row + 16);
        v.fill(NaN, b * strides.v.batch + j * strides.v.row, b * strides.v.batch + j * strides.v.row + 16);
      }
    }
  };
}

const dilated = program((b, i, j) => {
  const back = b.arithmetic('sub', i, j);
  return b.and(
    b.compare('le', b.int(0), back),
    b.compare('lt', back, b.int(20)),
    b.compare('eq', b.arithmetic('mod', back, b.int(3)), b.int(0)),
  );
});
const isDilated: Live = (_b, _h, i, j) => j <= i && i - j < 20 && (i - j) % 3 === 0;

describe('boxes of residues', () => {
  const classes = (count: number | string): ReturnType<typeof boxes> =>
    boxes({
      base: 0,
      axes: [
        ['mod 3', count, 1],
        ['a', 'rows', 3],
      ],
    });
  const sketch: PassSketch = {
    mask: dilated,
    queries: classes(3),
    keys: classes(3),
    extents: { queries: [[1, 8]], keys: [[1, 8]] },
  };

  it.each([
    [24, 24],
    [25, 25],
    [7, 7],
    [11, 47],
    [1, 30],
  ])('nq %i, nk %i', async (nq, nk) => {
    const rows = Math.ceil(nk / 3);
    const poison = poisonUnseen(isDilated, nq, nk, nk - nq);
    expectClose(await compare(problem(sketch, isDilated, { nq, nk, symbols: { rows }, padding: 4, poison })));
  });

  it('only of keys, only of queries', async () => {
    const rest = { nq: 19, nk: 29, symbols: { rows: 10 } };
    const { keys: _keys, ...onlyQueries } = sketch;
    const { queries: _queries, ...onlyKeys } = sketch;
    expectClose(await compare(problem(onlyQueries, isDilated, rest)));
    expectClose(await compare(problem(onlyKeys, isDilated, rest)));
  });

  it('places queries by an offset below zero', async () => {
    const negative: PassSketch = {
      ...sketch,
      queries: boxes({
        base: -4,
        axes: [
          ['mod 3', 3, 1],
          ['a', 6, 3],
        ],
      }),
      extents: { queries: [[2, 4]], keys: [[1, 8]] },
    };
    expectClose(
      await compare(problem(negative, isDilated, { nq: 13, nk: 11, offset: -4, symbols: { rows: 4 } })),
    );
  });
});

/** A grid t x 3 x w with neighbours up to one step away in every axis, behind two tokens of text. */
const TEXT = 2;
const neighbours = program((b, i, j) => {
  const cell = (position: number) => b.arithmetic('sub', position, b.int(TEXT));
  const w = (position: number) => b.arithmetic('mod', cell(position), b.symbol('width'));
  const line = (position: number) => b.arithmetic('div', cell(position), b.symbol('width'));
  const h = (position: number) => b.arithmetic('mod', line(position), b.int(3));
  const t = (position: number) => b.arithmetic('div', line(position), b.int(3));
  const close = [t, h, w].map((axis) =>
    b.compare('le', b.intern({ kind: 'abs', operand: b.arithmetic('sub', axis(i), axis(j)) }), b.int(1)),
  );
  const text = b.compare('lt', j, b.int(TEXT));
  return b.or(text, b.and(b.compare('le', b.int(TEXT), i), b.compare('le', b.int(TEXT), j), ...close));
});
const isNeighbour =
  (width: number): Live =>
  (_b, _h, i, j) => {
    if (j < TEXT) return true;
    if (i < TEXT) return false;
    const axes = (p: number): number[] => {
      const cell = p - TEXT;
      return [Math.floor(cell / width / 3), floorMod(Math.floor(cell / width), 3), floorMod(cell, width)];
    };
    const other = axes(j);
    return axes(i).every((value, axis) => Math.abs(value - other[axis]) <= 1);
  };

describe('boxes that leave slots of their tile over', () => {
  const lines = (length: number | string): ReturnType<typeof boxes> =>
    boxes({
      base: 0,
      axes: [
        ['line', 'lines', length],
        ['x', length, 1],
      ],
    });
  const near = program((b, i, j) => {
    const line = (position: number) => b.arithmetic('div', position, b.int(7));
    const apart = b.intern({ kind: 'abs', operand: b.arithmetic('sub', line(i), line(j)) });
    return b.compare('le', apart, b.int(1));
  });
  const isNear: Live = (_b, _h, i, j) => Math.abs(Math.floor(i / 7) - Math.floor(j / 7)) <= 1;
  const sketch: PassSketch = {
    mask: near,
    queries: lines(7),
    keys: lines(7),
    extents: { queries: [[1, 7]], keys: [[1, 7]] },
  };

  it.each([
    [49, 49],
    [50, 50],
    [6, 6],
    [9, 64],
    [1, 13],
  ])('nq %i, nk %i', async (nq, nk) => {
    const poison = poisonUnseen(isNear, nq, nk, 0);
    const symbols = { lines: Math.ceil(nk / 7) };
    expectClose(await compare(problem(sketch, isNear, { nq, nk, offset: 0, symbols, padding: 4, poison })));
  });

  it('cut an axis into parts that do not fit', async () => {
    const cut: PassSketch = { ...sketch, extents: { queries: [[2, 3]], keys: [[1, 5]] } };
    expectClose(await compare(problem(cut, isNear, { nq: 40, nk: 40, offset: 0, symbols: { lines: 6 } })));
  });
});

describe('boxes over a grid behind text', () => {
  const grid = boxes(
    { base: 0, axes: [['text', TEXT, 1]] },
    {
      base: TEXT,
      axes: [
        ['t', 'frames', 'frame'],
        ['h', 3, 'width'],
        ['w', 'width', 1],
      ],
    },
  );
  const sketch: PassSketch = {
    mask: neighbours,
    queries: grid,
    keys: grid,
    extents: {
      queries: [[8], [1, 2, 4]],
      keys: [[8], [2, 2, 2]],
    },
  };

  it.each([
    [4, 5],
    [3, 4],
    [1, 1],
    [2, 7],
  ])('%i frames of 3 x %i', async (frames, width) => {
    const n = TEXT + frames * 3 * width;
    const symbols = { frames, width, frame: 3 * width };
    expectClose(await compare(problem(sketch, isNeighbour(width), { nq: n, nk: n, symbols, batch: 2 })));
  });

  it('serves the last queries only', async () => {
    const [frames, width] = [3, 5];
    const nk = TEXT + frames * 3 * width;
    const symbols = { frames, width, frame: 3 * width };
    expectClose(await compare(problem(sketch, isNeighbour(width), { nq: 9, nk, symbols })));
  });

  it('goes on with a score of its own and parts of rows', async () => {
    const slopes = Float32Array.from([0.5, 0.125]);
    const declared = {
      name: 'slopes',
      kind: 'real',
      dims: [],
      dimNames: [],
      sorted: false,
      feed: null,
      doc: '',
    } as const;
    const graph = graphOf(neighbours, { dim: 64, dimV: 20, inputs: [declared], score: { slopes: 'slopes' } });
    const narrow = { ...target, workgroupBytes: 1200, padding: 1 as const };
    const [frames, width] = [3, 5];
    const n = TEXT + frames * 3 * width;
    expectClose(
      await compare({
        graph,
        target: narrow,
        schedule: scheduled(graph, narrow, [sketch]),
        live: isNeighbour(width),
        nq: n,
        nk: n,
        symbols: { frames, width, frame: 3 * width },
        score: { slope: (h) => slopes[h] },
        reals: { slopes: { dims: [2], data: slopes } },
      }),
    );
  });
});

describe('listed keys', () => {
  const sparse = program((b, i, j) =>
    b.and(b.compare('eq', b.arithmetic('mod', j, b.int(5)), b.int(2)), b.compare('le', j, i)),
  );
  const isSparse: Live = (_b, _h, i, j) => j % 5 === 2 && j <= i;
  const listed = (j: number): boolean => j % 5 === 2;

  it.each([
    [40, 40],
    [43, 43],
    [9, 58],
    [3, 2],
  ])('nq %i, nk %i', async (nq, nk) => {
    const sketch: PassSketch = { mask: sparse, keys: { kind: 'list' }, strategy: 'gathered' };
    const poison = poisonUnseen(isSparse, nq, nk, nk - nq);
    expectClose(await compare(problem(sketch, isSparse, { nq, nk, listed, poison, padding: 4 })));
  });

  it('for boxes of queries, behind a pass over neighbours', async () => {
    const graph = graphOf(program((b) => b.bool(true)));
    const isNear: Live = (_b, _h, i, j) => j <= i && i - j < 4;
    const isFar: Live = (...[b, h, i, j]) => isSparse(b, h, i, j) && i - j >= 4;
    const far = program((b, i, j) =>
      b.and(
        b.compare('eq', b.arithmetic('mod', j, b.int(5)), b.int(2)),
        b.compare('le', b.int(4), b.arithmetic('sub', i, j)),
      ),
    );
    const schedule = scheduled(graph, target, [
      { name: 'near', mask: window(4), writes: true },
      {
        name: 'far',
        mask: far,
        queries: boxes({
          base: 0,
          axes: [
            ['a', 5, 1],
            ['b', 9, 5],
          ],
        }),
        keys: { kind: 'list' },
        strategy: 'gathered',
        reads: true,
        extents: { queries: [[2, 4]] },
      },
    ]);
    const live: Live = (...pair) => isNear(...pair) || isFar(...pair);
    expectClose(
      await compare({ graph, target, schedule, live, parts: [isNear, isFar], listed, nq: 41, nk: 41 }),
    );
  });
});
