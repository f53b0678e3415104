import type { CostFactors } from '../../compiler/cost/index.ts';
import { NO_DIAGONALS } from '../../compiler/passes/layout/count-pass.ts';
import { priceOf } from '../../compiler/passes/layout/price.ts';
import type { ServedPass } from './count-visits.ts';
import type { Visits } from './work.ts';

/** Cost of passes by the cost model, in full tiles' worth of work of a target; `visits` of one head, by pass. */
export function costOf(
  passes: readonly ServedPass[],
  visits: readonly Visits[],
  nq: number,
  factors: CostFactors,
): number {
  return passes.reduce((sum, pass, at) => {
    const { tile } = pass.kernel;
    const queryTiles = Math.ceil(nq / tile.queries);
    const counts = { queryTiles, ...ofKernel(visits[at], pass) };
    const state = { reads: at > 0, writes: at < passes.length - 1 };
    return sum + priceOf(counts, pass, tile, state, factors);
  }, 0);
}

/** Runs may be longer than the key tile of the kernel: tiles of the kernel are counted by their pairs. */
function ofKernel(visits: Visits, { strategy, kernel: { tile } }: ServedPass) {
  const { full_tiles, partial_tiles, computed_pairs, visited_pairs } = visits;
  if (strategy === 'diagonal') {
    const counts = { diagonalPairs: visited_pairs, diagonalSlots: computed_pairs };
    return { fullTiles: 0, partialTiles: 0, ...counts };
  }
  const tiles = full_tiles + partial_tiles;
  const scale = tiles === 0 ? 0 : computed_pairs / (tiles * tile.queries * tile.keys);
  return { fullTiles: full_tiles * scale, partialTiles: partial_tiles * scale, ...NO_DIAGONALS };
}

/** Cost of dense attention: every tile, full. */
export function denseCost(
  tile: { readonly queries: number; readonly keys: number },
  nq: number,
  nk: number,
  factors: CostFactors,
): number {
  const [queryTiles, keyTiles] = [Math.ceil(nq / tile.queries), Math.ceil(nk / tile.keys)];
  const plain = { kind: 'positions' } as const;
  return priceOf(
    { queryTiles, fullTiles: queryTiles * keyTiles, partialTiles: 0, ...NO_DIAGONALS },
    { queries: plain, keys: plain, strategy: 'dense' },
    tile,
    { reads: false, writes: false },
    factors,
  );
}
