import { describe, expect, it } from 'vitest';
import { graphOf, program } from './graphs.ts';
import { compare, tinyTarget } from './problem.ts';
import type { Comparison, Problem } from './problem.ts';
import { boxes, scheduled } from './scheduled.ts';
import type { PassSketch } from './scheduled.ts';
import type { Live } from './tables.ts';

const target = tinyTarget({ x: 4, y: 4, rows: 2, columns: 2 });
const powers = program((b, i, j) => b.add({ kind: 'is-power-of-two', operand: b.arithmetic('sub', i, j) }));
const isPower: Live = (_b, _h, i, j) => i > j && Number.isInteger(Math.log2(i - j));
/** Distances on both sides, for queries of even position. */
const evenRows = program((b, i, j) =>
  b.and(
    b.compare('eq', b.arithmetic('mod', b.arithmetic('sub', i, j), b.int(7)), b.int(0)),
    b.compare('eq', b.arithmetic('mod', i, b.int(2)), b.int(0)),
  ),
);
const isEvenRow: Live = (_b, _h, i, j) => Math.abs(i - j) % 7 === 0 && Math.abs(i) % 2 === 0;

function expectClose(result: Comparison): void {
  expect(result.outError).toBeLessThan(1e-5);
  expect(result.lseError).toBeLessThan(1e-5);
  expect(result.strayWrites).toBe(0);
}

function problem(
  sketch: PassSketch,
  live: Live,
  rest: Partial<Problem> & { nq: number; nk: number },
): Problem {
  const { graph = graphOf(sketch.mask, { kvHeads: 1 }), target: chosen = target } = rest;
  const schedule = scheduled(graph, chosen, [{ ...sketch, strategy: 'diagonal' }]);
  return { ...rest, graph, target: chosen, schedule, live };
}

/** NaN in v of every key that no query sees, infinity in its k. */
function poisonUnseen(live: Live, nq: number, nk: number): Problem['poison'] {
  return ({ k, v }, strides) => {
    for (let j = 0; j < nk; j++) {
      const seen = Array.from({ length: nq }, (_, r) => live(0, 0, r + nk - nq, j)).some(Boolean);
      if (seen) continue;
      k.fill(Infinity, j * strides.k.row, j * strides.k.row + 16);
      v.fill(NaN, j * strides.v.row, j * strides.v.row + 16);
    }
  };
}

describe('diagonals', () => {
  it.each([
    [1, 1],
    [1, 40],
    [9, 9],
    [16, 24],
    [37, 41],
    [12, 5],
  ])('of powers of two, nq %i, nk %i', async (nq, nk) => {
    const poison = poisonUnseen(isPower, nq, nk);
    expectClose(await compare(problem({ mask: powers }, isPower, { nq, nk, padding: 4, poison })));
  });

  it.each([
    [31, 31],
    [40, 65],
    [13, 4],
  ])('more than a tile of them and a residual, nq %i, nk %i', async (nq, nk) => {
    const poison = poisonUnseen(isEvenRow, nq, nk);
    expectClose(
      await compare(
        problem({ mask: evenRows }, isEvenRow, { nq, nk, batch: 2, poison: nq === nk ? poison : undefined }),
      ),
    );
  });

  it('for boxes of queries', async () => {
    const queries = boxes({
      base: 0,
      axes: [
        ['mod 3', 3, 1],
        ['a', 'rows', 3],
      ],
    });
    const sketch: PassSketch = { mask: powers, queries, extents: { queries: [[2, 4]] } };
    expectClose(await compare(problem(sketch, isPower, { nq: 33, nk: 40, symbols: { rows: 14 } })));
  });

  it('spares other rows what a key of one row holds', async () => {
    // The only key that the last query alone sees holds NaN; out of every other row stays finite.
    const result = await compare(
      problem({ mask: powers }, isPower, {
        nq: 9,
        nk: 9,
        poison: ({ v }, strides) => v.fill(NaN, 7 * strides.v.row, 8 * strides.v.row),
      }),
    );
    const width = 16;
    expect(result.outputs.out.subarray(0, 8 * width).every(Number.isFinite)).toBe(true);
    expect(result.outputs.out.subarray(8 * width, 9 * width).every(Number.isNaN)).toBe(true);
  });

  it('with grouped heads, ragged columns, f16 storage, a score of its own', async () => {
    const slopes = Float32Array.from([0.5, 0.125, 0.25, 1]);
    const declared = {
      name: 'slopes',
      kind: 'real',
      dims: [],
      dimNames: [],
      sorted: false,
      feed: null,
      doc: '',
    } as const;
    const widen = (code: string): string => code.replace('enable f16;', '').replace('vec4<f16>', 'vec4<f32>');
    const graph = graphOf(powers, {
      heads: 4,
      kvHeads: 2,
      dim: 20,
      dimV: 36,
      dtype: 'f16',
      layout: 'bnhd',
      inputs: [declared],
      score: { slopes: 'slopes' },
    });
    const rest = { graph, nq: 19, nk: 23, padding: 4, rewrite: widen };
    const score = { slope: (h: number) => slopes[h] };
    expectClose(
      await compare(
        problem({ mask: powers }, isPower, {
          ...rest,
          score,
          reals: { slopes: { dims: [4], data: slopes } },
        }),
      ),
    );
  });

  it('behind a pass over neighbours', async () => {
    const isNear: Live = (_b, _h, i, j) => j <= i && i - j < 3;
    const isFar: Live = (...pair) => isPower(...pair) && pair[2] - pair[3] >= 3;
    const far = program((b, i, j) => {
      const back = b.arithmetic('sub', i, j);
      return b.and(b.add({ kind: 'is-power-of-two', operand: back }), b.compare('le', b.int(3), back));
    });
    const near = program((b, i, j) => {
      const back = b.arithmetic('sub', i, j);
      return b.and(b.compare('le', b.int(0), back), b.compare('lt', back, b.int(3)));
    });
    const graph = graphOf(powers);
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const sketches: PassSketch[] = [
        { name: 'near', mask: near },
        { name: 'far', mask: far, strategy: 'diagonal' },
      ];
      const parts = [isNear, isFar];
      const schedule = scheduled(graph, target, [
        { ...sketches[order[0]], writes: true },
        { ...sketches[order[1]], reads: true },
      ]);
      const live: Live = (...pair) => isNear(...pair) || isFar(...pair);
      expectClose(
        await compare({ graph, target, schedule, live, parts: order.map((at) => parts[at]), nq: 29, nk: 35 }),
      );
    }
  });
});
