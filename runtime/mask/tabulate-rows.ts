import type { HostArray } from '../arrays.ts';
import type { BoundMask, BoundNode } from './bound-mask.ts';
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
  const read = readAlong(nodes, arrays, node, { from, count });
  if (read !== null) return read;
  // The evaluator reads a stretch of keys at once: the query takes their place.
  const alongKeys = nodes
    .slice(0, node + 1)
    .map((own) => (own.kind === 'query' ? ({ kind: 'key' } as const) : own));
  const evaluator = new RowEvaluator({ nodes: alongKeys, root: node, arrays }, STRETCH);
  const values = new Int32Array(count);
  for (let first = 0; first < count; first += STRETCH) {
    const row = evaluator.row(0, from + first);
    const length = Math.min(STRETCH, count - first);
    // A loop converts ten times as fast as `set`.
    for (let at = 0; at < length; at++) values[first + at] = row[at];
  }
  return values;
}

/** Elements of an array at the queries themselves, which are only copied; null for other nodes. */
function readAlong(
  nodes: readonly BoundNode[],
  arrays: Readonly<Record<string, HostArray>>,
  node: NodeId,
  { from, count }: { readonly from: number; readonly count: number },
): Int32Array | null {
  const own = nodes[node];
  if (own.kind !== 'lookup' && own.kind !== 'bit') return null;
  if (own.indices.length !== 1 || nodes[own.indices[0]].kind !== 'query') return null;
  const array = arrays[own.array];
  const [first, end] = [Math.max(from, 0), Math.min(from + count, array.dims[0])];
  const values = new Int32Array(count);
  if (array.kind === 'int') {
    values.fill(-1);
    if (first < end) values.set(array.data.subarray(first, end), first - from);
  } else if (array.kind === 'bits') {
    for (let at = first; at < end; at++) values[at - from] = (array.words[at >>> 5] >>> (at & 31)) & 1;
  } else return null;
  return values;
}
