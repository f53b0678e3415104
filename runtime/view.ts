import type { MaskProgram } from './mask/program/nodes.ts';

/**
 * A view: in which order a pass lays tiles over the positions of its queries or of its keys.
 *
 * A view numbers positions by *slots*. Tile t owns the slots t * size .. t * size + size - 1, `size` being the queries or
 * keys of the kernel's tile. Nothing is copied: a kernel works out the position of a slot, and loads from there. Every
 * position that the pass has to visit is that of exactly one slot; slots without a position (padding) are dead.
 *
 * - `positions`: slot s of queries is position offset + s (row s), slot s of keys is position s.
 * - `boxes`: a tile is a box in a space of axes. Regions follow one another in slots. A region has the positions
 *   base + sum of coordinate[a] * stride[a] over 0 <= coordinate[a] < size[a]; the last axis runs fastest. A kernel cuts
 *   axis a into ceil(size[a] / extent[a]) parts; the product of its extents is its tile, or less: tiles are numbered
 *   row-major over the parts, slots row-major inside a tile, and slots behind the box are padding. A slot is padding as
 *   well where a coordinate is not below its size, or the position is no query (offset <= i < offset + nq) or key
 *   (0 <= j < nk) of the launch. A box of fewer slots than its tile suits axes that powers of two do not divide: 3 x 10 of
 *   32 on rows of 10.
 *   Example: a dilation d is the region of axes (r: size d, stride 1) and (a: size ceil(n / d), stride d), extents 1 and
 *   32: tiles of 32 positions that are equal modulo d.
 * - `list` (keys only): slot s is the s-th key, ascending, for which the part of the pass's mask that does not name the
 *   query holds. The list is found at launch and stands behind the run table.
 * - `parted` (queries only): the rows for which `first` holds come first, then the others, each part ascending; slot s is
 *   the s-th of them. Rows that take part in a pattern and lie among others that do not are neighbours in it. Every row
 *   has a slot, so that a pass over it is like any other: it stores all rows, and takes up and leaves their states. The
 *   order is found at launch, for every (batch, head), and stands behind the run table. Keys are by positions or a list.
 */
export type View =
  | { readonly kind: 'positions' }
  | { readonly kind: 'boxes'; readonly regions: readonly ViewRegion[] }
  | { readonly kind: 'list' }
  /** `first` is boolean, over query, head, batch, symbols and arrays. */
  | { readonly kind: 'parted'; readonly first: MaskProgram };

/** Positions that are the sum of a base and of coordinates times strides. Programs are over symbols only. */
export interface ViewRegion {
  readonly base: MaskProgram;
  readonly axes: readonly ViewAxis[];
}

export interface ViewAxis {
  /** For people: `t`, `row`, `mod 4`. */
  readonly name: string;
  /** Coordinates, at least 0: a region may be empty. */
  readonly size: MaskProgram;
  /** Positions between neighbouring coordinates, at least 1. */
  readonly stride: MaskProgram;
}

/** The box of a tile: for every region of a view of boxes its extent along each axis. Empty for other views. */
export type Extents = readonly (readonly number[])[];

/** A view with every program evaluated and a tile's extents applied: plain numbers, as a launch has them. */
export interface BoundView {
  readonly kind: View['kind'];
  /** Slots of a tile. */
  readonly tile: number;
  /** For `positions` one region of one axis; for `list` and `parted` none. */
  readonly regions: readonly BoundRegion[];
  /** For `list` and `parted`: the position of every slot. Null for `parted` where what is equal for all heads is bound. */
  readonly positions: Int32Array | null;
  /** Tiles of all regions. */
  readonly tiles: number;
}

export interface BoundRegion {
  readonly base: number;
  readonly axes: readonly BoundAxis[];
  /** Number of its first tile in the view. */
  readonly firstTile: number;
  readonly tiles: number;
}

export interface BoundAxis {
  readonly size: number;
  readonly stride: number;
  readonly extent: number;
  /** ceil(size / extent). */
  readonly parts: number;
}
