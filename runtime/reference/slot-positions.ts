import type { BoundView } from '../view.ts';

/** Positions that exist in a launch: the queries' or the keys'. */
export interface PositionRange {
  readonly begin: number;
  readonly end: number;
}

/**
 * The position of a slot as ../view.ts defines it, null for padding. One slot after another, from the numbers of the
 * view alone: tables are built by other code.
 */
export function positionOfSlot(view: BoundView, slot: number, { begin, end }: PositionRange): number | null {
  const position = view.positions === null ? inRegions(view, slot) : (view.positions[slot] ?? null);
  return position !== null && begin <= position && position < end ? position : null;
}

function inRegions({ regions, tile }: BoundView, slot: number): number | null {
  const number = Math.floor(slot / tile);
  const region = regions.find(({ firstTile, tiles }) => firstTile <= number && number < firstTile + tiles);
  if (region === undefined) return null;
  let [position, part, place] = [region.base, number - region.firstTile, slot % tile];
  for (const { size, stride, extent, parts } of [...region.axes].reverse()) {
    const coordinate = (part % parts) * extent + (place % extent);
    if (coordinate >= size) return null;
    position += coordinate * stride;
    part = Math.floor(part / parts);
    place = Math.floor(place / extent);
  }
  // What is left over of a slot stands behind the box.
  return place === 0 ? position : null;
}
