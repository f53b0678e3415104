import type { PassDescriptor } from '../../runtime/descriptor.ts';
import type { KernelDescriptor } from '../../runtime/kernel-descriptor.ts';
import { bindView } from '../../runtime/schedule/views/bind-view.ts';
import { createBinder } from '../../runtime/mask/normal-form/bind.ts';
import type { LaunchedMask } from '../../runtime/mask/launch/launch-mask.ts';
import { buildRunTable } from '../../runtime/schedule/descent/build-run-table.ts';
import { expandTable, type RunTable } from '../../runtime/schedule/table/run-table.ts';
import { schedulePass } from '../../runtime/schedule/schedule-pass.ts';
import { tilePositions } from '../../runtime/schedule/views/tile-positions.ts';
import type { BoundView } from '../../runtime/view.ts';
import type { VisitedCells } from './panel.ts';
import type { Plane } from './share-of-cells.ts';

/** A pass under the kernel that serves it. */
export interface VisitingPass {
  readonly pass: PassDescriptor;
  readonly kernel: KernelDescriptor;
}

/** Whose tiles are looked at. */
export interface GridIndex {
  readonly item: number;
  readonly head: number;
}

/** What a launch visits for one head, and how many tiles that are. */
export interface Visits extends VisitedCells {
  readonly fullTiles: number;
  readonly partialTiles: number;
  /** Distances that a pass visits one by one, without tiles. */
  readonly distances: number;
  readonly visitedPairs: number;
}

/** What the passes of a launch visit for a head of a batch item, by cells of the plane of pairs. */
export function visitedCells(
  passes: readonly VisitingPass[],
  launched: LaunchedMask,
  grid: GridIndex,
  plane: Plane,
): Visits {
  const sums = new CellSums(plane);
  let [fullTiles, partialTiles, distances, visitedPairs] = [0, 0, 0, 0];
  for (const { pass, kernel } of passes) {
    const found = tableOf({ pass, kernel }, launched, grid);
    if (found.kind === 'diagonals') {
      distances += found.distances.length;
      visitedPairs += sums.addDiagonals(found.distances);
      continue;
    }
    const { statistics } = found.table;
    fullTiles += statistics.fullTiles;
    partialTiles += statistics.partialTiles;
    visitedPairs += statistics.visitedPairs;
    sums.addTable(found.table, viewsOf({ pass, kernel }, launched, grid, found.rows));
  }
  return { ...sums.shares(), fullTiles, partialTiles, distances, visitedPairs };
}

/** Kernels that compute their ranges visit what a table at their own tile would list. */
function tableOf({ pass, kernel }: VisitingPass, launched: LaunchedMask, { item, head }: GridIndex) {
  if (kernel.schedule.kind !== 'ranges') return schedulePass(pass, kernel, launched, item, head);
  const { nq, nk } = launched.scalars;
  const bound = createBinder(pass.mask, launched.scalars, launched.arrays)(item, head);
  const { queries: queryTile, keys: granularity } = kernel.tile;
  const table = buildRunTable(bound, { nq, nk, offset: launched.offset, queryTile, granularity });
  return { kind: 'runs', table, rows: null } as const;
}

function viewsOf(
  { pass, kernel }: VisitingPass,
  launched: LaunchedMask,
  { item, head }: GridIndex,
  rows: Int32Array | null,
) {
  const { scalars, arrays, offset } = launched;
  const bound = createBinder(pass.mask, scalars, arrays)(item, head);
  const request = { scalars, nq: scalars.nq, nk: scalars.nk, offset, bound, rows };
  const { tile, extents } = kernel;
  return {
    queries: bindView(pass.queries, extents.queries, tile.queries, 'queries', request),
    keys: bindView(pass.keys, extents.keys, tile.keys, 'keys', request),
  };
}

/** Cells of one side, each with how many positions of a tile lie in it. */
type Spread = readonly (readonly [cell: number, count: number])[];

