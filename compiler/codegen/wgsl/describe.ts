import type { Graph } from '../../ir/graph.ts';
import type { KernelPlan } from '../../ir/kernel.ts';
import type { AttentionDescriptor } from '../../../runtime/descriptor.ts';
import type { EmittedWgsl } from './emit-wgsl.ts';

/** What a generated module embeds: everything that is known at compile time. Plain data. */
export function describeAttention(graph: Graph, plan: KernelPlan, emitted: EmittedWgsl): AttentionDescriptor {
  return {
    name: graph.name,
    heads: graph.heads,
    kvHeads: graph.kvHeads,
    dim: graph.dim,
    dimV: graph.dimV,
    dimOut: plan.dimOut,
    dtype: plan.dtype,
    layout: graph.layout,
    outputs: graph.outputs,
    inputs: graph.inputs,
    launch: graph.launch,
    derived: graph.derived,
    offset: graph.offset,
    mask: plan.mask,
    combine: graph.combine,
    branches: graph.nodes.map(({ mask }) => mask),
    score: plan.score,
    passes: emitted.passes,
    wgsl: emitted.module,
  };
}
