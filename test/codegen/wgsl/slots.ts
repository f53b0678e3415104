import { evaluateProgram } from '../../../runtime/mask/exact/evaluate.ts';
import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import type { Extents, View } from '../../../runtime/view.ts';

/** The position of every slot of a view, null for padding. */
export type Slots = readonly (number | null)[];

export interface SlotSizes {
  /** Positions that exist: first .. first + count - 1. */
  readonly first: number;
  readonly count: number;
  /** Slots of a tile. */
  readonly tile: number;
  readonly symbols: Readonly<Record<string, number>>;
  /** For a `list`: the keys that are listed; for rows in parts: the queries that come first. */
  readonly listed?: (position: number) => boolean;
}

/** Slots of a view straight from its definition: every tile, every slot, digit by digit. */
export function slotsOf(view: View, extents: Extents, sizes: SlotSizes): Slots {
  const { first, count, listed = () => true } = sizes;
  const all = Array.from({ length: count }, (_, at) => first + at);
  switch (view.kind) {
    case 'positions':
      return all;
    case 'list':
      return all.filter(listed);
    case 'parted':
      return [...all.filter(listed), ...all.filter((position) => !listed(position))];
    case 'boxes':
      return view.regions.flatMap((region, at) => regionSlots(region, extents[at], sizes));
  }
}

function regionSlots(
  { base, axes }: (View & { kind: 'boxes' })['regions'][number],
  extents: readonly number[],
  { first, count, symbols, tile }: SlotSizes,
): Slots {
  const numbers = axes.map(({ size, stride }, axis) => ({
    size: valueOf(size, symbols),
    stride: valueOf(stride, symbols),
    extent: extents[axis],
  }));
  const slots: (number | null)[] = [];
  for (const part of odometer(numbers.map(({ size, extent }) => Math.ceil(size / extent)))) {
    for (const inside of odometer(extents)) {
      let position = valueOf(base, symbols);
      let padding = false;
      numbers.forEach(({ size, stride, extent }, axis) => {
        const coordinate = part[axis] * extent + inside[axis];
        padding ||= coordinate >= size;
        position += coordinate * stride;
      });
      slots.push(padding || position < first || position >= first + count ? null : position);
    }
    while (slots.length % tile !== 0) slots.push(null);
  }
  return slots;
}

/** All tuples below `sizes`, the last digit fastest. */
function odometer(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>(
    (tuples, size) =>
      tuples.flatMap((tuple) => Array.from({ length: size }, (_, digit) => [...tuple, digit])),
    [[]],
  );
}

function valueOf(program: MaskProgram, symbols: Readonly<Record<string, number>>): number {
  return evaluateProgram(program, { query: 0, key: 0, head: 0, batch: 0, symbols, arrays: {} });
}

/** The value of one number of a bound view, for its uniform field. */
export function viewNumber(
  view: View,
  extents: Extents,
  region: number,
  axis: number | null,
  value: 'size' | 'stride' | 'parts' | 'base' | 'tiles',
  symbols: Readonly<Record<string, number>>,
): number {
  if (view.kind !== 'boxes') throw new Error(`a view of ${view.kind} has no regions`);
  const { base, axes } = view.regions[region];
  const parts = axes.map(({ size }, at) => Math.ceil(valueOf(size, symbols) / extents[region][at]));
  if (axis === null) {
    if (value === 'base') return valueOf(base, symbols);
    if (value === 'tiles') return parts.reduce((product, count) => product * count, 1);
    throw new Error(`a region has no ${value}`);
  }
  if (value === 'parts') return parts[axis];
  return valueOf(value === 'size' ? axes[axis].size : axes[axis].stride, symbols);
}
