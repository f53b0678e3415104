import type { BoundMask } from '../../../runtime/mask/bound/bound-mask.ts';
import { beginIn, endIn } from '../../../runtime/schedule/views/axis-relation.ts';
import type { AxisRelation, LeafAxis } from '../../../runtime/schedule/views/axis-relation.ts';
import { deriveRelation } from '../../../runtime/schedule/views/derive-relation.ts';
import { cutMask } from '../../../runtime/schedule/views/view-product.ts';
import type { CutMask, Factor } from '../../../runtime/schedule/views/view-product.ts';
import type { Extents } from '../../../runtime/view.ts';
import type { NumberedAxis, NumberedRegion } from './number-view.ts';

/** Tiles that are visited, means over the masks. */
export interface TileCounts {
  readonly queryTiles: number;
  readonly fullTiles: number;
  readonly partialTiles: number;
}

/** Counts for boxes of the regions of queries and keys. */
export interface TileCounter {
  /** Boxes that the descents have looked at so far. */
  readonly visits: number;
  count(queryBoxes: Extents, keyBoxes: Extents): TileCounts;
}

/**
 * Pairs of parts of one factor that are looked into; a factor with more makes the view one that is not counted. Of one
 * query axis and one key axis few boxes are on a border.
 */
const MOST_PARTS = 2 ** 19;
const MOST_PARTS_OF_TWO_AXES = 2 ** 22;

/** Tiles of a relation. */
export interface Visited {
  /** Infinity where it would take too long to count. */
  readonly all: number;
  readonly full: number;
}

/** Regions of queries and of keys that have no pairs with those of other groups: their boxes may differ. */
export interface RegionGroup {
  /** Numbers of the regions in their views. */
  readonly queries: readonly number[];
  readonly keys: readonly number[];
  /** Counts for boxes of these regions alone. */
  readonly counter: TileCounter;
}

/** A mask between a region of queries and a region of keys, cut into factors that share no axis. */
interface RegionPair {
  readonly query: number;
  readonly key: number;
  readonly cut: CutMask;
  /** By factor and the extents of its axes. */
  readonly known: Map<string, Visited>;
}

/**
 * Counts the tiles that views of boxes visit, for many boxes: a factor is counted once for each box of its own axes, and
 * the tiles of a region pair are the product over its factors. For windows on a grid that is the analytical model of
 * Generalized Neighborhood Attention (2025), tiles visited on an axis = floor(max end / t) - floor(min start / t) + 1,
 * product over axes. Tiles that hang over the launch count as if they were whole.
 */
export class ProductCounter implements TileCounter {
  /** Boxes that the descents have looked at. */
  visits = 0;

  constructor(
    private readonly masks: readonly BoundMask[],
    private readonly queries: readonly NumberedRegion[],
    private readonly keys: readonly NumberedRegion[],
    /** Slots of a key tile: boxes of fewer are never full. */
    private readonly keySlots: number,
    private readonly pairs = pairsOf(masks, queries, keys),
  ) {}

  /** The regions that have pairs in common, with those alone that have none. */
  groups(queryBoxes: Extents, keyBoxes: Extents): readonly RegionGroup[] {
    const groupOf = { queries: this.queries.map((_, at) => at), keys: this.keys.map((_, at) => -1 - at) };
    for (const pair of this.pairs) {
      const { query, key } = pair;
      const [own, other] = [groupOf.queries[query], groupOf.keys[key]];
      if (own === other || this.countPair(pair, queryBoxes[query], keyBoxes[key]).all === 0) continue;
      for (const groups of [groupOf.queries, groupOf.keys])
        groups.forEach((group, at) => (groups[at] = group === other ? own : group));
    }
    return [...new Set([...groupOf.queries, ...groupOf.keys])].map((group) => {
      const queries = [...this.queries.keys()].filter((at) => groupOf.queries[at] === group);
      const keys = [...this.keys.keys()].filter((at) => groupOf.keys[at] === group);
      const pairs = this.pairs
        .filter(({ query, key }) => queries.includes(query) && keys.includes(key))
        .map((pair) => ({ ...pair, query: queries.indexOf(pair.query), key: keys.indexOf(pair.key) }));
      const [own, other] = [queries.map((at) => this.queries[at]), keys.map((at) => this.keys[at])];
      const counter = new ProductCounter(this.masks, own, other, this.keySlots, pairs);
      return { queries, keys, counter };
    });
  }

