import type { PassDescriptor } from '../descriptor.ts';
import type { KernelDescriptor } from '../kernel-descriptor.ts';
import type { LaunchedMask } from '../mask/launch/launch-mask.ts';
import { bindView } from '../schedule/views/bind-view.ts';
import type { PassTable } from '../schedule/schedule-pass.ts';
import type { BoundView } from '../view.ts';

/** The views of a pass in one launch. */
export interface PassViews {
  /** Without the positions of parted rows, which differ between heads: see {@link bindQueries}. */
  readonly queries: BoundView;
  /** Null for a `list`, which differs between heads. */
  readonly keys: BoundView | null;
}

/** Binds what is equal for all grid indices of a launch. */
export function bindViews(
  { queries, keys }: Pick<PassDescriptor, 'queries' | 'keys'>,
  { tile, extents }: Pick<KernelDescriptor, 'tile' | 'extents'>,
  mask: LaunchedMask,
): PassViews {
  const { nq, nk } = mask.scalars;
  const request = { scalars: mask.scalars, nq, nk, offset: mask.offset, bound: null };
  return {
    queries: bindView(queries, extents.queries, tile.queries, 'queries', request),
    keys: keys.kind === 'list' ? null : bindView(keys, extents.keys, tile.keys, 'keys', request),
  };
}

/** The queries of a pass for the grid indices that have a table: parted rows lie as the table says. */
export function bindQueries(queries: BoundView, tableOf: () => PassTable, offset: number): BoundView {
  if (queries.kind !== 'parted') return queries;
  const table = tableOf();
  if (table.kind !== 'runs' || table.rows === null) throw new Error('a table without its parted rows');
  return { ...queries, positions: table.rows.map((row) => row + offset) };
}
