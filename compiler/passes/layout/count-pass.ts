import { evaluateProgram } from '../../../runtime/mask/exact/evaluate.ts';
import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import { buildRunTable } from '../../../runtime/schedule/descent/build-run-table.ts';
import { chooseGranularity } from '../../../runtime/schedule/table/choose-granularity.ts';
import { schedulePass } from '../../../runtime/schedule/schedule-pass.ts';
import type { PassTable } from '../../../runtime/schedule/schedule-pass.ts';
import type { Extents } from '../../../runtime/view.ts';
import type { RowBounds } from '../find-row-bounds.ts';
import type { TileSize } from './choose-extents.ts';
import { countDiagonals } from './count-diagonals.ts';
import type { NominalLaunch } from './nominal-launch.ts';
import { boundMasks } from './propose-layouts.ts';
import type { Layout } from './propose-layouts.ts';

/** What a pass visits at nominal sizes: the mean over heads. */
export interface PassCounts {
  readonly queryTiles: number;
  readonly fullTiles: number;
  readonly partialTiles: number;
  /** Pairs of a diagonal pass that exist; 0 for others. */
  readonly diagonalPairs: number;
  /** Pairs that a diagonal pass computes, whole tiles of rows and distances. */
  readonly diagonalSlots: number;
  /** Pairs that are computed. */
  readonly visitedPairs: number;
}

/** What a pass of tiles has of diagonals. */
export const NO_DIAGONALS = { diagonalPairs: 0, diagonalSlots: 0 } as const;

/** Counts what a pass visits by deriving its tables, or from its row bounds where its kernel computes ranges. */
export function countPass(
  pass: { readonly mask: MaskProgram; readonly layout: Layout; readonly bounds: RowBounds | null },
  tile: TileSize,
  extents: { readonly queries: Extents; readonly keys: Extents },
  nominal: NominalLaunch,
): PassCounts {
  const { launched, heads, nq, nk } = nominal;
  const { queries, keys, strategy } = pass.layout;
  const part = { mask: pass.mask, queries, keys, strategy };
  const kernel = { tile, extents };
  const known = new Map<PassTable, PassCounts>();
  const counts: PassCounts[] = [];
  for (let head = 0; head < heads; head++) {
    if (pass.bounds !== null) {
      counts.push(countRanges(pass.bounds, head, tile, nominal));
      continue;
    }
    const table = schedulePass(part, kernel, launched, 0, head);
    const found = known.get(table) ?? countTable(table, tile, { nq, nk, offset: launched.offset });
    known.set(table, found);
    counts.push(found);
  }
  return meanOf(counts);
}

/** Query tiles in a stretch, and stretches, that stand for a long launch. */
const STRETCH = 2;
const STRETCHES = 8;
/** Steps of the golden ratio spread samples evenly, and at no common period. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** What plain tiles visit, from the run tables of some stretches of queries. */
export function countStretches(mask: MaskProgram, tile: TileSize, nominal: NominalLaunch): PassCounts {
  const { nq, nk } = nominal;
  const { offset } = nominal.launched;
  const tiles = Math.ceil(nq / tile.queries);
  const granularity = chooseGranularity(nk, tile.keys);
  const masks = boundMasks(mask, nominal);
  const stretch = Math.min(STRETCH, tiles);
  const rows = Math.min(nq, stretch * tile.queries);
  const counts = masks.flatMap((bound) =>
    Array.from({ length: STRETCHES }, (_, sample) => {
      const first = Math.floor(((sample * GOLDEN + 0.5) % 1) * (tiles - stretch)) * tile.queries;
      const request = { nq: rows, nk, offset: offset + first, queryTile: tile.queries, granularity };
      const table = buildRunTable(bound, request);
      return countTable({ kind: 'runs', table, rows: null, positions: null }, tile, { nq: rows, nk, offset });
    }),
  );
  const { fullTiles, partialTiles, visitedPairs } = meanOf(counts);
  const weight = tiles / stretch;
  return {
    queryTiles: tiles,
    fullTiles: fullTiles * weight,
    partialTiles: partialTiles * weight,
    ...NO_DIAGONALS,
    visitedPairs: visitedPairs * weight,
  };
}

function countTable(
  table: PassTable,
  tile: TileSize,
  { nq, nk, offset }: { readonly nq: number; readonly nk: number; readonly offset: number },
): PassCounts {
  if (table.kind === 'diagonals') {
    const { pairs, slots } = countDiagonals(table.distances, tile, { nq, nk, offset });
    const queryTiles = Math.ceil(nq / tile.queries);
    const counts = { diagonalPairs: pairs, diagonalSlots: slots, visitedPairs: pairs };
    return { queryTiles, fullTiles: 0, partialTiles: 0, ...counts };
  }
  const { rows, granularity, statistics } = table.table;
  const steps = granularity / tile.keys;
  return {
    queryTiles: rows,
    fullTiles: statistics.fullTiles * steps,
    partialTiles: statistics.partialTiles * steps,
    ...NO_DIAGONALS,
    visitedPairs: statistics.visitedPairs,
  };
}

/** A kernel of ranges starts its key tiles at the first live key of its rows. */
function countRanges(
  { low, high }: RowBounds,
  head: number,
  tile: TileSize,
  { launched, nq }: NominalLaunch,
): PassCounts {
  const { scalars, arrays, offset } = launched;
  const at = (program: MaskProgram, query: number) =>
    evaluateProgram(program, { query, head, batch: 0, symbols: scalars, arrays });
  let [fullTiles, partialTiles, visitedPairs] = [0, 0, 0];
  const queryTiles = Math.ceil(nq / tile.queries);
  for (let row = 0; row < queryTiles; row++) {
    const first = offset + row * tile.queries;
    const last = offset + Math.min(nq, (row + 1) * tile.queries) - 1;
    const [begin, end] = [at(low, first), Math.max(0, at(high, last))];
    const [fullBegin, fullEnd] = [at(low, last), at(high, first)];
    const tiles = Math.max(0, Math.ceil((end - begin) / tile.keys));
    const firstFull = Math.ceil(Math.max(0, fullBegin - begin) / tile.keys);
    const full = Math.max(0, Math.min(tiles, Math.floor((fullEnd - begin) / tile.keys)) - firstFull);
    fullTiles += full;
    partialTiles += tiles - full;
    visitedPairs += Math.max(0, end - begin) * (last - first + 1);
  }
  return { queryTiles, fullTiles, partialTiles, ...NO_DIAGONALS, visitedPairs };
}

function meanOf(counts: readonly PassCounts[]): PassCounts {
  const mean = (read: (count: PassCounts) => number) =>
    counts.reduce((sum, count) => sum + read(count), 0) / counts.length;
  return {
    queryTiles: counts[0].queryTiles,
    fullTiles: mean((count) => count.fullTiles),
    partialTiles: mean((count) => count.partialTiles),
    diagonalPairs: mean((count) => count.diagonalPairs),
    diagonalSlots: mean((count) => count.diagonalSlots),
    visitedPairs: mean((count) => count.visitedPairs),
  };
}
