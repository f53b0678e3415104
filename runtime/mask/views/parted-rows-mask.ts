import type { HostArray } from '../../arrays.ts';
import { BoundArena, withBoundOperands } from '../bound/bound-arena.ts';
import type { BoundMask, BoundNode } from '../bound/bound-mask.ts';
import { conjunctsOf, dependsOn } from '../bound/conjuncts.ts';
import { intervalSet } from '../sets/int-set.ts';
import { nodeType } from '../program/nodes.ts';
import type { NodeId } from '../program/nodes.ts';
import { holdsAtRows, tabulateRows } from '../exact/tabulate-rows.ts';
import { readAtSlot } from './slot-table.ts';

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
  const rows = { from: offset, count: positions.length };
  const asked = new Map(
    conjunctsOf(bound)
      .filter(isOfRows)
      .map((id) => [id, holdsAtRows(bound, id, rows)]),
  );
  /** Slots in front, if those are all that the whole mask asks for; the others are dead, whatever tables say of them. */
  const live = liveSlots([...asked.values()], positions, offset);
  const needed = live ?? positions.length;
  const tabulateHolds = (id: NodeId): NodeId => {
    if (asked.has(id) && live !== null)
      return arena.add({ kind: 'in-set', operand: query, set: intervalSet(0, live - 1) });
    const values = asked.get(id) ?? holdsAtRows(bound, id, rows);
    let count = 0;
    for (let row = 0; row < values.length; row++) count += values[row];
    if (count === 0 || count === values.length) return arena.add({ kind: 'bool', value: count > 0 });
    const array = `row slots ${id}`;
    arrays[array] = { kind: 'bits', dims: [values.length], words: packed(values, positions, offset) };
    return arena.add({ kind: 'bit', array, indices: [query] });
  };
  const tabulate = (id: NodeId): NodeId => {
    if (isBoolean(nodes[id])) return tabulateHolds(id);
    const byRow = tabulateRows(bound, id, rows);
    const data = new Int32Array(needed);
    for (let slot = 0; slot < needed; slot++) data[slot] = byRow[positions[slot] - offset];
    return readAtSlot(arena, arrays, query, { array: `row slots ${id}`, data });
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
function liveSlots(tables: readonly Uint8Array[], positions: Int32Array, offset: number): number | null {
  if (tables.length === 0) return null;
  const all = tables.length === 1 ? tables[0] : Uint8Array.from(tables[0]);
  let live = 0;
  for (const table of tables.slice(1)) for (let row = 0; row < all.length; row++) all[row] &= table[row];
  for (let row = 0; row < all.length; row++) live += all[row];
  // As many as hold: they are in front if those in front hold.
  for (let slot = 0; slot < live; slot++) if (all[positions[slot] - offset] === 0) return null;
  return live;
}

function isBoolean(node: BoundNode): boolean {
  return node.kind === 'in-set' || (node.kind !== 'coordinate' && nodeType(node) === 'bool');
}

/** The ones and zeros of the rows of slots, as words: the first in the lowest bit. */
function packed(byRow: Uint8Array, positions: Int32Array, offset: number): Uint32Array {
  const words = new Uint32Array(Math.ceil(positions.length / 32));
  for (let slot = 0; slot < positions.length; slot++)
    words[slot >>> 5] |= byRow[positions[slot] - offset] << (slot & 31);
  return words;
}
