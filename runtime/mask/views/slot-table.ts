import type { HostArray } from '../../arrays.ts';
import type { BoundArena } from '../bound/bound-arena.ts';
import type { NodeId } from '../program/nodes.ts';

/**
 * The node that has the value data[s] at slot s, `slot` being the node of s. A table that counts up from its first value, as
 * ranks do, is a sum; others are added to `arrays` by the name `array`.
 */
export function readAtSlot(
  arena: BoundArena,
  arrays: Record<string, HostArray>,
  slot: NodeId,
  { array, data }: { readonly array: string; readonly data: Int32Array },
): NodeId {
  const first = data[0] ?? 0;
  if (countsUp(data)) {
    if (first === 0) return slot;
    return arena.add({ kind: 'arithmetic', op: 'add', left: slot, right: arena.int(first) });
  }
  arrays[array] = { kind: 'int', dims: [data.length], data };
  return arena.add({ kind: 'lookup', array, indices: [slot] });
}

function countsUp(data: Int32Array): boolean {
  for (let at = 1; at < data.length; at++) if (data[at] !== data[at - 1] + 1) return false;
  return true;
}
