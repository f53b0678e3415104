import type { Graph } from '../../ir/graph.ts';
import type { KernelPlan } from '../../ir/kernel.ts';
import type { AttentionDescriptor } from '../../../runtime/descriptor.ts';
import { describeModel } from '../describe-model.ts';
import type { EmittedWgsl } from './emit-wgsl.ts';

/** What a generated module embeds: everything that is known at compile time. Plain data. */
export function describeAttention(graph: Graph, plan: KernelPlan, emitted: EmittedWgsl): AttentionDescriptor {
  return { ...describeModel(graph, plan), passes: emitted.passes, wgsl: emitted.module };
}
