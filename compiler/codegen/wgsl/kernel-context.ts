import type { KernelPlan, PlannedKernel, TileShape } from '../../ir/kernel.ts';
import { outputColumns, tileKeys, tileQueries, workgroupSize } from '../../ir/kernel.ts';
import type { ModuleNames } from './names.ts';
import { hasScoreChain } from './write-score.ts';

/** What the writers of one entry point share: the shape in numbers, and the names of the workgroup arrays. */
export interface KernelContext {
  readonly plan: KernelPlan;
  readonly names: ModuleNames;
  readonly shape: TileShape;
  readonly queries: number;
  readonly keys: number;
  readonly threads: number;
  /** Score registers of a thread. */
  readonly rows: number;
  readonly columns: number;
  /** Accumulators of a thread along a row of out. */
  readonly outputs: number;
  /** True where the accumulators of the last threads hang over the end of a row of out. */
  readonly ragged: boolean;
  /** True where q and k are staged in chunks of the head dimension. */
  readonly chunked: boolean;
  readonly scored: boolean;
  /** Workgroup arrays: `queries_64x16` and so on. */
  readonly tiles: Readonly<Record<WorkgroupArray, string>>;
}

export type WorkgroupArray =
  'queries' | 'keyValues' | 'weights' | 'rowMaximum' | 'rowSum' | 'rowFactor' | 'liveKeys' | 'liveAnywhere';

export function kernelContext(plan: KernelPlan, kernel: PlannedKernel, names: ModuleNames): KernelContext {
  const { shape } = kernel;
  const suffix = kernel.name.replace(/^attend_/, '');
  const local = (word: string): string => names.namer.name(`${word}_${suffix}`);
  return {
    plan,
    names,
    shape,
    queries: tileQueries(shape),
    keys: tileKeys(shape),
    threads: workgroupSize(shape),
    rows: shape.registers.rows,
    columns: shape.registers.columns,
    outputs: outputColumns(shape, plan.dimV),
    ragged: (plan.dimV / 4) % shape.threads.x !== 0,
    chunked: shape.chunk < plan.dim / 4,
    scored: hasScoreChain(plan.score),
    tiles: {
      queries: local('queries'),
      keyValues: local('key_values'),
      weights: local('weights'),
      rowMaximum: local('row_maximum'),
      rowSum: local('row_sum'),
      rowFactor: local('row_factor'),
      liveKeys: local('live_keys'),
      liveAnywhere: local('live_anywhere'),
    },
  };
}
