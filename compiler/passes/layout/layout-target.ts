import type { CostFactors } from '../../cost/index.ts';
import type { TileSize } from './choose-extents.ts';
import type { Layout } from './propose-layouts.ts';

/** What choosing a layout asks of a class of devices, whatever its kernels are written in. */
export interface LayoutTarget {
  /** `gpu`, `cuda-sm90a`. */
  readonly class: string;
  /** The tile of the kernel that serves any number of queries; null where there is none for such a pass. */
  readonly tileOf: (pass: Pick<Layout, 'queries' | 'keys' | 'strategy'>) => TileSize | null;
  /** The tiles of all kernels that may be planned: a schedule has boxes for each of them. */
  readonly sizes: readonly TileSize[];
  readonly factors: CostFactors;
  /** Its kernels take boxes of fewer slots than their tile has; the last slots are padding. */
  readonly takesPaddedBoxes?: boolean;
}

/** Tile sizes, each once. */
export function distinctSizes(sizes: readonly TileSize[]): readonly TileSize[] {
  return sizes.filter(
    ({ queries, keys }, at) =>
      sizes.findIndex((other) => other.queries === queries && other.keys === keys) === at,
  );
}
