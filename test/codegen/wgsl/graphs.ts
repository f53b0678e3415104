import type { TargetTable } from '../../../compiler/cost/index.ts';
import type { Graph } from '../../../compiler/ir/graph.ts';
import type { KernelPlan } from '../../../compiler/ir/kernel.ts';
import { planKernels } from '../../../compiler/passes/plan-kernels.ts';
import { schedulePlainly } from '../../../compiler/passes/schedule-plainly.ts';
import type { ScoreDescriptor } from '../../../runtime/score.ts';
import { MaskBuilder } from '../../../runtime/mask/program/builder.ts';
import type { MaskProgram, NodeId } from '../../../runtime/mask/program/nodes.ts';

const SPAN = { file: 'test.sa', start: 0, end: 1 };

export const PLAIN_SCORE: ScoreDescriptor = {
  scale: 0.125,
  softcap: null,
  slopes: null,
  keyBias: null,
  rowScale: null,
  sink: null,
  biases: [],
  denominatorScale: null,
};

/** A graph of one attend over `mask`, everything else at a small default. */
export function graphOf(
  mask: MaskProgram,
  options: Partial<Graph> & { readonly score?: Partial<ScoreDescriptor> } = {},
): Graph {
  const { score, ...rest } = options;
  return {
    kind: 'graph',
    name: 'test',
    doc: '',
    span: SPAN,
    heads: 2,
    kvHeads: 2,
    dim: 16,
    dimV: rest.dim ?? 16,
    dtype: 'f32',
    layout: 'bhnd',
    outputs: ['out', 'lse'],
    inputs: [],
    launch: [],
    derived: [],
    offset: program((b) => b.arithmetic('sub', b.symbol('nk'), b.symbol('nq'))),
    space: null,
    combine: 'single',
    nodes: [
      { kind: 'attend', name: '', span: SPAN, mask, score: { ...PLAIN_SCORE, ...score }, spans: new Map() },
    ],
    ...rest,
  };
}

/** The plan of a graph under the plain schedule. */
export function plainPlan(graph: Graph, targets?: readonly TargetTable[]): KernelPlan {
  return planKernels(schedulePlainly(graph), targets);
}

/** A mask program from a function that builds its root. */
export function program(build: (builder: MaskBuilder, i: NodeId, j: NodeId) => NodeId): MaskProgram {
  const builder = new MaskBuilder();
  const i = builder.intern({ kind: 'query' });
  const j = builder.intern({ kind: 'key' });
  return builder.finish(build(builder, i, j));
}

export const full = program((b) => b.bool(true));
export const causal = program((b, i, j) => b.compare('le', j, i));
/** 0 <= i - j < width. */
export const window = (width: number): MaskProgram =>
  program((b, i, j) => {
    const back = b.arithmetic('sub', i, j);
    return b.and(b.compare('le', b.int(0), back), b.compare('lt', back, b.int(width)));
  });
