import type { CostFactors } from '../../cost/index.ts';
import type { TileSize } from './choose-extents.ts';
import type { PassCounts } from './count-pass.ts';
import type { Layout } from './propose-layouts.ts';

/** Pairs of the tile that is the unit of costs. */
const UNIT = 32 * 32;

/**
 * The cost of a pass in full tiles' worth of work of a target (32 x 32 pairs): full + partial * factor, and what its
 * strategy and its state take.
 */
export function priceOf(
  counts: Omit<PassCounts, 'visitedPairs'>,
  layout: Pick<Layout, 'queries' | 'keys' | 'strategy'>,
  tile: TileSize,
  state: { readonly reads: boolean; readonly writes: boolean },
  factors: CostFactors,
): number {
  const { fullTiles, partialTiles, diagonalPairs, diagonalSlots, queryTiles } = counts;
  const isBoxed = layout.queries.kind !== 'positions' || layout.keys.kind === 'boxes';
  const perTile = layout.strategy === 'gathered' ? factors.gathered : isBoxed ? factors.boxes : 1;
  const handed = (state.reads ? 1 : 0) + (state.writes ? 1 : 0);
  return (
    (perTile * (fullTiles + factors.partial * partialTiles) * tile.queries * tile.keys) / UNIT +
    (factors.diagonal * diagonalPairs + factors.diagonalSlot * diagonalSlots) / UNIT +
    (queryTiles * (factors.queryTile + handed * factors.state) * tile.queries) / 32
  );
}
