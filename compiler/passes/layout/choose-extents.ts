import type { BoundMask } from '../../../runtime/mask/bound-mask.ts';
import type { Extents, View } from '../../../runtime/view.ts';
import { ProductCounter } from './count-products.ts';
import type { TileCounts } from './count-products.ts';
import { BoxSearch } from './box-search.ts';
import { chooseBySamples } from './choose-by-samples.ts';
import { SampleCounter } from './count-samples.ts';
import { factorizations, paddedBoxes, roundUpToPower } from './factorizations.ts';
import type { NominalLaunch } from './nominal-launch.ts';
import { numberView } from './number-view.ts';
import type { NumberedRegion } from './number-view.ts';

/** Queries and keys of a tile. */
export interface TileSize {
  readonly queries: number;
  readonly keys: number;
}

/** The boxes of a tile of some size; empty for views without boxes. */
export interface ChosenBoxes {
  readonly queries: Extents;
  readonly keys: Extents;
}

export interface CountedBoxes {
  readonly boxes: ChosenBoxes;
  readonly counts: TileCounts;
  /** The search ended early: the view does not suit the mask. */
  readonly isCut: boolean;
  /** Counted by samples: its axes depend on each other, and tiles are many. */
  readonly isSampled: boolean;
}

/** Pairs of boxes that are all tried; of more, those within one residue, then one side at a time. */
const MOST_PAIRS = 500;
/** Of boxes that are padded as well: what a pair is made of was mostly counted for others. */
const MOST_PADDED_PAIRS = 2500;

/**
 * Chooses the boxes of tiles of a size: of every factorization over the axes, and of boxes a little smaller where the
 * kernels take them, the one with the least work, a partial tile counting for more than a full one. Regions of one rank are
 * cut alike; of two equal pairs the first, which has the longer extents on the later axes, is taken. Where axes depend on
 * each other and tiles are many, fewer boxes are tried, by samples.
 */
export function chooseExtents(
  masks: readonly BoundMask[],
  views: { readonly queries: View; readonly keys: View },
  tile: TileSize & { readonly mayPad: boolean },
  nominal: NominalLaunch,
): CountedBoxes {
  const queries = numberView(views.queries, 'queries', nominal);
  const keys = numberView(views.keys, 'keys', nominal);
  const counter = new ProductCounter(masks, queries, keys, tile.keys);
  const search = new BoxSearch(counter);
  const [ownBoxes, otherBoxes] = [wholeBoxes(queries, tile.queries), wholeBoxes(keys, tile.keys)];
  const flat = (boxes: readonly Extents[], regions: readonly NumberedRegion[]) =>
    boxes.filter((box) => isFlat(box, regions));
  if (ownBoxes.length * otherBoxes.length <= MOST_PAIRS) search.tryPairs(ownBoxes, otherBoxes);
  else {
    search.tryPairs(flat(ownBoxes, queries), flat(otherBoxes, keys));
    search.trySides(ownBoxes, otherBoxes);
  }
  const isCut = search.isCut;
  if (tile.mayPad && !isCut) {
    search.goOn();
    const own = flat([...ownBoxes, ...smallerBoxes(queries, tile.queries)], queries);
    const other = flat([...otherBoxes, ...smallerBoxes(keys, tile.keys)], keys);
    if (own.length * other.length <= MOST_PADDED_PAIRS) search.tryPairs(own, other);
    // The second time with what the first has found for the other side.
    else for (let time = 0; time < 2; time++) search.trySides(own, other);
  }
  const isSampled = !Number.isFinite(search.found.work);
  const sampled = (boxes: readonly Extents[], regions: readonly NumberedRegion[], size: number) => ({
    whole: flatOrAll(boxes, regions),
    padded: tile.mayPad ? flat(smallerBoxes(regions, size), regions) : [],
  });
  const found = isSampled
    ? chooseBySamples(
        sampled(ownBoxes, queries, tile.queries),
        sampled(otherBoxes, keys, tile.keys),
        (samples) => new SampleCounter(masks, views, tile, nominal, samples),
      )
    : search.found;
  const boxes = {
    queries: views.queries.kind === 'boxes' ? found.own : [],
    keys: views.keys.kind === 'boxes' ? found.other : [],
  };
  return { boxes, counts: found.counts, isCut, isSampled };
}

/** Does a box hold one residue? A residue axis stands before the axis that it is a part of, whose steps are longer. */
function isFlat(boxes: Extents, regions: readonly NumberedRegion[]): boolean {
  return regions.every(({ axes }, at) =>
    axes.every(
      ({ stride }, axis) =>
        boxes[at][axis] === 1 || axes.slice(axis + 1).every((later) => later.stride < stride),
    ),
  );
}

/** Boxes within one residue; all where there are none. */
function flatOrAll(boxes: readonly Extents[], regions: readonly NumberedRegion[]): readonly Extents[] {
  const flat = boxes.filter((box) => isFlat(box, regions));
  return flat.length > 0 ? flat : boxes;
}

/** Every factorization of a tile's size over the axes of a view's regions. */
function wholeBoxes(regions: readonly NumberedRegion[], size: number): readonly Extents[] {
  return boxesOf(regions, size, factorizations(size, longestAxes(regions).map(roundUpToPower)));
}

/** Boxes of fewer slots. */
function smallerBoxes(regions: readonly NumberedRegion[], size: number): readonly Extents[] {
  return boxesOf(regions, size, paddedBoxes(size, longestAxes(regions)));
}

/** The longest of each axis, over the regions with the most axes. */
function longestAxes(regions: readonly NumberedRegion[]): readonly number[] {
  const rank = rankOf(regions);
  const largest = regions.filter(({ axes }) => axes.length === rank);
  return largest[0].axes.map((_, at) => Math.max(...largest.map(({ axes }) => axes[at].size)));
}

function rankOf(regions: readonly NumberedRegion[]): number {
  return Math.max(...regions.map(({ axes }) => axes.length));
}

/** Regions of the most axes are cut alike, those of fewer along the last one. */
function boxesOf(
  regions: readonly NumberedRegion[],
  size: number,
  boxes: readonly (readonly number[])[],
): readonly Extents[] {
  const rank = rankOf(regions);
  return boxes.map((extents) =>
    regions.map(({ axes }) => (axes.length === rank ? extents : flatExtents(axes.length, size))),
  );
}

/** Everything along the last axis. */
function flatExtents(rank: number, size: number): readonly number[] {
  return Array.from({ length: rank }, (_, at) => (at === rank - 1 ? size : 1));
}
