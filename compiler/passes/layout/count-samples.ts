import type { BoundMask } from '../../../runtime/mask/bound/bound-mask.ts';
import type { AxisRelation, LeafAxis } from '../../../runtime/schedule/views/axis-relation.ts';
import { RelationDescent } from '../../../runtime/schedule/views/derive-relation.ts';
import { RowProduct } from '../../../runtime/schedule/views/multiply-rows.ts';
import { cutMask } from '../../../runtime/schedule/views/view-product.ts';
import type { CutMask } from '../../../runtime/schedule/views/view-product.ts';
import type { Extents, View } from '../../../runtime/view.ts';
import { tilesOf } from './count-products.ts';
import type { TileCounts, TileCounter } from './count-products.ts';
import type { NominalLaunch } from './nominal-launch.ts';
import { numberView } from './number-view.ts';
import type { NumberedAxis, NumberedRegion } from './number-view.ts';

/** Samples of a region, however small: half of a text may be padding. */
const LEAST_SAMPLES = 4;

/** A query tile by its part on every axis of its region, and how many tiles it stands for. */
export interface SampledTile {
  readonly parts: readonly number[];
  readonly weight: number;
}

/**
 * Counts the tiles that views of boxes visit where axes depend on each other and tiles are many: those of some query tiles
 * against all keys, weighed by the tiles of their region that they stand for. The same boxes give the same counts. As in
 * ./count-products.ts, tiles that hang over the launch count as if they were whole.
 */
export class SampleCounter implements TileCounter {
  private readonly queries: readonly NumberedRegion[];
  private readonly keys: readonly NumberedRegion[];
  /** A mask between a region of queries and one of keys: written over coordinates once for all boxes. */
  private readonly pairs: readonly { readonly query: number; readonly key: number; readonly cut: CutMask }[];
  visits = 0;

  constructor(
    private readonly masks: readonly BoundMask[],
    views: { readonly queries: View; readonly keys: View },
    private readonly slots: { readonly queries: number; readonly keys: number },
    nominal: NominalLaunch,
    /** Query tiles that stand for all of them, some more for small regions. */
    private readonly samples: number,
  ) {
    this.queries = numberView(views.queries, 'queries', nominal);
    this.keys = numberView(views.keys, 'keys', nominal);
    this.pairs = masks.flatMap((mask) =>
      this.queries.flatMap((own, query) =>
        this.keys.flatMap((other, key) => {
          const cut = isEmpty(own) || isEmpty(other) ? null : cutMask(mask, own, other);
          return cut === null ? [] : [{ query, key, cut }];
        }),
      ),
    );
  }

  count(queryBoxes: Extents, keyBoxes: Extents): TileCounts {
    let [full, visited] = [0, 0];
    this.forEachTile(queryBoxes, keyBoxes, (relations, weight, isFilled) => {
      const tiles = relations.map(tilesOf);
      visited += weight * productOf(tiles.map(({ all }) => all));
      if (isFilled) full += weight * productOf(tiles.map((own) => own.full));
    });
    const count = Math.max(1, this.masks.length);
    return {
      queryTiles: this.queries.reduce(
        (sum, { axes }, at) => sum + productOf(partsOf(axes, queryBoxes[at])),
        0,
      ),
      fullTiles: full / count,
      partialTiles: (visited - full) / count,
    };
  }

  /** Runs of the tables of all masks. */
  countRuns(queryBoxes: Extents, keyBoxes: Extents): number {
    let runs = 0;
    this.forEachTile(queryBoxes, keyBoxes, (relations, weight, isFilled) => {
      runs += weight * runsOf(relations, isFilled);
    });
    return runs;
  }

