import { describe, expect, it } from 'vitest';
import type { ArrayDeclaration } from '../../../runtime/declarations.ts';
import type { WeightFunction } from '../../../runtime/score.ts';
import { causal, graphOf, program, window } from './graphs.ts';
import { compare, TINY, tinyTarget } from './problem.ts';
import type { Comparison, Problem } from './problem.ts';
import { scheduled } from './scheduled.ts';
import type { Live } from './tables.ts';

const names: readonly WeightFunction[] = ['relu', 'relu2', 'laplace', 'sigmoid', 'none'];
const outputs = ['out'] as const;
const isCausal: Live = (_b, _h, i, j) => j <= i;

/** Every third key at or before the query, but none of 8 .. 15. */
const holed = program((b, i, j) => {
  const back = b.arithmetic('sub', i, j);
  const third = b.compare('eq', b.arithmetic('mod', back, b.int(3)), b.int(0));
  const hole = b.and(b.compare('le', b.int(8), j), b.compare('lt', j, b.int(16)));
  return b.and(b.and(b.compare('le', b.int(0), back), third), b.not(hole));
});
const isHoled: Live = (_b, _h, i, j) => j <= i && (i - j) % 3 === 0 && (j < 8 || j >= 16);

/** What nobody sees is NaN in k and infinity in v. */
const poison: Problem['poison'] = ({ k, v }, strides) => {
  for (let j = 8; j < 16; j++) {
    k.fill(NaN, j * strides.k.row, j * strides.k.row + 16);
    v.fill(Infinity, j * strides.v.row, j * strides.v.row + 16);
  }
};

function expectClose(result: Comparison): void {
  expect(result.weighingError).toBeLessThan(1);
  expect(result.outError).toBeLessThan(1e-5);
  expect(result.strayWrites).toBe(0);
}

describe.each(names)('weights without a softmax: %s', (weights) => {
  const score = { weights };

  it.each([
    [7, 7],
    [17, 33],
    [1, 5],
  ])('row bounds, %i queries and %i keys', async (nq, nk) => {
    const graph = graphOf(causal, { outputs, score });
    expectClose(await compare({ graph, nq, nk, live: isCausal, score }));
  });

  it('run tables: dead pairs count nothing between live ones', async () => {
    const graph = graphOf(holed, { outputs, score, kvHeads: 1 });
    expectClose(await compare({ graph, nq: 21, nk: 21, live: isHoled, score, poison, batch: 2, padding: 4 }));
  });

  it('rows without keys are 0', async () => {
    const graph = graphOf(causal, { outputs, score });
    const result = await compare({ graph, nq: 9, nk: 9, offset: -5, live: isCausal, score });
    expectClose(result);
    expect(result.outputs.out.slice(0, 5 * 16).every((value) => value === 0)).toBe(true);
  });

  it('accumulators are handed from pass to pass, from dense tiles to diagonals', async () => {
    const isNear: Live = (_b, _h, i, j) => j <= i && i - j < 4;
    const isFar: Live = (_b, _h, i, j) => i - j === 5 || i - j === 11;
    const far = program((b, i, j) => {
      const back = b.arithmetic('sub', i, j);
      return b.or(b.compare('eq', back, b.int(5)), b.compare('eq', back, b.int(11)));
    });
    const graph = graphOf(
      program((b) => b.bool(true)),
      { outputs, score },
    );
    const target = tinyTarget({ x: 4, y: 4, rows: 2, columns: 2 });
    const schedule = scheduled(graph, target, [
      { name: 'near', mask: window(4), writes: true },
      { name: 'far', mask: far, reads: true, writes: true, strategy: 'diagonal' },
      { name: 'none', mask: program((b) => b.bool(false)), reads: true },
    ]);
    const live: Live = (...pair) => isNear(...pair) || isFar(...pair);
    const parts = [isNear, isFar, () => false];
    expectClose(await compare({ graph, schedule, target, live, parts, nq: 19, nk: 23, score, padding: 4 }));
  });
});

describe('scores of weights', () => {
  const slopes = Float32Array.from([0.5, 0.125]);
  const declared: ArrayDeclaration = {
    name: 'slopes',
    kind: 'real',
    dims: [program((b) => b.symbol('heads'))],
    dimNames: ['heads'],
    sorted: false,
    feed: null,
    doc: '',
  };

  it.each(names)('softcap and slopes come before %s', async (weights) => {
    const chain = { softcap: 1.5, slopes: 'slopes', weights };
    expectClose(
      await compare({
        graph: graphOf(causal, { outputs, inputs: [declared], score: chain }),
        nq: 10,
        nk: 13,
        live: isCausal,
        score: { softcap: 1.5, slope: (h) => slopes[h], weights },
        reals: { slopes: { dims: [2], data: slopes } },
      }),
    );
  });

  it.each(names)('%s of scores far from 0', async (weights) => {
    const factor = Float32Array.from({ length: 12 }, (_, i) => 10 ** (i - 4));
    const scaled = { rowScale: 'factor', weights };
    const table = { ...declared, name: 'factor' };
    const result = await compare({
      graph: graphOf(causal, { outputs, inputs: [table], score: scaled }),
      nq: 12,
      nk: 12,
      live: isCausal,
      score: { rowScale: (i) => factor[i], weights },
      reals: { factor: { dims: [12], data: factor } },
    });
    expect(result.weighingError).toBeLessThan(1);
  });

  it('a concat has rows side by side', async () => {
    const graph = graphOf(causal, { outputs, score: { weights: 'relu' } });
    const nodes = [
      { ...graph.nodes[0], name: 'near', mask: window(3) },
      { ...graph.nodes[0], name: 'all' },
    ];
    const isNear: Live = (_b, _h, i, j) => j <= i && i - j < 3;
    const both = { ...graph, nodes, combine: 'concat' as const };
    const schedule = scheduled(both, TINY, [
      { name: 'near', mask: window(3) },
      { name: 'all', mask: causal, column: 16 },
    ]);
    expectClose(
      await compare({
        graph: both,
        schedule,
        nq: 9,
        nk: 9,
        live: isCausal,
        parts: [isNear, isCausal],
        branches: [isNear, isCausal],
        score: { weights: 'relu' },
      }),
    );
  });
});