/** Pairs in visited tiles, by cells. */
class CellSums {
  private readonly visited: Float64Array;
  private readonly full: Float64Array;
  private readonly rows: number;
  private readonly columns: number;

  constructor(private readonly plane: Plane) {
    this.rows = Math.ceil(plane.nq / plane.tile);
    this.columns = Math.ceil(plane.nk / plane.tile);
    this.visited = new Float64Array(this.rows * this.columns);
    this.full = new Float64Array(this.rows * this.columns);
  }

  addTable(
    shared: RunTable,
    { queries, keys }: { readonly queries: BoundView; readonly keys: BoundView },
  ): void {
    const { nq, nk, offset } = this.plane;
    const table = expandTable(shared);
    const ownKeys = new Map<number, Spread>();
    for (let row = 0; row < table.rows; row++) {
      const top = row * queries.tile;
      const own =
        queries.kind === 'positions'
          ? this.stretch(top, Math.min(top + queries.tile, nq))
          : this.spread(tileOf(queries, row), offset, nq);
      for (let run = table.starts[2 * row]; run < table.starts[2 * row + 2]; run++) {
        const isFull = run >= table.starts[2 * row + 1];
        const [begin, end] = [table.runs[2 * run], table.runs[2 * run + 1]];
        if (keys.kind === 'positions') {
          this.add(own, this.stretch(begin, Math.min(end, nk)), isFull);
          continue;
        }
        for (let tile = begin / keys.tile; tile * keys.tile < end; tile++) {
          const other = ownKeys.get(tile) ?? this.spread(tileOf(keys, tile), 0, nk);
          ownKeys.set(tile, other);
          this.add(own, other, isFull);
        }
      }
    }
  }

  /** Every query with the keys at these distances; returns the number of pairs. */
  addDiagonals(distances: Int32Array): number {
    const { nq, nk, offset, tile } = this.plane;
    let pairs = 0;
    for (let row = 0; row < nq; row++) {
      for (const distance of distances) {
        const key = row + offset + distance;
        if (key < 0 || key >= nk) continue;
        pairs++;
        this.visited[Math.floor(row / tile) * this.columns + Math.floor(key / tile)]++;
      }
    }
    return pairs;
  }

  shares(): VisitedCells {
    const { nq, nk, tile } = this.plane;
    const share = (sums: Float64Array) =>
      Float32Array.from(sums, (pairs, cell) => {
        const height = Math.min(tile, nq - Math.floor(cell / this.columns) * tile);
        return pairs / (height * Math.min(tile, nk - (cell % this.columns) * tile));
      });
    return { visited: share(this.visited), full: share(this.full) };
  }

  private add(rows: Spread, columns: Spread, isFull: boolean): void {
    for (const [row, height] of rows) {
      for (const [column, width] of columns) {
        const cell = row * this.columns + column;
        this.visited[cell] += height * width;
        if (isFull) this.full[cell] += height * width;
      }
    }
  }

  private stretch(begin: number, end: number): Spread {
    const { tile } = this.plane;
    const spread: [number, number][] = [];
    for (let cell = Math.floor(begin / tile); cell * tile < end; cell++) {
      spread.push([cell, Math.min(end, (cell + 1) * tile) - Math.max(begin, cell * tile)]);
    }
    return spread;
  }

  private spread(positions: Int32Array, first: number, count: number): Spread {
    const counts = new Map<number, number>();
    for (const position of positions) {
      if (position < first || position >= first + count) continue;
      const cell = Math.floor((position - first) / this.plane.tile);
      counts.set(cell, (counts.get(cell) ?? 0) + 1);
    }
    return [...counts];
  }
}

/** The positions of a tile, -1 for padding. */
function tileOf(view: BoundView, tile: number): Int32Array {
  const positions = new Int32Array(view.tile);
  tilePositions(view, tile, positions);
  return positions;
}
