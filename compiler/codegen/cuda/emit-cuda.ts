import { cudaThreads, cudaTileQueries } from '../../ir/cuda-kernel.ts';
import type { CudaKernelPlan, PlannedCudaKernel } from '../../ir/cuda-kernel.ts';
import type { Graph } from '../../ir/graph.ts';
import type { CudaDescriptor, CudaKernel, CudaModule, TensorBox } from '../../../runtime/cuda/descriptor.ts';
import { finish, paragraphs } from '../wgsl/text.ts';
import type { Block } from '../wgsl/text.ts';
import { cudaNames } from './names.ts';
import type { CudaNames } from './names.ts';
import { writeCudaPrelude } from './prelude.ts';
import { TENSOR_MAP, writeGroupPrelude } from './prelude-sm90a.ts';
import { writeTileFunctions } from './tile-functions.ts';
import { writeAttend, writeEntry } from './write-attend.ts';
import { writeAttendGroups, writeGroupEntry } from './write-attend-sm90a.ts';
import { writeCudaConstants, writeCudaParams, writeCudaTitle } from './write-header.ts';
import { writeCudaHelpers } from './write-helpers.ts';
import { writeCudaMask } from './write-mask.ts';
import { writeCudaMasking } from './write-masking.ts';
import { writeCudaPositions } from './write-positions.ts';
import { writeCudaReaders } from './write-readers.ts';
import { hasLogit, writeCudaDenominatorScale, writeCudaLogit } from './write-score.ts';
import { writeCudaWalk } from './write-walk.ts';

/** The module of a kernel plan, and what the runtime must know of each entry point. */
export interface EmittedCuda {
  readonly module: CudaModule;
  readonly kernels: readonly CudaKernel[];
}

/** Prints a kernel plan as CUDA C++. The text depends on nothing but the plan and the graph. */
export function emitCuda(plan: CudaKernelPlan, graph: Graph): EmittedCuda {
  const names = cudaNames(plan);
  const functions: Block[] = [...writeCudaReaders(plan, names), ...writeCudaMask(plan, graph, names)];
  const scored = hasLogit(plan, graph);
  const scores = [
    ...(scored ? writeCudaLogit(plan, graph, names) : []),
    ...writeCudaDenominatorScale(plan, graph, names),
  ];
  const called = finish([...functions, ...scores].flat()).code;
  const text = finish(
    paragraphs([
      writeCudaTitle(plan),
      writeCudaPrelude(plan.dtype),
      writeCudaConstants(plan),
      plan.kernels.some(({ family }) => family === 'sm_90a') ? TENSOR_MAP : [],
      writeCudaParams(plan, names),
      ...writeCudaHelpers(called),
      ...functions,
      ...writeCudaPositions(names),
      ...writeCudaWalk(plan, names),
      ...writeTileFunctions(),
      ...scores,
      ...writeCudaMasking(plan),
      ...writeFamilies(plan, names, scored),
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
    kernels: plan.kernels.map((kernel) => describeKernel(plan, kernel)),
  };
}

/** What each family adds, and the entry points. */
function writeFamilies(plan: CudaKernelPlan, names: CudaNames, scored: boolean): Block[] {
  const common = plan.kernels.filter(({ family }) => family === 'sm_80');
  const groups = plan.kernels.filter(({ family }) => family === 'sm_90a');
  return [
    ...(common.length > 0 ? [...writeAttend(plan, names, scored), ...common.map(writeEntry)] : []),
    ...groups.flatMap((kernel) => [
      [
        '// Capability 9.0 alone: compiled for sm_90a.',
        '#if defined(__CUDA_ARCH_FEAT_SM90_ALL) || defined(SP_PRELUDE)',
      ],
      ...writeGroupPrelude(plan.dtype, kernel.tile.keys, plan.dimV),
      ...writeAttendGroups(plan, kernel, names, scored),
      writeGroupEntry(kernel),
      ['#endif'],
    ]),
  ];
}

/** What a generated module embeds: everything that is known at compile time. Plain data. */
export function describeCuda(graph: Graph, plan: CudaKernelPlan, emitted: EmittedCuda): CudaDescriptor {
  return {
    name: graph.name,
    heads: graph.heads,
    kvHeads: graph.kvHeads,
    dim: graph.dim,
    dimV: graph.dimV,
    dimOut: plan.dimOut,
    dtype: plan.dtype,
    layout: graph.layout,
    outputs: graph.outputs,
    inputs: graph.inputs,
    launch: graph.launch,
    derived: graph.derived,
    offset: graph.offset,
    mask: plan.mask,
    combine: graph.combine,
    branches: graph.nodes.map(({ mask }) => mask),
    score: plan.score,
    kernels: emitted.kernels,
    cuda: emitted.module,
  };
}

function describeKernel(
  plan: CudaKernelPlan,
  { name, purpose, family, tile, sharedBytes }: PlannedCudaKernel,
): CudaKernel {
  return {
    name,
    purpose,
    family,
    tile: { queries: cudaTileQueries(tile), keys: tile.keys },
    threads: cudaThreads(family, tile),
    sharedBytes,
    schedule: plan.schedule,
    grid: { kind: 'tiles' },
    boxes: family === 'sm_90a' ? boxesOf(tile.keys) : [],
  };
}

/** A warpgroup's queries and rows of out, and the keys and values of a tile. */
function boxesOf(keys: number): TensorBox[] {
  return [
    { tensor: 'q', rows: 64, panel: 64 },
    { tensor: 'k', rows: keys, panel: 64 },
    { tensor: 'v', rows: keys, panel: 64 },
    { tensor: 'out', rows: 64, panel: 64 },
  ];
}
