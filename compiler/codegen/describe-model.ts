import type { Graph } from '../ir/graph.ts';
import type { AttentionModel } from '../../runtime/descriptor.ts';

/** What the descriptors of every target say of an attention, from its graph and from what its kernel plan decided. */
export function describeModel<Plan extends Pick<AttentionModel, 'dimOut' | 'dtype' | 'mask' | 'score'>>(
  graph: Graph,
  { dimOut, dtype, mask, score }: Plan,
) {
  return {
    name: graph.name,
    heads: graph.heads,
    kvHeads: graph.kvHeads,
    dim: graph.dim,
    dimV: graph.dimV,
    dimOut,
    dtype: dtype as Plan['dtype'],
    layout: graph.layout,
    outputs: graph.outputs,
    inputs: graph.inputs,
    launch: graph.launch,
    derived: graph.derived,
    offset: graph.offset,
    mask,
    combine: graph.combine,
    branches: graph.nodes.map((attend) => attend.mask),
    score,
  };
}
