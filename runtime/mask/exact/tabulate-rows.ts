import type { HostArray } from '../../arrays.ts';
import type { BoundMask, BoundNode } from '../bound/bound-mask.ts';
import { RowEvaluator } from './evaluate-row.ts';
import type { NodeId } from '../program/nodes.ts';

/** Positions that are evaluated at a time. */
const STRETCH = 1024;

interface RowRange {
  readonly from: number;
  readonly count: number;
}

/** The values of an integer node that names no key at the queries from .. from + count - 1. */
export function tabulateRows(bound: BoundMask, node: NodeId, rows: RowRange): Int32Array {
  return tabulateInto(new Int32Array(rows.count), bound, node, rows.from);
}

/** 1 where a boolean node that names no key holds at the queries from .. from + count - 1, else 0. */
export function holdsAtRows(bound: BoundMask, node: NodeId, rows: RowRange): Uint8Array {
  return tabulateInto(new Uint8Array(rows.count), bound, node, rows.from);
}

function tabulateInto<T extends Int32Array | Uint8Array>(
  values: T,
  { nodes, arrays }: BoundMask,
  node: NodeId,
  from: number,
): T {
  if (readAlong(values, nodes, arrays, node, from)) return values;
  // The evaluator reads a stretch of keys at once: the query takes their place.
  const alongKeys = nodes
    .slice(0, node + 1)
    .map((own) => (own.kind === 'query' ? ({ kind: 'key' } as const) : own));
  const evaluator = new RowEvaluator({ nodes: alongKeys, root: node, arrays }, STRETCH);
  for (let first = 0; first < values.length; first += STRETCH) {
    const row = evaluator.row(0, from + first);
    const length = Math.min(STRETCH, values.length - first);
    // A loop converts ten times as fast as `set`.
    for (let at = 0; at < length; at++) values[first + at] = row[at];
  }
  return values;
}

/** Copies elements of an array that is read at the queries themselves; false for other nodes. */
function readAlong(
  values: Int32Array | Uint8Array,
  nodes: readonly BoundNode[],
  arrays: Readonly<Record<string, HostArray>>,
  node: NodeId,
  from: number,
): boolean {
  const own = nodes[node];
  if (own.kind !== 'lookup' && own.kind !== 'bit') return false;
  if (own.indices.length !== 1 || nodes[own.indices[0]].kind !== 'query') return false;
  const array = arrays[own.array];
  const [first, end] = [Math.max(from, 0), Math.min(from + values.length, array.dims[0])];
  if (array.kind === 'int') {
    values.fill(-1);
    if (first < end) values.set(array.data.subarray(first, end), first - from);
    return true;
  }
  if (array.kind !== 'bits') return false;
  const { words } = array;
  for (let at = first; at < end; at++) values[at - from] = (words[at >>> 5] >>> (at & 31)) & 1;
  return true;
}
