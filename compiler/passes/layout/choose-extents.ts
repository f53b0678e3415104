import type { BoundMask } from '../../../runtime/mask/bound/bound-mask.ts';
import type { Extents, View } from '../../../runtime/view.ts';
import { ProductCounter } from './count-products.ts';
import type { RegionGroup, TileCounts } from './count-products.ts';
import { BoxSearch } from './box-search.ts';
import type { Attempt } from './box-search.ts';
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
}

/** Pairs of boxes that are all tried; of more, those within one residue, then one side at a time. */
const MOST_PAIRS = 500;
/** Of boxes that are padded as well: what a pair is made of was mostly counted for others. */
const MOST_PADDED_PAIRS = 2500;

/**
 * Chooses the boxes of tiles of a size: of every factorization over the axes, and of boxes a little smaller where the
 * kernels take them, the one with the least work, a partial tile counting for more than a full one. Regions of one rank are
 * cut alike, unless they have no pairs in common: residues of 10 and of 9 rows have boxes of their own. Of two equal pairs
 * the first, which has the longer extents on the later axes, is taken. Where axes depend on each other and tiles are many,
 * fewer boxes are tried, by samples.
 */
export function chooseExtents(
  masks: readonly BoundMask[],
  views: { readonly queries: View; readonly keys: View },
  tile: PaddableTile,
  nominal: NominalLaunch,
): CountedBoxes {
  const queries = numberView(views.queries, 'queries', nominal);
  const keys = numberView(views.keys, 'keys', nominal);
  const counter = new ProductCounter(masks, queries, keys, tile.keys);
  const whole = { queries: wholeBoxes(queries, tile.queries), keys: wholeBoxes(keys, tile.keys) };
  const groups = counter.groups(whole.queries[0], whole.keys[0]);
  const searches = groups.map((group) => searchGroup(group, queries, keys, tile));
  const isSampled = searches.some(({ found }) => !Number.isFinite(found.work));
  const sampled = (boxes: readonly Extents[], regions: readonly NumberedRegion[], size: number) => ({
    whole: flatOrAll(boxes, regions),
    padded: tile.mayPad ? flat(smallerBoxes(regions, size), regions) : [],
  });
  const found = isSampled
    ? chooseBySamples(
        sampled(whole.queries, queries, tile.queries),
        sampled(whole.keys, keys, tile.keys),
        (samples) => new SampleCounter(masks, views, tile, nominal, samples),
      )
    : joinGroups(groups, searches);
  const boxes = {
    queries: views.queries.kind === 'boxes' ? found.own : [],
    keys: views.keys.kind === 'boxes' ? found.other : [],
  };
  return { boxes, counts: found.counts, isCut: searches.some(({ isCut }) => isCut) };
}

type PaddableTile = TileSize & { readonly mayPad: boolean };

interface GroupSearch {
  readonly found: Attempt;
  readonly isCut: boolean;
}

function searchGroup(
  group: RegionGroup,
  allQueries: readonly NumberedRegion[],
  allKeys: readonly NumberedRegion[],
  tile: PaddableTile,
): GroupSearch {
  const queries = group.queries.map((at) => allQueries[at]);
  const keys = group.keys.map((at) => allKeys[at]);
  const search = new BoxSearch(group.counter);
  const [ownBoxes, otherBoxes] = [wholeBoxes(queries, tile.queries), wholeBoxes(keys, tile.keys)];
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
    else {
      // Of like boxes, a window may reach over one more to each side: no step of one side alone leads there.
      for (const box of own)
        search.tryPairs(
          [box],
          other.filter((candidate) => isLike(box, candidate)),
        );
      // The second time with what the first has found for the other side.
      for (let time = 0; time < 2; time++) search.trySides(own, other);
    }
  }
  const isFixed = [...queries, ...keys].every((region) => region.isFixed);
  const found = isFixed
    ? search.found
    : steady(search.found, group, flat(ownBoxes, queries), flat(otherBoxes, keys));
  return { found, isCut };
}

/** Boxes that hold several residues must have so much of the work of others to be taken where lengths are not fixed. */
const WORTHWHILE = 0.9;

/**
 * What suits launches of other lengths: boxes within one residue, unless others are much better. Where residues have 133
 * rows, 2 x 16 leaves fewer slots over than 1 x 32, and visits more keys around every window; with 160 rows it gains nothing.
 */
function steady(
  best: Attempt,
  { counter }: RegionGroup,
  ownBoxes: readonly Extents[],
  otherBoxes: readonly Extents[],
): Attempt {
  if (ownBoxes.length === 0 || otherBoxes.length === 0) return best;
  const search = new BoxSearch(counter);
  search.goOn();
  search.tryPairs(ownBoxes, otherBoxes);
  return best.work <= WORTHWHILE * search.found.work ? best : search.found;
}

/** Are boxes the same, but for one axis that is halved? */
function isLike(own: Extents, other: Extents): boolean {
  const [box, candidate] = [largestOf(own), largestOf(other)];
  const different = box.flatMap((extent, axis) =>
    candidate[axis] === extent ? [] : [[extent, candidate[axis]].sort((a, b) => a - b)],
  );
  return (
    box.length === candidate.length &&
    different.length <= 1 &&
    different.every(([less, more]) => less === Math.ceil(more / 2) || less === Math.floor(more / 2))
  );
}

/** The box of a region with the most axes. */
function largestOf(boxes: Extents): readonly number[] {
  return boxes.reduce((largest, box) => (box.length > largest.length ? box : largest), []);
}

/** The boxes of all regions, and the tiles of all groups. */
function joinGroups(
  groups: readonly RegionGroup[],
  searches: readonly GroupSearch[],
): Pick<Attempt, 'own' | 'other' | 'counts'> {
  const [own, other]: (readonly number[])[][] = [[], []];
  let [queryTiles, fullTiles, partialTiles] = [0, 0, 0];
  groups.forEach(({ queries, keys }, group) => {
    const { found } = searches[group];
    queries.forEach((region, at) => (own[region] = found.own[at]));
    keys.forEach((region, at) => (other[region] = found.other[at]));
    queryTiles += found.counts.queryTiles;
    fullTiles += found.counts.fullTiles;
    partialTiles += found.counts.partialTiles;
  });
  return { own, other, counts: { queryTiles, fullTiles, partialTiles } };
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

function flat(boxes: readonly Extents[], regions: readonly NumberedRegion[]): readonly Extents[] {
  return boxes.filter((box) => isFlat(box, regions));
}

/** Boxes within one residue; all where there are none. */
function flatOrAll(boxes: readonly Extents[], regions: readonly NumberedRegion[]): readonly Extents[] {
  const found = flat(boxes, regions);
  return found.length > 0 ? found : boxes;
}

/** Every factorization of a tile's size over the axes of a view's regions. */
function wholeBoxes(regions: readonly NumberedRegion[], size: number): readonly Extents[] {
  if (regions.length === 0) return [[]];
  return boxesOf(regions, size, factorizations(size, longestAxes(regions).map(roundUpToPower)));
}

/** Boxes of fewer slots. */
function smallerBoxes(regions: readonly NumberedRegion[], size: number): readonly Extents[] {
  if (regions.length === 0) return [];
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
