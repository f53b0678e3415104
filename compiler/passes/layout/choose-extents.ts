import type { BoundMask } from '../../../runtime/mask/bound-mask.ts';
import type { Extents, View } from '../../../runtime/view.ts';
import { ProductCounter } from './count-products.ts';
import type { TileCounts } from './count-products.ts';
import { factorizations, roundUpToPower } from './factorizations.ts';
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

/** A partial tile against a full one, roughly, on every target. */
const PARTIAL = 1.5;
/** Pairs of boxes that are all tried; of more, those within one residue, then one side at a time. */
const MOST_PAIRS = 500;
/** Boxes of pairs that descents may look at before the search is content. */
const MOST_VISITS = 2 ** 16;

/**
 * Chooses the boxes of tiles of a size: of every factorization over the axes the one with the least work, a partial tile
 * counting for more than a full one. Regions of one rank are cut alike; of two equal pairs the first, which has the
 * longer extents on the later axes, is taken.
 */
export function chooseExtents(
  masks: readonly BoundMask[],
  views: { readonly queries: View; readonly keys: View },
  tile: TileSize,
  nominal: NominalLaunch,
): CountedBoxes {
  const queries = numberView(views.queries, 'queries', nominal);
  const keys = numberView(views.keys, 'keys', nominal);
  const counter = new ProductCounter(masks, queries, keys);
  const queryBoxes = boxesOf(queries, tile.queries);
  const keyBoxes = boxesOf(keys, tile.keys);
  let best: Attempt | null = null;
  const attempt = (own: Extents, other: Extents): Attempt => {
    if (best !== null && counter.visits > MOST_VISITS) return best;
    const counts = counter.count(own, other);
    const work = counts.queryTiles + counts.fullTiles + PARTIAL * counts.partialTiles;
    if (best === null || work < best.work) best = { own, other, counts, work };
    return best;
  };
  const isSmall = queryBoxes.length * keyBoxes.length <= MOST_PAIRS;
  const flat = (boxes: readonly Extents[], regions: readonly NumberedRegion[]) =>
    isSmall ? boxes : boxes.filter((box) => isFlat(box, regions));
  let found: Attempt | null = null;
  for (const own of flat(queryBoxes, queries))
    for (const other of flat(keyBoxes, keys)) found = attempt(own, other);
  if (!isSmall) {
    const seed = found?.other ?? keyBoxes[0];
    for (const own of queryBoxes) found = attempt(own, seed);
    for (const other of keyBoxes) found = attempt(found!.own, other);
  }
  const { own, other, counts } = found!;
  const boxes = {
    queries: views.queries.kind === 'boxes' ? own : [],
    keys: views.keys.kind === 'boxes' ? other : [],
  };
  return { boxes, counts, isCut: counter.visits > MOST_VISITS };
}

interface Attempt {
  readonly own: Extents;
  readonly other: Extents;
  readonly counts: TileCounts;
  readonly work: number;
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

/** The boxes of all regions of a view: regions of one rank are cut alike, by every factorization of the size. */
function boxesOf(regions: readonly NumberedRegion[], size: number): readonly Extents[] {
  const rank = Math.max(...regions.map(({ axes }) => axes.length));
  const largest = regions.filter(({ axes }) => axes.length === rank);
  const most = largest[0].axes.map((_, at) =>
    roundUpToPower(Math.max(...largest.map(({ axes }) => axes[at].size))),
  );
  return factorizations(size, most).map((extents) =>
    regions.map(({ axes }) => (axes.length === rank ? extents : flatExtents(axes.length, size))),
  );
}

/** Everything along the last axis. */
function flatExtents(rank: number, size: number): readonly number[] {
  return Array.from({ length: rank }, (_, at) => (at === rank - 1 ? size : 1));
}
