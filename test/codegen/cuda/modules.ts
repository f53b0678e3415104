import { describeCuda, emitCuda } from '../../../compiler/codegen/cuda/emit-cuda.ts';
import type { CudaTarget, CudaTile } from '../../../compiler/cost/cuda-target.ts';
import { compile } from '../../../compiler/index.ts';
import type { Graph } from '../../../compiler/ir/graph.ts';
import { verifyCudaKernelPlan } from '../../../compiler/ir/verify-cuda-kernel.ts';
import type { Schedule } from '../../../compiler/ir/schedule.ts';
import { chooseLayout } from '../../../compiler/passes/choose-layout.ts';
import { cudaLayoutTargets } from '../../../compiler/passes/layout/cuda-layout-targets.ts';
import { planCudaKernels } from '../../../compiler/passes/plan-cuda-kernels.ts';
import { schedulePlainly } from '../../../compiler/passes/schedule-plainly.ts';
import type { CudaDescriptor } from '../../../runtime/cuda/descriptor.ts';
import { Random } from '../../fuzz/random.ts';
import { forceOnTiles } from '../../schedules/force-schedule.ts';

/** A target with one layout. */
export function targetOf(tile: Partial<CudaTile> = {}): CudaTarget {
  return {
    class: 'cuda-sm80',
    sharedBytes: 166_912,
    tiles: [{ upTo: 256, warps: 2, rows: 16, keys: 32, stages: 2, blocks: 1, ...tile }],
    smallQuery: [],
    diagonal: [{ upTo: 256, warps: 2, rows: 8, keys: 4, stages: 0, blocks: 1 }],
  };
}

/** A target of the sm_90a family with one layout: one warpgroup and 32 keys where nothing else is said. */
export function groupTargetOf(tile: Partial<CudaTile> = {}): CudaTarget {
  return {
    class: 'cuda-sm90a',
    sharedBytes: 232_448,
    tiles: [{ upTo: 256, warps: 4, rows: 16, keys: 32, stages: 2, blocks: 1, overlap: true, ...tile }],
    smallQuery: [],
    diagonal: [],
  };
}

/** Two warps of 16 rows, 32 keys: borders everywhere. */
export const smallTarget = targetOf();

/** A graph in plain tiles as the CUDA descriptor of some targets. */
export function cudaModule(
  graph: Graph,
  targets: CudaTarget | readonly CudaTarget[] = smallTarget,
): CudaDescriptor {
  return compileForCuda(schedulePlainly(graph), [targets].flat());
}

/** A graph as the cost model schedules it for some targets. */
export function chosenModule(
  graph: Graph,
  targets: CudaTarget | readonly CudaTarget[] = smallTarget,
): CudaDescriptor {
  const known = [targets].flat();
  const options = { targets: cudaLayoutTargets(graph, known), layouts: true, split: true, variants: true };
  return compileForCuda(chooseLayout(schedulePlainly(graph), options), known);
}

/** A graph in passes, views and strategies that no cost model would choose. */
export function forcedModule(
  graph: Graph,
  seed: number,
  targets: CudaTarget | readonly CudaTarget[] = smallTarget,
): CudaDescriptor {
  const known = [targets].flat();
  const sizes = cudaLayoutTargets(graph, known).flatMap((target) => target.sizes);
  return compileForCuda(forceOnTiles(graph, sizes, new Random(seed)), known);
}

/** From a schedule to what a generated module embeds. */
export function compileForCuda(schedule: Schedule, targets: readonly CudaTarget[]): CudaDescriptor {
  const plan = planCudaKernels(schedule, targets);
  const problems = verifyCudaKernelPlan(plan);
  if (problems.length > 0) throw new Error(`the plan is not well-formed: ${problems.join('; ')}`);
  return describeCuda(schedule.graph, plan, emitCuda(plan, schedule.graph));
}

/** One attention with this mask and these fields, with lse. */
export function specify(mask: string, fields: string, dtype: 'f16' | 'bf16' = 'f16'): Graph {
  return specifyFields(`mask ${mask}\n ${fields}\n outputs out, lse`, dtype);
}

/** One attention with this mask and these fields, without lse. */
export function specifyOut(mask: string, fields: string, dtype: 'f16' | 'bf16' = 'f16'): Graph {
  return specifyFields(`mask ${mask}\n ${fields}`, dtype);
}

/** One attention of these fields. */
export function specifyFields(fields: string, dtype: 'f16' | 'bf16' = 'f16'): Graph {
  const text = `attention test { ${fields}\n dtype ${dtype} }`;
  const { units, diagnostics } = compile({ name: 'test.sa', text }, { until: 'lower' });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors[0].message);
  return units[0].graph;
}
