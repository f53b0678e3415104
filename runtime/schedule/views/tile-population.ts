import type { BoundRegion, BoundView } from '../../view.ts';
import { cornerOfTile } from './tile-positions.ts';

/** How many slots of the tiles of a view are positions of the launch. */
export interface TilePopulation {
  /** By tile: slots with a position from first .. last. */
  readonly counts: Int32Array;
  /** Tiles, ascending, with a position outside of first .. last. */
  readonly irregular: Int32Array;
}

/** Counts the slots of every tile whose position is one of first .. last. */
export function populateTiles(view: BoundView, first: number, last: number): TilePopulation {
  const counts = new Int32Array(view.tiles);
  if (view.positions !== null) {
    for (let tile = 0; tile < view.tiles; tile++)
      counts[tile] = Math.min(view.tile, view.positions.length - tile * view.tile);
    return { counts, irregular: new Int32Array(0) };
  }
  const irregular: number[] = [];
  for (const region of view.regions) {
    const { base, axes, firstTile, tiles } = region;
    const reach = axes.reduce((sum, { size, stride }) => sum + (size - 1) * stride, 0);
    if (base >= first && base + reach <= last) {
      counts.set(filledSlots(region), firstTile);
      continue;
    }
    for (let at = 0; at < tiles; at++) {
      const corner = cornerOfTile(region, firstTile + at);
      let slots = 1;
      let [low, high] = [base, base];
      axes.forEach(({ size, stride, extent }, axis) => {
        const length = Math.min(extent, size - corner[axis]);
        slots *= length;
        low += corner[axis] * stride;
        high += (corner[axis] + length - 1) * stride;
      });
      const tile = firstTile + at;
      if (low >= first && high <= last) {
        counts[tile] = slots;
        continue;
      }
      irregular.push(tile);
      if (high < first || low > last) continue;
      counts[tile] = countInside(region.axes, corner, base, first, last);
    }
  }
  return { counts, irregular: Int32Array.from(irregular) };
}

/** By tile of a region: the slots that do not hang over its axes. */
function filledSlots({ axes }: BoundRegion): Int32Array {
  let slots = Int32Array.of(1);
  for (const { size, extent, parts } of axes) {
    const next = new Int32Array(slots.length * parts);
    for (let at = 0, tile = 0; at < slots.length; at++) {
      for (let part = 1; part < parts; part++) next[tile++] = slots[at] * extent;
      if (parts > 0) next[tile++] = slots[at] * (size - (parts - 1) * extent);
    }
    slots = next;
  }
  return slots;
}

function countInside(
  axes: readonly { readonly size: number; readonly stride: number; readonly extent: number }[],
  corner: readonly number[],
  base: number,
  first: number,
  last: number,
): number {
  let count = 0;
  const walk = (axis: number, position: number): void => {
    if (axis === axes.length) {
      if (position >= first && position <= last) count++;
      return;
    }
    const { size, stride, extent } = axes[axis];
    const end = Math.min(size, corner[axis] + extent);
    for (let at = corner[axis]; at < end; at++) walk(axis + 1, position + at * stride);
  };
  walk(0, base);
  return count;
}
