import type { BoundMask } from './bound-mask.ts';
import { RowEvaluator } from './evaluate-row.ts';
import type { NodeId } from './nodes.ts';

/** Positions that are evaluated at a time. */
const STRETCH = 1024;

/** The values of a node that names no key at the queries from .. from + count - 1; a boolean's are 1 and 0. */
export function tabulateRows(
  { nodes, arrays }: BoundMask,
  node: NodeId,
  { from, count }: { readonly from: number; readonly count: number },
): Int32Array {
  // The evaluator reads a stretch of keys at once: the query takes their place.
  const alongKeys = nodes
    .slice(0, node + 1)
    .map((own) => (own.kind === 'query' ? ({ kind: 'key' } as const) : own));
  const evaluator = new RowEvaluator({ nodes: alongKeys, root: node, arrays }, STRETCH);
  const values = new Int32Array(count);
  for (let at = 0; at < count; at += STRETCH)
    values.set(evaluator.row(0, from + at).subarray(0, count - at), at);
  return values;
}
