import type { CostFactors } from '../../compiler/cost/index.ts';
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
    const { full_tiles, partial_tiles, computed_pairs } = visits[at];
    const counts = {
      queryTiles: Math.ceil(nq / tile.queries),
      // Runs may be longer than the key tile of the kernel: tiles of the kernel are counted by their pairs.
      ...ofKernel(full_tiles, partial_tiles, computed_pairs, pass),
    };
    const state = { reads: at > 0, writes: at < passes.length - 1 };
    return sum + priceOf(counts, pass, tile, state, factors);
  }, 0);
}

function ofKernel(full: number, partial: number, pairs: number, { strategy, kernel }: ServedPass) {
  if (strategy === 'diagonal') return { fullTiles: 0, partialTiles: 0, diagonalPairs: pairs };
  const { queries, keys } = kernel.tile;
  const tiles = full + partial;
  const scale = tiles === 0 ? 0 : pairs / (tiles * queries * keys);
  return { fullTiles: full * scale, partialTiles: partial * scale, diagonalPairs: 0 };
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
    { queryTiles, fullTiles: queryTiles * keyTiles, partialTiles: 0, diagonalPairs: 0 },
    { queries: plain, keys: plain, strategy: 'dense' },
    tile,
    { reads: false, writes: false },
    factors,
  );
}
