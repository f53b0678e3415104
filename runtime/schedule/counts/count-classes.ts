import { boundOperands } from '../../mask/bound/bound-arena.ts';
import type { BoundMask } from '../../mask/bound/bound-mask.ts';
import { dependsOn } from '../../mask/bound/conjuncts.ts';
import { evaluateNode } from '../../mask/exact/evaluate.ts';
import { RowEvaluator } from '../../mask/exact/evaluate-row.ts';
import type { NodeId } from '../../mask/program/nodes.ts';
import type { PairCountRequest } from './count-by-descent.ts';

/** Rows that are looked at, whatever they have in common. */
const MAX_ROWS = 2 ** 15;
/** Keys and rows that are evaluated for the classes: a thousandth of what counting pair by pair may take. */
const MAX_EVALUATED = 2 ** 22;

/**
 * The number of live pairs where many queries look at the keys with the same eyes: the mask reads a query only through
 * a few numbers (the cell that it lies in, its document), and queries with equal numbers have equal rows, of which one is
 * evaluated. Null where there are too many different ones.
 */
export function countClasses(bound: BoundMask, { nq, nk, offset }: PairCountRequest): number | null {
  const most = Math.floor(MAX_EVALUATED / nk);
  const seen = nq > MAX_ROWS || most === 0 ? null : queryNodes(bound);
  if (seen === null) return null;
  const { read, steps } = seen;
  const values = new Float64Array(bound.nodes.length);
  const classes = new Map<string, { readonly query: number; size: number }>();
  for (let query = offset; query < offset + nq; query++) {
    for (const id of steps)
      values[id] = evaluateNode(bound.nodes[id], values, { query, arrays: bound.arrays });
    const key = read.map((id) => values[id]).join(' ');
    const known = classes.get(key);
    if (known !== undefined) known.size++;
    else if (classes.size === most) return null;
    else classes.set(key, { query, size: 1 });
  }
  const rows = new RowEvaluator(bound, nk);
  let pairs = 0;
  for (const { query, size } of classes.values()) {
    pairs += size * rows.row(query).reduce((sum, live) => sum + live, 0);
  }
  return pairs;
}

/**
 * The nodes of the query alone that nodes of the key read, and all that they are made of. Null where one of them tells
 * every query from its neighbours.
 */
function queryNodes(
  bound: BoundMask,
): { readonly read: readonly NodeId[]; readonly steps: readonly NodeId[] } | null {
  const { nodes, root } = bound;
  const [onQuery, onKey] = [dependsOn(bound, 'query'), dependsOn(bound, 'key')];
  const isLinear = (id: NodeId): boolean => {
    const node = nodes[id];
    if (node.kind === 'query') return true;
    return (
      node.kind === 'arithmetic' &&
      boundOperands(node).some((operand) => onQuery[operand] && isLinear(operand)) &&
      (node.op === 'add' || node.op === 'sub')
    );
  };
  const read = new Set<NodeId>();
  if (!onKey[root]) read.add(root);
  for (let id = 0; id <= root; id++) {
    if (!onKey[id]) continue;
    for (const operand of boundOperands(nodes[id]))
      if (onQuery[operand] && !onKey[operand]) read.add(operand);
  }
  if ([...read].some(isLinear)) return null;
  const needed = new Set(read);
  for (const id of needed) for (const operand of boundOperands(nodes[id])) needed.add(operand);
  return { read: [...read], steps: [...needed].sort((a, b) => a - b) };
}
