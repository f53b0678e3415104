import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../compiler/ir/graph.ts';
import { causal, graphOf, program, window } from './graphs.ts';
import { compare, TINY, tinyTarget } from './problem.ts';
import type { Comparison, Problem } from './problem.ts';
import { scheduled } from './scheduled.ts';
import type { Live } from './tables.ts';

const SIZES = [
  [1, 1],
  [4, 9],
  [13, 13],
  [17, 6],
] as const;
const floorMod = (a: number, b: number): number => ((a % b) + b) % b;
/** Keys at or before the query whose distance is a multiple of 3, without the nearest four. */
const far = program((b, i, j) => {
  const back = b.arithmetic('sub', i, j);
  return b.and(
    b.compare('le', b.int(4), back),
    b.compare('eq', b.arithmetic('mod', back, b.int(3)), b.int(0)),
  );
});
const isNear: Live = (_b, _h, i, j) => j <= i && i - j < 4;
const isFar: Live = (_b, _h, i, j) => i - j >= 4 && floorMod(i - j, 3) === 0;
const either: Live = (...pair) => isNear(...pair) || isFar(...pair);

function expectClose(result: Comparison): void {
  expect(result.outError).toBeLessThan(1e-5);
  expect(result.lseError).toBeLessThan(1e-5);
  expect(result.strayWrites).toBe(0);
}

/** Near keys in one pass, far ones in another. */
function split(
  graph: Graph,
  target = TINY,
): Pick<Problem, 'graph' | 'target' | 'schedule' | 'live' | 'parts'> {
  return {
    graph,
    target,
    schedule: scheduled(graph, target, [
      { name: 'near', mask: window(4), writes: true },
      { name: 'far', mask: far, reads: true },
    ]),
    live: either,
    parts: [isNear, isFar],
  };
}

const whole = program((b, i, j) => {
  const back = b.arithmetic('sub', i, j);
  return b.and(
    b.compare('le', b.int(0), back),
    b.or(b.compare('lt', back, b.int(4)), b.compare('eq', b.arithmetic('mod', back, b.int(3)), b.int(0))),
  );
});

describe('two passes of one softmax', () => {
  it.each(SIZES)('nq %i, nk %i', async (nq, nk) => {
    expectClose(await compare({ ...split(graphOf(whole)), nq, nk, batch: 2, padding: 4 }));
  });

  it('in the other order, from a pass without keys', async () => {
    const graph = graphOf(whole);
    const never = program((b) => b.bool(false));
    const schedule = scheduled(graph, TINY, [
      { name: 'none', mask: never, writes: true },
      { name: 'far', mask: far, reads: true, writes: true },
      { name: 'near', mask: window(4), reads: true },
    ]);
    const parts: Live[] = [() => false, isFar, isNear];
    expectClose(await compare({ graph, schedule, live: either, parts, nq: 11, nk: 14 }));
  });

  it('with a ragged last column, staged in parts, in f16 storage', async () => {
    const target = tinyTarget({ x: 8, y: 1, rows: 2, columns: 1 }, { workgroupBytes: 900, padding: 1 });
    // SwiftShader has no f16: the same text over f32 storage.
    const widen = (code: string): string => code.replace('enable f16;', '').replace('vec4<f16>', 'vec4<f32>');
    const graph = graphOf(whole, { dim: 64, dimV: 36, dtype: 'f16' });
    expectClose(await compare({ ...split(graph, target), nq: 9, nk: 9, padding: 4, rewrite: widen }));
  });

  it('takes the sink into account once, at the end', async () => {
    const sinks = Float32Array.from([2, -1]);
    const declared = {
      name: 'sinks',
      kind: 'real',
      dims: [],
      dimNames: [],
      sorted: false,
      feed: null,
      doc: '',
    } as const;
    const graph = graphOf(whole, { inputs: [declared], score: { sink: 'sinks' } });
    expectClose(
      await compare({
        ...split(graph),
        nq: 9,
        nk: 12,
        score: { sink: (h) => sinks[h] },
        reals: { sinks: { dims: [2], data: sinks } },
      }),
    );
  });

  it('reads no key that no query sees', async () => {
    const poison: Problem['poison'] = ({ k, v }, strides) => {
      for (const [tensor, { head, row }] of [
        [k, strides.k],
        [v, strides.v],
      ] as const) {
        for (let h = 0; h < 2; h++) tensor.fill(NaN, h * head + 12 * row, (h + 1) * head);
      }
    };
    expectClose(await compare({ ...split(graphOf(whole)), nq: 12, nk: 14, offset: 0, poison }));
  });
});

describe('branches', () => {
  const nodes = (graph: Graph): Graph['nodes'] => [
    { ...graph.nodes[0], name: 'near', mask: window(4) },
    { ...graph.nodes[0], name: 'all', mask: causal },
  ];
  const isCausal: Live = (_b, _h, i, j) => j <= i;

  it.each(SIZES)('merged count shared pairs twice, nq %i, nk %i', async (nq, nk) => {
    const plain = graphOf(causal);
    const graph: Graph = { ...plain, nodes: nodes(plain), combine: 'merge' };
    const branches = [isNear, isCausal];
    expectClose(await compare({ graph, nq, nk, live: isCausal, parts: branches, branches }));
  });

  it.each(['bhnd', 'bnhd'] as const)('concatenated stand side by side in %s', async (layout) => {
    const plain = graphOf(causal, { outputs: ['out'], dimV: 12, layout });
    const graph: Graph = { ...plain, nodes: nodes(plain), combine: 'concat' };
    const branches = [isNear, isCausal];
    const result = await compare({
      graph,
      nq: 11,
      nk: 13,
      padding: 4,
      live: isCausal,
      parts: branches,
      branches,
    });
    expect(result.outError).toBeLessThan(1e-5);
    expect(result.strayWrites).toBe(0);
  });
});

describe('functions of masks', () => {
  it('are shared where programs are equal', async () => {
    const { emitWgsl } = await import('../../../compiler/codegen/wgsl/emit-wgsl.ts');
    const { planKernels } = await import('../../../compiler/passes/plan-kernels.ts');
    const graph = graphOf(whole);
    const code = (second: typeof far): string => {
      const schedule = scheduled(graph, TINY, [
        { name: 'a', mask: far, writes: true },
        { name: 'b', mask: second, reads: true },
      ]);
      return emitWgsl(planKernels(schedule, [TINY]), graph).module.code;
    };
    expect(code(far).match(/^fn is_live\w*/gm)).toEqual(['fn is_live_a']);
    expect(code(whole).match(/^fn is_live\w*/gm)).toEqual(['fn is_live_a', 'fn is_live_b']);
  });
});
