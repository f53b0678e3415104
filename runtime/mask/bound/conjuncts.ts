import type { BoundMask, BoundNode } from './bound-mask.ts';
import { boundOperands } from './bound-arena.ts';
import type { NodeId } from '../program/nodes.ts';

/** The parts of a mask that all have to hold: the operands of the conjunctions at its root, in order. */
export function conjunctsOf({ nodes, root }: BoundMask): readonly NodeId[] {
  const node = nodes[root];
  if (node.kind !== 'and') return [root];
  return [
    ...conjunctsOf({ nodes, root: node.left, arrays: {} }),
    ...conjunctsOf({ nodes, root: node.right, arrays: {} }),
  ];
}

/** The mask that asks only for these conjuncts; null where there are none. */
export function onlyConjuncts({ nodes, arrays }: BoundMask, parts: readonly NodeId[]): BoundMask | null {
  if (parts.length === 0) return null;
  const all: BoundNode[] = [...nodes];
  const root = parts.reduce((left, right) => all.push({ kind: 'and', left, right }) - 1);
  return { nodes: all, root, arrays };
}

/** By node: does its value depend on the position of the query, or of the key? */
export function dependsOn({ nodes }: BoundMask, side: 'query' | 'key'): readonly boolean[] {
  const depends: boolean[] = [];
  for (const node of nodes)
    depends.push(node.kind === side || boundOperands(node).some((operand) => depends[operand]));
  return depends;
}
