import type { KernelContext } from './kernel-context.ts';

/*
 * Where the slots of a tile lie. In a view of positions slots are neighbours, `first_row + slot` and `key0 + slot`; in
 * other views the kernel has worked out each slot's row or key into a workgroup array, -1 for padding.
 */

/** True where the rows of a tile are looked up. */
export function looksUpRows({ pass }: KernelContext): boolean {
  return pass.queries.kind !== 'positions';
}

/** True where the keys of a tile are looked up. */
export function looksUpKeys({ pass }: KernelContext): boolean {
  return pass.keys.kind !== 'positions';
}

/** The row of query slot `slot` as a u32 that may be loaded from: padding repeats an existing row. */
export function loadedRow(context: KernelContext, slot: string): string {
  return looksUpRows(context)
    ? `u32(max(${context.tiles.queryRows}[${slot}], 0))`
    : `min(first_row + ${slot}, last_row)`;
}

/** The row of query slot `slot` as a u32, where it exists. */
export function storedRow(context: KernelContext, slot: string): string {
  return looksUpRows(context) ? `u32(${context.tiles.queryRows}[${slot}])` : `first_row + ${slot}`;
}

/** Whether query slot `slot` is a row of the launch. */
export function rowExists(context: KernelContext, slot: string): string {
  return looksUpRows(context)
    ? `${context.tiles.queryRows}[${slot}] >= 0`
    : `first_row + ${slot} <= last_row`;
}

/** The position of query slot `slot` as an i32; padding repeats an existing one. */
export function queryPosition(context: KernelContext, slot: string): string {
  const row = looksUpRows(context)
    ? `max(${context.tiles.queryRows}[${slot}], 0)`
    : `i32(min(first_row + ${slot}, last_row))`;
  return `${row} + ${context.names.field('offset')}`;
}

/** The key of slot `slot` as a u32 that may be loaded from: padding repeats an existing key. */
export function loadedKey(context: KernelContext, slot: string): string {
  return looksUpKeys(context)
    ? `u32(max(${context.tiles.keyPositions}[${slot}], 0))`
    : `min(key0 + ${slot}, last_key)`;
}

/** The position of key slot `slot` as an i32; of diagonals, for the query at position i. */
export function keyPosition(context: KernelContext, slot: string): string {
  if (context.pass.strategy === 'diagonal') return `i + ${context.tiles.keyPositions}[${slot}]`;
  return looksUpKeys(context) ? `${context.tiles.keyPositions}[${slot}]` : `i32(key0 + ${slot})`;
}
