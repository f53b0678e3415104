import { cudaCostFactors } from '../../cost/index.ts';
import type { CudaTarget, CudaTile } from '../../cost/index.ts';
import { cudaTileQueries } from '../../ir/cuda-kernel.ts';
import { chooseCudaTile, cudaPurposes } from '../choose-cuda-tiles.ts';
import type { CudaDemand } from '../choose-cuda-tiles.ts';
import type { Strategy } from '../../../runtime/descriptor.ts';
import type { TileSize } from './choose-extents.ts';
import { distinctSizes } from './layout-target.ts';
import type { LayoutTarget } from './layout-target.ts';

/**
 * Families of CUDA devices that have dense tiles for these head dimensions, the newest first. What the kernels of a family
 * do not serve, its devices run with those of another one: diagonals on capability 9.0 are kernels of 8.0.
 */
export function cudaLayoutTargets(
  demand: CudaDemand,
  targets: readonly CudaTarget[],
): readonly LayoutTarget[] {
  return targets
    .filter((target) => chooseCudaTile(demand, target) !== null)
    .map((target): LayoutTarget => {
      const able = [target, ...targets.filter((other) => other.class === 'cuda-sm80')];
      return {
        class: target.class,
        tileOf: ({ strategy }) => tiledTile(demand, able, strategy),
        sizes: distinctSizes(sizesOf(demand, able)),
        factors: cudaCostFactors[target.class],
        takesPaddedBoxes: true,
      };
    })
    .sort((a, b) => (a.class < b.class ? 1 : -1));
}

function tiledTile(demand: CudaDemand, able: readonly CudaTarget[], strategy: Strategy): TileSize | null {
  const tiles = able.map((target) => {
    const [{ layouts }] = cudaPurposes(target, strategy);
    return chooseCudaTile(demand, target, layouts);
  });
  const found = tiles.find((tile) => tile !== null);
  return found === undefined ? null : sizeOf(found!);
}

function sizesOf(demand: CudaDemand, targets: readonly CudaTarget[]): readonly TileSize[] {
  return targets.flatMap((target) =>
    (['dense', 'diagonal'] as const).flatMap((strategy) =>
      cudaPurposes(target, strategy).flatMap(({ layouts }) => {
        const tile = chooseCudaTile(demand, target, layouts);
        return tile === null ? [] : [sizeOf(tile)];
      }),
    ),
  );
}

function sizeOf(tile: CudaTile): TileSize {
  return { queries: cudaTileQueries(tile), keys: tile.keys };
}
