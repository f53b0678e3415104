import { cudaThreads, cudaTileQueries } from '../../ir/cuda-kernel.ts';
import type { CudaKernelPlan, PlannedCudaKernel, PlannedCudaPass } from '../../ir/cuda-kernel.ts';
import type { Graph } from '../../ir/graph.ts';
import type {
  CudaDescriptor,
  CudaKernel,
  CudaModule,
  CudaPass,
  TensorBox,
} from '../../../runtime/cuda/descriptor.ts';
import { describeModel } from '../describe-model.ts';
import { finish, paragraphs } from '../text.ts';
import type { Block } from '../text.ts';
import { cudaNames } from './names.ts';
import type { CudaNames } from './names.ts';
import { writeCudaPrelude } from './prelude.ts';
import { TENSOR_MAP } from './prelude-sm90a.ts';
import { writeTileFunctions } from './tile-functions.ts';
import { writeAttend, writeEntry, writeStoreRows } from './write-attend.ts';
import { writeGroupFamily } from './write-attend-sm90a.ts';
import { writeDiagonalEntry, writeDiagonals } from './write-diagonals.ts';
import { writeCudaConstants, writeCudaParams, writeCudaTitle } from './write-header.ts';
import { writeCudaHelpers } from './write-helpers.ts';
import { LANE_KEYS } from './write-live-keys.ts';
import { writeMasking } from './write-masking.ts';
import { writeCudaPasses } from './write-pass.ts';
import {
  MERGE_THREADS,
  writeMergeEntries,
  writeMergeParts,
  writePartEntry,
  writePartPasses,
  writePartWalks,
} from './write-parts.ts';
import { writeCudaReaders } from './write-readers.ts';
import { hasLogit, writeCudaDenominatorScale, writeCudaLogit } from './write-score.ts';
import { writeCudaState } from './write-state.ts';
import { ViewStructs } from './write-views.ts';
import { writeCudaWalks } from './write-walk.ts';
import { weightNeeds, writeCudaWeights } from './write-weights.ts';

/** The module of a kernel plan, and what the runtime must know of its passes and entry points. */
export interface EmittedCuda {
  readonly module: CudaModule;
  readonly passes: readonly CudaPass[];
}

/** Prints a kernel plan as CUDA C++. The text depends on nothing but the plan and the graph. */
export function emitCuda(plan: CudaKernelPlan, graph: Graph): EmittedCuda {
  const names = cudaNames(plan);
  const views = new ViewStructs(plan, names);
  const scored = hasLogit(plan, graph);
  const softmax = plan.score.weights === undefined;
  const tiled = plan.passes.some(({ strategy }) => strategy !== 'diagonal');
  const readers = writeCudaReaders(plan, names);
  const passes = writeCudaPasses(plan, graph, names);
  const scores = [
    ...(scored ? writeCudaLogit(plan, graph, names) : []),
    ...writeCudaDenominatorScale(plan, graph, names),
  ];
  const families = writeFamilies(plan, names, views, scored);
  const called = finish([...readers, ...passes, ...scores].flat()).code;
  const text = finish(
    paragraphs([
      writeCudaTitle(plan),
      writeCudaPrelude(plan.dtype, {
        diagonals: plan.passes.some(({ strategy }) => strategy === 'diagonal'),
        reciprocals: weightNeeds(plan).exponential,
      }),
      writeCudaConstants(plan, scored),
      kernelsOf(plan, 'sm_90a').length > 0 ? TENSOR_MAP : [],
      writeCudaParams(plan, names),
      ...writeCudaHelpers(called),
      ...readers,
      ...views.all(),
      ...writeCudaWalks(plan, names),
      ...writePartWalks(plan, names),
      tiled ? LANE_KEYS : [],
      ...passes,
      ...writePartPasses(plan, names),
      ...(tiled ? writeTileFunctions(softmax) : []),
      ...scores,
      ...writeCudaWeights(plan),
      ...(tiled ? [writeMasking(softmax)] : []),
      ...writeCudaState(plan, names),
      writeStoreRows(plan, names),
      ...families,
    ]),
  );
  return {
    module: {
      code: text.code,
      params: plan.params.map((field) => ({ ...field, name: names.member(field.name) })),
      arena: plan.arena,
      floats: plan.floats,
      lineMap: text.lineMap,
    },
    passes: plan.passes.map(describePass),
  };
}

/** The kernels of a family, each with its pass. */
function kernelsOf(
  { passes }: CudaKernelPlan,
  family: CudaKernel['family'],
): { readonly pass: PlannedCudaPass; readonly kernel: PlannedCudaKernel }[] {
  return passes.flatMap((pass) =>
    pass.kernels.filter((kernel) => kernel.family === family).map((kernel) => ({ pass, kernel })),
  );
}

/** What each family adds, and the entry points. */
function writeFamilies(plan: CudaKernelPlan, names: CudaNames, views: ViewStructs, scored: boolean): Block[] {
  const common = kernelsOf(plan, 'sm_80');
  const tiled = common.filter(({ pass }) => pass.strategy !== 'diagonal');
  const diagonal = common.filter(({ pass }) => pass.strategy === 'diagonal');
  const groups = kernelsOf(plan, 'sm_90a');
  return [
    ...(tiled.length > 0 ? writeAttend(plan, names, scored) : []),
    ...tiled.flatMap(({ pass, kernel }) => [
      writeEntry(pass, kernel, names, views),
      writePartEntry(pass, kernel, names, views),
    ]),
    ...writeMergeParts(plan, names, scored),
    ...writeMergeEntries(plan, names),
    ...(diagonal.length > 0 ? writeDiagonals(plan, names, scored) : []),
    ...diagonal.map(({ pass, kernel }) => writeDiagonalEntry(pass, kernel, names, views)),
    ...writeGroupFamily(plan, groups, names, views, scored),
  ];
}

/** What a generated module embeds: everything that is known at compile time. Plain data. */
export function describeCuda(graph: Graph, plan: CudaKernelPlan, emitted: EmittedCuda): CudaDescriptor {
  return { ...describeModel(graph, plan), passes: emitted.passes, cuda: emitted.module };
}

function describePass(pass: PlannedCudaPass): CudaPass {
  const { name, mask, queries, keys, strategy, state, column, schedule, merge } = pass;
  const kernels = pass.kernels.map(
    ({ name: entry, purpose, family, tile, extents, sharedBytes, parts }): CudaKernel => ({
      name: entry,
      purpose,
      family,
      tile: { queries: cudaTileQueries(tile), keys: tile.keys },
      threads: cudaThreads(family, tile),
      sharedBytes,
      extents,
      schedule,
      grid: family === 'sm_90a' ? { kind: 'persistent', blocksPerUnit: tile.blocks } : { kind: 'tiles' },
      parts: parts === null ? null : { name: parts, blocksPerUnit: tile.blocks },
      boxes: family === 'sm_90a' ? boxesOf(pass, tile.keys) : [],
    }),
  );
  return {
    ...{ name, mask, queries, keys, strategy, state, column, kernels },
    merge: merge === null ? null : { name: merge, threads: MERGE_THREADS },
  };
}

/** A warpgroup's queries, and the keys and values of a tile; what does not lie side by side is gathered instead. */
function boxesOf({ queries, keys }: PlannedCudaPass, rows: number): TensorBox[] {
  return [
    ...(queries.kind === 'positions' ? [{ tensor: 'q', rows: 64, panel: 64 } as const] : []),
    ...(keys.kind === 'positions'
      ? (['k', 'v'] as const).map((tensor): TensorBox => ({ tensor, rows, panel: 64 }))
      : []),
  ];
}
