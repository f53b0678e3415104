import type { KernelDescriptor, PassDescriptor } from '../descriptor.ts';
import type { LaunchedMask } from '../mask/launch-mask.ts';
import { bindView } from '../schedule/bind-view.ts';
import type { BoundView } from '../view.ts';

/** The views of a pass in one launch. */
export interface PassViews {
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
