import type { HostArray } from '../arrays.ts';
import { BoundArena, withBoundOperands } from './bound-arena.ts';
import type { BoundMask, BoundNode } from './bound-mask.ts';
import { conjunctsOf, dependsOn } from './conjuncts.ts';
import { intervalSet } from './int-set.ts';
import { nodeType } from './nodes.ts';
import type { NodeId } from './nodes.ts';
import { tabulateRows } from './tabulate-rows.ts';

/**
 * The mask whose query i, 0 <= i < the number of positions, is the one at the i-th of them; these are the positions of all
 * rows of a launch, whose first is at `offset`, in any order. What the mask asks of the query alone is evaluated here and
 * becomes a table over the new queries. Where rows are sorted by what the whole mask asks of them, it becomes a bound of
 * the new query, and a table that counts the rows below it, as ranks do, the query itself.
 */
export function maskOverRows(bound: BoundMask, positions: Int32Array, offset: number): BoundMask {
  const { nodes, root } = bound;
  const arena = new BoundArena();
  const arrays: Record<string, HostArray> = { ...bound.arrays };
  const [ofQuery, ofKey] = [dependsOn(bound, 'query'), dependsOn(bound, 'key')];
  const isOfRows = (id: NodeId): boolean => ofQuery[id] && !ofKey[id];
  const query = arena.add({ kind: 'query' });
  const bySlot = (id: NodeId): Int32Array => {
    const byRow = tabulateRows(bound, id, { from: offset, count: positions.length });
    const values = new Int32Array(positions.length);
    for (let slot = 0; slot < values.length; slot++) values[slot] = byRow[positions[slot] - offset];
    return values;
  };
  const asked = new Map(
    conjunctsOf(bound)
      .filter(isOfRows)
      .map((id) => [id, bySlot(id)]),
  );
  /** Slots in front, if those are all that the whole mask asks for; the others are dead, whatever tables say of them. */
  const live = liveSlots([...asked.values()], positions.length);
  const tabulate = (id: NodeId): NodeId => {
    const values = asked.get(id) ?? bySlot(id);
    const array = `row slots ${id}`;
    if (isBoolean(nodes[id])) {
      if (asked.has(id) && live !== null)
        return arena.add({ kind: 'in-set', operand: query, set: intervalSet(0, live - 1) });
      let count = 0;
      for (let slot = 0; slot < values.length; slot++) count += values[slot];
      if (count === 0 || count === values.length) return arena.add({ kind: 'bool', value: count > 0 });
      arrays[array] = { kind: 'bits', dims: [values.length], words: packed(values) };
      return arena.add({ kind: 'bit', array, indices: [query] });
    }
    const data = values.subarray(0, live ?? values.length);
    if (countsUp(data)) {
      const sum = { kind: 'arithmetic', op: 'add', left: query, right: arena.int(data[0]) } as const;
      return data[0] === 0 ? query : arena.add(sum);
    }
    arrays[array] = { kind: 'int', dims: [data.length], data };
    return arena.add({ kind: 'lookup', array, indices: [query] });
  };
  const moved: NodeId[] = [];
  /** The largest parts that ask of the query alone become tables when something else reads them. */
  const operand = (id: NodeId): NodeId => (moved[id] ??= tabulate(id));
  if (live === 0) return { nodes: [{ kind: 'bool', value: false }], root: 0, arrays: {} };
  nodes.forEach((node, id) => {
    if (!isOfRows(id)) moved[id] = arena.add(withBoundOperands(node, operand));
  });
  return arena.finish(operand(root), arrays);
}

/** How many slots, from the first on, hold in all of some tables and no slot behind them does; null where others do. */
function liveSlots(tables: readonly Int32Array[], slots: number): number | null {
  if (tables.length === 0) return null;
  const holds = (slot: number): boolean => tables.every((values) => values[slot] === 1);
  let live = 0;
  while (live < slots && holds(live)) live++;
  for (let slot = live; slot < slots; slot++) if (holds(slot)) return null;
  return live;
}

function countsUp(data: Int32Array): boolean {
  for (let at = 1; at < data.length; at++) if (data[at] !== data[at - 1] + 1) return false;
  return true;
}

function isBoolean(node: BoundNode): boolean {
  return node.kind === 'in-set' || (node.kind !== 'coordinate' && nodeType(node) === 'bool');
}

/** Ones and zeros as words, the first in the lowest bit. */
function packed(values: Int32Array): Uint32Array {
  const words = new Uint32Array(Math.ceil(values.length / 32));
  values.forEach((value, at) => (words[at >>> 5] |= value << (at & 31)));
  return words;
}
