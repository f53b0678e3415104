import type { PositionSpace } from '../../mask/views/substitute-positions.ts';
import type { BoundAxis, BoundRegion, BoundView } from '../../view.ts';

/** A region of a view as the schedule sees it: positions that are known by coordinates, in parts. */
export interface TiledSpace {
  readonly space: PositionSpace;
  readonly axes: readonly BoundAxis[];
  readonly firstTile: number;
  readonly tiles: number;
}

/** The regions of a view that have tiles. The places of a list are the coordinates of one axis. */
export function spacesOf(view: BoundView): readonly TiledSpace[] {
  if (view.positions !== null) {
    const size = view.positions.length;
    if (size === 0) return [];
    const axis = { size, stride: 1, extent: view.tile, parts: view.tiles };
    return [{ space: { positions: view.positions }, axes: [axis], firstTile: 0, tiles: view.tiles }];
  }
  return view.regions
    .filter((region: BoundRegion) => region.tiles > 0)
    .map((region) => ({
      space: region,
      axes: region.axes,
      firstTile: region.firstTile,
      tiles: region.tiles,
    }));
}
