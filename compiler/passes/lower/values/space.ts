import type { MaskBuilder } from '../../../../runtime/mask/program/builder.ts';
import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';

/** A named axis of a region and the number of its coordinates, at least 1. */
export interface Axis {
  readonly name: string;
  readonly size: NodeId;
}

/**
 * How the cells of a region are numbered.
 * - `row-major`: the last axis runs fastest.
 * - `tiles`: whole tiles one after another, row-major over tiles and inside each. The last tile of an axis is padded.
 * - `morton`: the bits of the coordinates interleaved, the lowest bit that of the last axis; `bits` of each axis.
 * - `band`: the cells (s, e) with |e - s| <= width, a row of 2 width + 1 cells for every s, column e - s + width.
 * - `given`: a run-time int array says which cell stands at each position of the region: by its row-major number, or by
 *   its coordinates, one a column. `leading` are the indices of its dimensions before the position.
 */
export type Numbering =
  | { readonly kind: 'row-major' }
  | { readonly kind: 'tiles'; readonly tile: readonly NodeId[] }
  | { readonly kind: 'morton'; readonly bits: number }
  | { readonly kind: 'band'; readonly width: NodeId }
  | {
      readonly kind: 'given';
      readonly array: string;
      readonly leading: readonly NodeId[];
      readonly length: NodeId;
      readonly by: 'number' | 'coordinates';
    };

/** A stretch of positions; without axes a plain one. */
export interface Region {
  readonly name: string | null;
  readonly start: NodeId;
  readonly length: NodeId;
  readonly axes: readonly Axis[];
  readonly numbering: Numbering;
  /** Of queries or of keys alone, where these have different spaces. */
  readonly side: 'query' | 'key' | null;
  /** Positions whose coordinates are known: the index on the first axis, and the place among those that share it. */
  readonly pinned?: readonly { readonly position: NodeId; readonly first: NodeId; readonly place: NodeId }[];
}

/** What the positions stand for: regions one after another, from position 0. */
export interface Space {
  readonly regions: readonly Region[];
  readonly length: NodeId;
  /** What the positions of the keys stand for, where it is something else. */
  readonly keys: Space | null;
}

/** The number of positions that a numbering of axes takes. */
export function lengthOf(builder: MaskBuilder, axes: readonly Axis[], numbering: Numbering): NodeId {
  switch (numbering.kind) {
    case 'row-major':
      return product(
        builder,
        axes.map(({ size }) => size),
      );
    case 'tiles':
      return builder.arithmetic(
        'mul',
        product(builder, tileCounts(builder, axes, numbering.tile)),
        product(builder, numbering.tile),
      );
    case 'morton':
      return builder.int(2 ** (numbering.bits * axes.length));
    case 'band':
      return builder.arithmetic('mul', axes[0].size, bandRow(builder, numbering.width));
    case 'given':
      return numbering.length;
  }
}

/**
 * The coordinates of a position on the axes of a region. Outside of the region they go on counting: the slowest axis
 * beyond its ends, the others modulo their sizes.
 */
export function coordinates(builder: MaskBuilder, region: Region, position: NodeId): readonly NodeId[] {
  const { axes, numbering } = region;
  const pinned = region.pinned?.find((entry) => entry.position === position);
  if (pinned !== undefined) {
    const rest = axes.slice(1).map(({ size }) => size);
    return [pinned.first, ...split(builder, pinned.place, rest)];
  }
  const local = builder.arithmetic('sub', position, region.start);
  switch (numbering.kind) {
    case 'row-major':
      return split(
        builder,
        local,
        axes.map(({ size }) => size),
      );
    case 'tiles': {
      const inside = product(builder, numbering.tile);
      const counts = tileCounts(builder, axes, numbering.tile);
      const tiles = split(builder, builder.arithmetic('div', local, inside), counts);
      const rest = split(builder, builder.arithmetic('mod', local, inside), numbering.tile);
      return axes.map((_, at) =>
        builder.arithmetic('add', builder.arithmetic('mul', tiles[at], numbering.tile[at]), rest[at]),
      );
    }
    case 'morton':
      return axes.map((_, axis) =>
        gatherBits(builder, local, axes.length - 1 - axis, axes.length, numbering.bits),
      );
    case 'band': {
      const row = bandRow(builder, numbering.width);
      const start = builder.arithmetic('div', local, row);
      const column = builder.arithmetic('mod', local, row);
      return [start, builder.arithmetic('sub', builder.arithmetic('add', start, column), numbering.width)];
    }
    case 'given': {
      const { array, leading, by } = numbering;
      const read = (...last: readonly NodeId[]) =>
        builder.add({ kind: 'lookup', array, indices: [...leading, local, ...last] });
      if (by === 'coordinates') return axes.map((_, axis) => read(builder.int(axis)));
      return split(
        builder,
        read(),
        axes.map(({ size }) => size),
      );
    }
  }
}

