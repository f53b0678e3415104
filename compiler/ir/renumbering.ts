import type { MaskBuilder } from '../../runtime/mask/program/builder.ts';
import { operandsOf, withOperands } from '../../runtime/mask/program/nodes.ts';
import type { MaskNode, MaskProgram, NodeId } from '../../runtime/mask/program/nodes.ts';

/** For every node of a builder its id in a program that the builder finished; null where the program does without it. */
export function renumberingOf(builder: MaskBuilder, finished: MaskProgram): (NodeId | null)[] {
  // Nodes are stored once, so that a node is found by what it looks like over renumbered operands.
  const places = new Map(finished.nodes.map((node, id) => [keyOf(node), id]));
  const renumbered: (NodeId | null)[] = [];
  for (const node of builder.nodes) {
    const operands = operandsOf(node).map((operand) => renumbered[operand]);
    const known = operands.filter((operand) => operand !== null);
    const isKnown = known.length === operands.length;
    renumbered.push((isKnown ? places.get(keyOf(withOperands(node, known))) : undefined) ?? null);
  }
  return renumbered;
}

function keyOf(node: MaskNode): string {
  return JSON.stringify(Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1)));
}