  /** Visits the relations of every sampled tile with every region of keys; is a box of keys as large as its tile? */
  private forEachTile(
    queryBoxes: Extents,
    keyBoxes: Extents,
    visit: (relations: readonly AxisRelation[], weight: number, isFilled: boolean) => void,
  ): void {
    const tiles = sampleTiles(
      this.queries.map(({ axes }, at) => partsOf(axes, queryBoxes[at])),
      this.samples,
    );
    for (const { query, key, cut } of this.pairs) {
      const isFilled = productOf(keyBoxes[key]) === this.slots.keys;
      const own = leafAxes(this.queries[query].axes, queryBoxes[query], 0);
      const other = leafAxes(this.keys[key].axes, keyBoxes[key], own.length);
      const descents = cut.factors.map(
        ({ parts, queryAxes, keyAxes }) =>
          new RelationDescent(
            parts.length === 0 ? null : cut.mask.join(parts),
            queryAxes.map((axis) => own[axis]),
            keyAxes.map((axis) => other[axis]),
          ),
      );
      const known = cut.factors.map(() => new Map<string, AxisRelation>());
      for (const { parts, weight } of tiles[query]) {
        const relations = cut.factors.map(({ queryAxes }, at) => {
          const chosen = queryAxes.map((axis) => parts[axis]);
          const relation = known[at].get(chosen.join()) ?? this.relationOf(descents[at], chosen);
          known[at].set(chosen.join(), relation);
          return relation;
        });
        visit(relations, weight, isFilled);
      }
    }
  }

  private relationOf(descent: RelationDescent, parts: readonly number[]): AxisRelation {
    const relation = descent.runOne(parts);
    this.visits += relation.visits;
    return relation;
  }
}

/**
 * Some tiles of every region, given by how many parts each of its axes has: all, or some that are spread evenly along every
 * axis, of which few may be the same.
 */
export function sampleTiles(
  regions: readonly (readonly number[])[],
  samples: number,
): readonly (readonly SampledTile[])[] {
  const all = regions.reduce((sum, parts) => sum + productOf(parts), 0);
  return regions.map((parts) => {
    const tiles = productOf(parts);
    const count = Math.min(tiles, Math.max(LEAST_SAMPLES, Math.ceil((samples * tiles) / all)));
    const steps = spreadingSteps(parts.length);
    return Array.from({ length: count }, (_, sample) => ({
      parts:
        count === tiles
          ? digitsOf(sample, parts)
          : parts.map((size, axis) => Math.floor(((sample * steps[axis] + 0.5) % 1) * size)),
      weight: tiles / count,
    }));
  });
}

/**
 * Steps along some axes that spread points evenly in the unit cube: powers of 1 / g, g^(axes + 1) = g + 1, the golden ratio
 * of so many dimensions (Roberts, 2018, "The unreasonable effectiveness of quasirandom sequences").
 */
function spreadingSteps(axes: number): readonly number[] {
  let ratio = 1.5;
  for (let round = 0; round < 40; round++) ratio = (1 + ratio) ** (1 / (axes + 1));
  return Array.from({ length: axes }, (_, axis) => ratio ** -(axis + 1));
}

function digitsOf(number: number, sizes: readonly number[]): readonly number[] {
  const digits = new Array<number>(sizes.length);
  let rest = number;
  for (let at = sizes.length - 1; at >= 0; at--) {
    digits[at] = rest % sizes[at];
    rest = Math.floor(rest / sizes[at]);
  }
  return digits;
}

function leafAxes(axes: readonly NumberedAxis[], box: readonly number[], first: number): readonly LeafAxis[] {
  return axes.map(({ size, stride }, at) => ({
    leaf: first + at,
    axis: { size, stride, extent: box[at], parts: Math.ceil(size / box[at]) },
  }));
}

/** Runs of the product of relations of one row. */
function runsOf(relations: readonly AxisRelation[], isFilled: boolean): number {
  let runs = 0;
  const last = [-1, -1];
  new RowProduct(relations).emit(new Int32Array(relations.length), 0, (begin, end, full) => {
    const own = isFilled ? full : 0;
    if (last[own] !== begin) runs++;
    last[own] = end;
  });
  return runs;
}

function partsOf(axes: readonly NumberedAxis[], box: readonly number[]): readonly number[] {
  return axes.map(({ size }, at) => Math.ceil(size / box[at]));
}

function isEmpty({ axes }: NumberedRegion): boolean {
  return axes.some(({ size }) => size === 0);
}

function productOf(numbers: readonly number[]): number {
  return numbers.reduce((product, number) => product * number, 1);
}