/** Whether a position is one of the cells of a region. */
export function regionHolds(builder: MaskBuilder, region: Region, position: NodeId): NodeId {
  const end = builder.arithmetic('add', region.start, region.length);
  return builder.and(builder.between(region.start, position, end), cellExists(builder, region, position));
}

/** Whether a position is a cell of some region. */
export function spaceHolds(builder: MaskBuilder, space: Space, position: NodeId): NodeId {
  const exist = space.regions.map((region) => {
    const cell = cellExists(builder, region, position);
    if (space.regions.length === 1) return cell;
    const end = builder.arithmetic('add', region.start, region.length);
    return builder.or(builder.not(builder.between(region.start, position, end)), cell);
  });
  return builder.and(builder.between(builder.int(0), position, space.length), ...exist);
}

/**
 * Padded tiles, curves over sizes that are no powers of two, the corners of a band and what a run-time order leaves out
 * have positions without a cell.
 */
function cellExists(builder: MaskBuilder, region: Region, position: NodeId): NodeId {
  const { axes, numbering } = region;
  const zero = builder.int(0);
  const found = coordinates(builder, region, position);
  const below = (filled: (size: NodeId, axis: number) => boolean) =>
    builder.and(
      ...axes.map(({ size }, at) =>
        filled(size, at) ? builder.bool(true) : builder.compare('lt', found[at], size),
      ),
    );
  switch (numbering.kind) {
    case 'row-major':
      return builder.bool(true);
    case 'tiles':
      return below((size, at) => divides(builder, numbering.tile[at], size));
    case 'morton':
      return below((size) => isPower(builder, size, numbering.bits));
    case 'band':
      return builder.between(zero, found[1], axes[1].size);
    case 'given': {
      // Row-major numbers beyond the grid leave it along the first axis.
      const judged = numbering.by === 'number' ? axes.slice(0, 1) : axes;
      return builder.and(...judged.map(({ size }, at) => builder.between(zero, found[at], size)));
    }
  }
}

function divides(builder: MaskBuilder, tile: NodeId, size: NodeId): boolean {
  const rest = builder.node(builder.arithmetic('mod', size, tile));
  return rest.kind === 'int' && rest.value === 0;
}

function isPower(builder: MaskBuilder, size: NodeId, bits: number): boolean {
  const node = builder.node(size);
  return node.kind === 'int' && node.value === 2 ** bits;
}

/** Row-major coordinates: the first is not reduced, so that a position beyond the end is no cell of the first row. */
function split(builder: MaskBuilder, position: NodeId, sizes: readonly NodeId[]): readonly NodeId[] {
  return sizes.map((size, at) => {
    const rest = builder.arithmetic('div', position, product(builder, sizes.slice(at + 1)));
    return at === 0 ? rest : builder.arithmetic('mod', rest, size);
  });
}

/** Every `step`-th bit of a number from bit `first` on. */
function gatherBits(builder: MaskBuilder, number: NodeId, first: number, step: number, bits: number): NodeId {
  let sum = builder.int(0);
  for (let bit = 0; bit < bits; bit++) {
    const above = builder.arithmetic('div', number, builder.int(2 ** (first + step * bit)));
    const here = builder.arithmetic('mod', above, builder.int(2));
    sum = builder.arithmetic('add', sum, builder.arithmetic('mul', here, builder.int(2 ** bit)));
  }
  return sum;
}

function tileCounts(builder: MaskBuilder, axes: readonly Axis[], tile: readonly NodeId[]): readonly NodeId[] {
  return axes.map(({ size }, at) => {
    const up = builder.arithmetic('add', size, builder.arithmetic('sub', tile[at], builder.int(1)));
    return builder.arithmetic('div', up, tile[at]);
  });
}

function bandRow(builder: MaskBuilder, width: NodeId): NodeId {
  return builder.arithmetic('add', builder.arithmetic('mul', builder.int(2), width), builder.int(1));
}

export function product(builder: MaskBuilder, factors: readonly NodeId[]): NodeId {
  return factors.reduce((left, right) => builder.arithmetic('mul', left, right), builder.int(1));
}
