import type { HostArray } from '../../arrays.ts';
import { BoundArena, withBoundOperands } from '../bound/bound-arena.ts';
import type { BoundMask } from '../bound/bound-mask.ts';
import type { NodeId } from '../program/nodes.ts';
import { readAtSlot } from './slot-table.ts';

/** Name of the positions of a list, in the masks that read it; no input can have it. */
export const slotArray = 'key slots';

/**
 * The mask whose key j is the j-th position of an ascending list. A table of integers that is read at the key is read
 * through the list here and now; where it counts the positions of the list, as ranks do, it becomes the key itself.
 */
export function maskOverListed(bound: BoundMask, positions: Int32Array): BoundMask {
  const arena = new BoundArena();
  const arrays: Record<string, HostArray> = {
    ...bound.arrays,
    [slotArray]: { kind: 'int', dims: [positions.length], data: positions },
  };
  const key = arena.add({ kind: 'key' });
  const position = arena.add({ kind: 'lookup', array: slotArray, indices: [key] });
  const moved: NodeId[] = [];
  for (const node of bound.nodes) {
    if (node.kind === 'key') {
      moved.push(position);
      continue;
    }
    const own = withBoundOperands(node, (operand) => moved[operand]);
    if (own.kind !== 'lookup' || own.indices.length !== 1 || own.indices[0] !== position) {
      moved.push(arena.add(own));
      continue;
    }
    const data = readThrough(bound.arrays[own.array], positions);
    moved.push(readAtSlot(arena, arrays, key, { array: `${own.array} of ${slotArray}`, data }));
  }
  return arena.finish(moved[bound.root], arrays);
}

/** The elements at some positions; -1 outside of the array. */
function readThrough(array: HostArray, positions: Int32Array): Int32Array {
  if (array.kind !== 'int') throw new Error('a lookup reads an int array');
  const { data: elements } = array;
  const data = new Int32Array(positions.length);
  for (let slot = 0; slot < data.length; slot++) {
    const position = positions[slot];
    data[slot] = position < elements.length ? elements[position] : -1;
  }
  return data;
}
