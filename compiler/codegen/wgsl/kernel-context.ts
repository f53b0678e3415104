import type { KernelPlan, PlannedKernel, PlannedPass, TileShape } from '../../ir/kernel.ts';
import { outputColumns, tileKeys, tileQueries, workgroupSize } from '../../ir/kernel.ts';
import { hasScoreChain } from '../../ir/score-chain.ts';
import type { MaskFunctions } from './mask-functions.ts';
import type { ModuleNames } from './names.ts';
import type { ViewFunctions } from './write-view.ts';

/** One entry point to write: kernel `kernel` of pass `pass`, the `at`-th. */
export interface KernelTask {
  readonly plan: KernelPlan;
  readonly pass: PlannedPass;
  readonly at: number;
  readonly mask: MaskFunctions;
  readonly kernel: PlannedKernel;
  readonly names: ModuleNames;
  readonly views: ViewFunctions;
}

/** What the writers of one entry point share: the shape in numbers, and the names of the workgroup arrays. */
export interface KernelContext extends KernelTask {
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
  /** False where weights are made of scores alone: there are no row statistics then. */
  readonly softmax: boolean;
  /** The functions that look slots up; null where slots are neighbours, or listed in the arena. */
  readonly queryRow: string | null;
  readonly keyPositionAt: string | null;
  /** Workgroup arrays: `queries_64x16` and so on. */
  readonly tiles: Readonly<Record<WorkgroupArray, string>>;
}

export type WorkgroupArray =
  | 'queries'
  | 'keyValues'
  | 'weights'
  | 'rowMaximum'
  | 'rowSum'
  | 'rowFactor'
  | 'liveKeys'
  | 'liveAnywhere'
  | 'queryRows'
  | 'keyPositions'
  | 'keyFacts';

export function kernelContext(task: KernelTask): KernelContext {
  const { plan, pass, kernel, names, views } = task;
  const { shape } = kernel;
  const suffix = kernel.name.replace(/^attend_/, '');
  const local = (word: string): string => names.namer.name(`${word}_${suffix}`);
  return {
    ...task,
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
    softmax: plan.score.weights === undefined,
    queryRow:
      views.of(pass, 'queries', { extents: kernel.extents.queries, slots: tileQueries(kernel.shape) }, suffix)
        ?.name ?? null,
    keyPositionAt:
      views.of(pass, 'keys', { extents: kernel.extents.keys, slots: tileKeys(kernel.shape) }, suffix)?.name ??
      null,
    tiles: {
      queries: local('queries'),
      keyValues: local('key_values'),
      weights: local('weights'),
      rowMaximum: local('row_maximum'),
      rowSum: local('row_sum'),
      rowFactor: local('row_factor'),
      liveKeys: local('live_keys'),
      liveAnywhere: local('live_anywhere'),
      keyFacts: local('facts'),
      queryRows: local('query_rows'),
      keyPositions: local(pass.strategy === 'diagonal' ? 'distances' : 'key_positions'),
    },
  };
}
