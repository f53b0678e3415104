import type { ScheduledPass } from '../ir/schedule.ts';
import type { Extents } from '../../runtime/view.ts';

/**
 * The boxes that a schedule chose for tiles of a size; empty for views without boxes.
 *
 * @throws {Error} where it chose none: the schedule was made for other kernels.
 */
export function findExtents(
  { name, queries, keys, shapes }: ScheduledPass,
  tile: { readonly queries: number; readonly keys: number },
): { readonly queries: Extents; readonly keys: Extents } {
  if (queries.kind !== 'boxes' && keys.kind !== 'boxes') return { queries: [], keys: [] };
  const found = shapes.find((boxes) => boxes.queries === tile.queries && boxes.keys === tile.keys);
  if (found === undefined)
    throw new Error(`Pass "${name}" has no boxes for tiles of ${tile.queries} x ${tile.keys}.`);
  return found.extents;
}
