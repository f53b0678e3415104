import type { BoundMask } from '../../../runtime/mask/bound-mask.ts';
import { buildViewTable } from '../../../runtime/schedule/build-view-table.ts';
import type { RunTable } from '../../../runtime/schedule/run-table.ts';
import { cornerOfTile } from '../../../runtime/schedule/tile-positions.ts';
import type { BoundRegion, BoundView, Extents, View } from '../../../runtime/view.ts';
import type { TileCounts, TileCounter } from './count-products.ts';
import type { NominalLaunch } from './nominal-launch.ts';
import { numberView, positionAt } from './number-view.ts';
import type { NumberedRegion } from './number-view.ts';

/** Steps of the golden ratio spread samples evenly, and at no common period. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Counts the tiles that views of boxes visit where axes depend on each other and tiles are many: the run tables of some
 * query tiles against all keys, those of a region weighed by the tiles that they stand for. The same boxes give the same
 * counts.
 */
export class SampleCounter implements TileCounter {
  private readonly queries: readonly NumberedRegion[];
  private readonly keys: readonly NumberedRegion[];
  visits = 0;

  constructor(
    private readonly masks: readonly BoundMask[],
    private readonly views: { readonly queries: View; readonly keys: View },
    private readonly slots: { readonly queries: number; readonly keys: number },
    private readonly nominal: NominalLaunch,
    /** Query tiles that stand for all of them, one more for every region that is short of one. */
    private readonly samples: number,
  ) {
    this.queries = numberView(views.queries, 'queries', nominal);
    this.keys = numberView(views.keys, 'keys', nominal);
  }

  count(queryBoxes: Extents, keyBoxes: Extents): TileCounts {
    const whole = this.boundQueries(queryBoxes);
    let [full, partial] = [0, 0];
    for (const { table, weights } of this.tables(whole, keyBoxes)) {
      weights.forEach((weight, row) => {
        partial += weight * tilesOf(table, 2 * row);
        full += weight * tilesOf(table, 2 * row + 1);
      });
    }
    const count = Math.max(1, this.masks.length);
    return { queryTiles: whole.tiles, fullTiles: full / count, partialTiles: partial / count };
  }

  /** Runs of the tables of all masks. */
  countRuns(queryBoxes: Extents, keyBoxes: Extents): number {
    let runs = 0;
    for (const { table, weights } of this.tables(this.boundQueries(queryBoxes), keyBoxes)) {
      weights.forEach((weight, row) => {
        runs += weight * (table.starts[2 * row + 2] - table.starts[2 * row]);
      });
    }
    return runs;
  }

  private boundQueries(boxes: Extents): BoundView {
    return boundOf(this.views.queries.kind, this.queries, boxes, this.slots.queries);
  }

  /** By mask: the table of the sampled tiles. */
  private tables(
    whole: BoundView,
    keyBoxes: Extents,
  ): readonly { readonly table: RunTable; readonly weights: readonly number[] }[] {
    const { nq, nk, launched } = this.nominal;
    const keys = boundOf(this.views.keys.kind, this.keys, keyBoxes, this.slots.keys);
    const { queries, weights } = sampleTiles(whole, this.samples);
    return this.masks.map((mask) => {
      const table = buildViewTable(mask, { nq, nk, offset: launched.offset, queries, keys });
      this.visits += table.statistics.visits;
      return { table, weights };
    });
  }
}

/** A view of some tiles of a view, each a region of its own, and how many tiles each stands for. */
export function sampleTiles(
  { regions, ...view }: BoundView,
  samples: number,
): { readonly queries: BoundView; readonly weights: readonly number[] } {
  const sampled: BoundRegion[] = [];
  const weights: number[] = [];
  for (const region of regions) {
    const count = Math.min(region.tiles, Math.ceil((samples * region.tiles) / view.tiles));
    for (let sample = 0; sample < count; sample++) {
      const share = count === region.tiles ? sample / count : (sample * GOLDEN + 0.5) % 1;
      const tile = region.firstTile + Math.floor(share * region.tiles + 1e-9);
      sampled.push(regionOfOne(region, tile, sampled.length));
      weights.push(region.tiles / count);
    }
  }
  return { queries: { ...view, kind: 'boxes', regions: sampled, tiles: sampled.length }, weights };
}

function regionOfOne(region: BoundRegion, tile: number, number: number): BoundRegion {
  const corner = cornerOfTile(region, tile);
  const axes = region.axes.map(({ size, stride, extent }, at) => ({
    size: Math.min(extent, size - corner[at]),
    stride,
    extent,
    parts: 1,
  }));
  return { base: positionAt({ ...region, digits: [] }, corner), axes, firstTile: number, tiles: 1 };
}

function boundOf(
  kind: View['kind'],
  regions: readonly NumberedRegion[],
  boxes: Extents,
  slots: number,
): BoundView {
  let tiles = 0;
  const bound = regions.map(({ base, axes }, at): BoundRegion => {
    const cut = axes.map(({ size, stride }, axis) => {
      const extent = boxes[at][axis];
      return { size, stride, extent, parts: Math.ceil(size / extent) };
    });
    const own = { base, axes: cut, firstTile: tiles, tiles: cut.reduce((all, { parts }) => all * parts, 1) };
    tiles += own.tiles;
    return own;
  });
  return { kind, tile: slots, regions: bound, positions: null, tiles };
}

/** Key tiles of one class of runs of a row. */
function tilesOf({ starts, runs, granularity }: RunTable, list: number): number {
  let tiles = 0;
  for (let run = starts[list]; run < starts[list + 1]; run++)
    tiles += Math.ceil((runs[2 * run + 1] - runs[2 * run]) / granularity);
  return tiles;
}
