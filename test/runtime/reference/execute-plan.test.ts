import { describe, expect, it } from 'vitest';
import { describeAttention } from '../../../compiler/codegen/wgsl/describe.ts';
import { emitWgsl } from '../../../compiler/codegen/wgsl/emit-wgsl.ts';
import type { Graph } from '../../../compiler/ir/graph.ts';
import { planKernels } from '../../../compiler/passes/plan-kernels.ts';
import { schedulePlainly } from '../../../compiler/passes/schedule-plainly.ts';
import type { HostArrays } from '../../../runtime/arrays.ts';
import type { KernelSchedule } from '../../../runtime/kernel-descriptor.ts';
import { launchMask } from '../../../runtime/mask/launch/launch-mask.ts';
import { MaskBuilder } from '../../../runtime/mask/program/builder.ts';
import { attendDense } from '../../../runtime/reference/attend-dense.ts';
import type { AttentionResult } from '../../../runtime/reference/attend-dense.ts';
import { executePlan } from '../../../runtime/reference/execute-plan.ts';
import { layoutStrides } from '../../../runtime/reference/strides.ts';
import { causal, full, graphOf, program, window } from '../../codegen/wgsl/graphs.ts';
import { TINY } from '../../codegen/wgsl/problem.ts';
import type { Live } from '../../codegen/wgsl/tables.ts';

interface Case {
  readonly graph: Graph;
  readonly live: Live;
  readonly nq: number;
  readonly nk: number;
  readonly arrays?: HostArrays;
  /** Breaks the schedule on purpose. */
  readonly mutate?: (schedule: KernelSchedule) => KernelSchedule;
  readonly batch?: number;
}

function runBoth({
  graph,
  live,
  nq,
  nk,
  arrays = {},
  mutate = (s) => s,
  batch = 1,
}: Case): [AttentionResult, AttentionResult] {
  const plan = planKernels(schedulePlainly(graph), [TINY]);
  const descriptor = describeAttention(graph, plan, emitWgsl(plan, graph));
  const [planned] = descriptor.passes[0].kernels;
  const kernels = [{ ...planned, schedule: mutate(planned.schedule) }];
  const mask = launchMask(descriptor, { batch, nq, nk, arrays });
  const { heads, kvHeads, dim, dimV } = graph;
  const strides = {
    q: layoutStrides('bnhd', heads, nq, dim),
    k: layoutStrides('bnhd', kvHeads, nk, dim),
    v: layoutStrides('bnhd', kvHeads, nk, dimV),
  };
  let state = 7;
  const tensor = (size: number): Float64Array =>
    Float64Array.from({ length: size }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 31 - 1;
    });
  const q = tensor(batch * strides.q.batch);
  const k = tensor(batch * strides.k.batch);
  const v = tensor(batch * strides.v.batch);
  const shape = { batch, heads, kvHeads, nq, nk, dim, dimV, offset: mask.offset };
  const score = { scale: graph.nodes[0].score.scale as number };
  return [
    executePlan({ descriptor, kernels, mask, q, k, v, strides }),
    attendDense({ ...shape, q, k, v, strides, isLive: live, score }),
  ];
}

function difference([plan, dense]: [AttentionResult, AttentionResult]): number {
  const gap = (a: Float64Array, b: Float64Array): number =>
    a.reduce((worst, x, at) => (x === b[at] ? worst : Math.max(worst, Math.abs(x - b[at]) || Infinity)), 0);
  return Math.max(gap(plan.out, dense.out), gap(plan.lse, dense.lse));
}

const stride = program((b, i, j) =>
  b.compare('eq', b.arithmetic('mod', b.arithmetic('sub', i, j), b.int(3)), b.int(0)),
);
const gaps = program((b, i, j) =>
  b.or(b.compare('lt', j, b.int(2)), b.compare('lt', b.arithmetic('add', j, b.int(7)), i)),
);

const masks: [string, ReturnType<typeof program>, Live][] = [
  ['full', full, () => true],
  ['causal', causal, (_b, _h, i, j) => j <= i],
  ['window', window(6), (_b, _h, i, j) => j <= i && i - j < 6],
  ['stride', stride, (_b, _h, i, j) => (((i - j) % 3) + 3) % 3 === 0],
  ['two parts', gaps, (_b, _h, i, j) => j < 2 || j + 7 < i],
];

describe('executePlan', () => {
  it.each(
    masks.flatMap(([name, mask, live]) =>
      [
        [1, 1],
        [4, 4],
        [5, 13],
        [13, 5],
        [17, 17],
        [8, 12],
      ].map(([nq, nk]) => ({ name, mask, live, nq, nk })),
    ),
  )('computes $name at $nq x $nk as the dense executor does', ({ mask, live, nq, nk }) => {
    const graph = graphOf(mask, { heads: 4, kvHeads: 2, dim: 8, dimV: 4 });
    expect(difference(runBoth({ graph, live, nq, nk, batch: 2 }))).toBeLessThan(1e-12);
  });

  it('shows a bound that is off by one', () => {
    const graph = graphOf(causal);
    const broken = difference(
      runBoth({
        graph,
        live: (_b, _h, i, j) => j <= i,
        nq: 9,
        nk: 9,
        mutate: (schedule) =>
          ({
            ...schedule,
            high: program((b, i) => b.arithmetic('min', b.symbol('nk'), i)),
          }) as KernelSchedule,
      }),
    );
    expect(broken).toBeGreaterThan(1e-3);
  });

  it('shows a residual that lets a dead pair in', () => {
    const builder = new MaskBuilder();
    const always = builder.finish(builder.bool(true));
    const broken = difference(
      runBoth({
        graph: graphOf(stride),
        live: (_b, _h, i, j) => (i - j) % 3 === 0,
        nq: 9,
        nk: 9,
        mutate: () => ({ kind: 'table', residual: always }),
      }),
    );
    expect(broken).toBeGreaterThan(1e-3);
  });
});
