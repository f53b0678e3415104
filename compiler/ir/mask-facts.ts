import { operandsOf } from '../../runtime/mask/program/nodes.ts';
import type { MaskNode, NodeId } from '../../runtime/mask/program/nodes.ts';
import { rangesOfNodes } from './find-ranges.ts';
import type { RangeContext } from './find-ranges.ts';

/** Facts about the nodes of a program that hold for every launch. */
export interface MaskFacts {
  /** True where the integer is proved to be at least zero. */
  readonly nonNegative: (id: NodeId) => boolean;
  /** True where the value reads neither `query` nor `key`: one value a head. */
  readonly perHead: (id: NodeId) => boolean;
}

/** What follows from the declared ranges and from the structure of `nodes`. */
export function maskFacts(nodes: readonly MaskNode[], context: RangeContext): MaskFacts {
  const ranges = rangesOfNodes(nodes, context);
  const readsPosition: boolean[] = [];
  for (const node of nodes) {
    const reads = node.kind === 'query' || node.kind === 'key';
    readsPosition.push(reads || operandsOf(node).some((operand) => readsPosition[operand]));
  }
  return { nonNegative: (id) => ranges[id].low >= 0, perHead: (id) => !readsPosition[id] };
}
