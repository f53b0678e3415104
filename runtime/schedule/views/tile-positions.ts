import type { BoundRegion, BoundView } from '../../view.ts';

/** The region of a tile of a view of positions or boxes. */
export function regionOfTile({ regions }: BoundView, tile: number): number {
  let at = regions.length - 1;
  while (at > 0 && regions[at].firstTile > tile) at--;
  return at;
}

/** First coordinate of a tile on every axis of its region. */
export function cornerOfTile({ axes, firstTile }: BoundRegion, tile: number): number[] {
  const corner = new Array<number>(axes.length);
  let rest = tile - firstTile;
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    const { parts, extent } = axes[axis];
    corner[axis] = (rest % parts) * extent;
    rest = Math.floor(rest / parts);
  }
  return corner;
}

/**
 * Writes the position of every slot of a tile, -1 where a coordinate is not below its size (or a list has ended).
 * Whether a position is a query or a key of the launch is not asked here. `out` holds at least `view.tile` words.
 */
export function tilePositions(view: BoundView, tile: number, out: Int32Array): void {
  if (view.positions !== null) {
    for (let slot = 0; slot < view.tile; slot++) out[slot] = view.positions[tile * view.tile + slot] ?? -1;
    return;
  }
  const region = view.regions[regionOfTile(view, tile)];
  const { base, axes } = region;
  const corner = cornerOfTile(region, tile);
  for (let slot = 0; slot < view.tile; slot++) {
    let rest = slot;
    let position = base;
    let inside = true;
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      const { size, stride, extent } = axes[axis];
      const coordinate = corner[axis] + (rest % extent);
      rest = Math.floor(rest / extent);
      inside &&= coordinate < size;
      position += coordinate * stride;
    }
    // Slots that are left over are behind the box.
    out[slot] = inside && rest === 0 ? position : -1;
  }
}

/** Slots of a view that a run may name: the end of the last run. */
export function slotsOf(view: BoundView): number {
  switch (view.kind) {
    case 'positions':
      return view.regions[0].axes[0].size;
    case 'list':
    case 'parted':
      return view.positions?.length ?? 0;
    case 'boxes':
      return view.tiles * view.tile;
  }
}