  count(queryBoxes: Extents, keyBoxes: Extents): TileCounts {
    let [all, full] = [0, 0];
    for (const pair of this.pairs) {
      const found = this.countPair(pair, queryBoxes[pair.query], keyBoxes[pair.key]);
      all += found.all;
      if (productOf(keyBoxes[pair.key]) === this.keySlots) full += found.full;
    }
    const queryTiles = this.queries.reduce((sum, { axes }, at) => sum + partsOf(axes, queryBoxes[at]), 0);
    const count = Math.max(1, this.masks.length);
    return { queryTiles, fullTiles: full / count, partialTiles: (all - full) / count };
  }

  private partPairs(
    { queryAxes, keyAxes }: Factor,
    queries: readonly NumberedAxis[],
    keys: readonly NumberedAxis[],
    own: readonly number[],
    other: readonly number[],
  ): number {
    const parts = (axes: readonly NumberedAxis[], chosen: readonly number[], extents: readonly number[]) =>
      chosen.reduce((product, at) => product * Math.ceil(axes[at].size / extents[at]), 1);
    return parts(queries, queryAxes, own) * parts(keys, keyAxes, other);
  }

  private countPair(
    { query, key, cut: { mask, factors }, known }: RegionPair,
    own: readonly number[],
    other: readonly number[],
  ): Visited {
    const [queries, keys] = [this.queries[query].axes, this.keys[key].axes];
    let [all, full] = [1, 1];
    factors.forEach((factor, number) => {
      const extents = [...factor.queryAxes.map((at) => own[at]), ...factor.keyAxes.map((at) => other[at])];
      const text = `${number} ${extents.join()}`;
      let found = known.get(text);
      const isPair = factor.queryAxes.length <= 1 && factor.keyAxes.length <= 1;
      const most = isPair ? MOST_PARTS_OF_TWO_AXES : MOST_PARTS;
      if (found === undefined && this.partPairs(factor, queries, keys, own, other) > most) {
        found = { all: Infinity, full: 0 };
        known.set(text, found);
      }
      if (found === undefined) {
        const relation = deriveRelation(
          factor.parts.length === 0 ? null : mask.join(factor.parts),
          factor.queryAxes.map((at) => leafAxis(queries, at, own, 0)),
          factor.keyAxes.map((at) => leafAxis(keys, at, other, queries.length)),
        );
        this.visits += relation.visits;
        found = tilesOf(relation);
        known.set(text, found);
      }
      all = all === 0 || found.all === 0 ? 0 : all * found.all;
      full *= found.full;
    });
    const bound = new Set(factors.flatMap(({ queryAxes }) => queryAxes));
    const free = queries.reduce(
      (product, { size }, at) => (bound.has(at) ? product : product * Math.ceil(size / own[at])),
      1,
    );
    return { all: all * free, full: full * free };
  }
}

function pairsOf(
  masks: readonly BoundMask[],
  queries: readonly NumberedRegion[],
  keys: readonly NumberedRegion[],
): readonly RegionPair[] {
  return masks.flatMap((mask) =>
    queries.flatMap((own, query) =>
      keys.flatMap((other, key) =>
        isEmpty(own) || isEmpty(other) ? [] : pairOf(mask, query, key, own, other),
      ),
    ),
  );
}

function pairOf(
  bound: BoundMask,
  query: number,
  key: number,
  own: NumberedRegion,
  other: NumberedRegion,
): RegionPair[] {
  const cut = cutMask(bound, own, other);
  return cut === null ? [] : [{ query, key, cut, known: new Map() }];
}

/** The tiles of all rows of a relation. */
export function tilesOf(relation: AxisRelation): Visited {
  let [all, full] = [0, 0];
  for (let row = 0; row < relation.rows; row++) {
    for (let run = relation.first[row]; run < relation.last[row]; run++) {
      const tiles = endIn(relation, row, run) - beginIn(relation, row, run);
      all += tiles;
      if (relation.full[run]) full += tiles;
    }
  }
  return { all, full };
}

function leafAxis(
  axes: readonly NumberedAxis[],
  at: number,
  extents: readonly number[],
  first: number,
): LeafAxis {
  const [{ size, stride }, extent] = [axes[at], extents[at]];
  return { leaf: first + at, axis: { size, stride, extent, parts: Math.ceil(size / extent) } };
}

function isEmpty({ axes }: NumberedRegion): boolean {
  return axes.some(({ size }) => size === 0);
}

function productOf(extents: readonly number[]): number {
  return extents.reduce((product, extent) => product * extent, 1);
}

function partsOf(axes: readonly NumberedAxis[], extents: readonly number[]): number {
  return axes.reduce((product, { size }, at) => product * Math.ceil(size / extents[at]), 1);
}
