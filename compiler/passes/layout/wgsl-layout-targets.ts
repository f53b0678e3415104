import { costFactors } from '../../cost/index.ts';
import type { TargetTable } from '../../cost/index.ts';
import type { TileDemand } from '../choose-tiles.ts';
import { tiledTile, tileSizes } from '../plan-kernels.ts';
import type { LayoutTarget } from './layout-target.ts';

/** Classes of WebGPU adapters, for head dimensions that all of them serve. */
export function wgslLayoutTargets(
  demand: TileDemand,
  targets: readonly TargetTable[],
): readonly LayoutTarget[] {
  return targets.map((target) => ({
    class: target.class,
    tileOf: (pass) => tiledTile(demand, target, pass),
    sizes: tileSizes(demand, [target]),
    factors: costFactors[target.class],
    takesPaddedBoxes: true,
  }));
}
