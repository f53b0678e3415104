import { MaskBuilder, rewriteInto } from '../../../runtime/mask/program/builder.ts';
import type { MaskProgram, NodeId } from '../../../runtime/mask/program/nodes.ts';

/** More branches are not told apart. */
const MOST_BRANCHES = 8;

/**
 * A mask as a union of conjunctions: its disjunctions are brought to the top, those inside conjunctions too. One branch
 * where there is no disjunction, or where there are too many.
 */
export function readBranches(mask: MaskProgram): readonly MaskProgram[] {
  const builder = new MaskBuilder();
  const root = rewriteInto(builder, mask);
  const branches = branchesOf(builder, root);
  return branches.length > 1 && branches.length <= MOST_BRANCHES
    ? branches.map((branch) => builder.finish(branch))
    : [mask];
}

function branchesOf(builder: MaskBuilder, id: NodeId): readonly NodeId[] {
  const node = builder.node(id);
  if (node.kind === 'or') {
    const operands = chainOf(builder, id, 'or');
    return operands.length > MOST_BRANCHES
      ? [id]
      : operands.flatMap((operand) => branchesOf(builder, operand));
  }
  if (node.kind !== 'and') return [id];
  const parts = chainOf(builder, id, 'and').map((part) => branchesOf(builder, part));
  const count = parts.reduce((product, { length }) => product * length, 1);
  if (count === 1 || count > MOST_BRANCHES) return [id];
  let branches: NodeId[] = [builder.bool(true)];
  for (const part of parts)
    branches = branches.flatMap((left) => part.map((right) => builder.and(left, right)));
  return branches.filter((branch) => {
    const found = builder.node(branch);
    return found.kind !== 'bool' || found.value;
  });
}

/** The operands of a chain of one connective, in order. */
export function chainOf(builder: MaskBuilder, root: NodeId, kind: 'and' | 'or'): readonly NodeId[] {
  const operands: NodeId[] = [];
  const pending = [root];
  while (pending.length > 0) {
    const id = pending.pop()!;
    const node = builder.node(id);
    if (node.kind === kind) pending.push(node.right, node.left);
    else operands.push(id);
  }
  return operands;
}
