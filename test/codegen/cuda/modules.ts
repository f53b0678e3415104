import { describeCuda, emitCuda } from '../../../compiler/codegen/cuda/emit-cuda.ts';
import type { CudaTarget, CudaTile } from '../../../compiler/cost/cuda-target.ts';
import { compile } from '../../../compiler/index.ts';
import type { Graph } from '../../../compiler/ir/graph.ts';
import { planCudaKernels } from '../../../compiler/passes/plan-cuda-kernels.ts';
import { schedulePlainly } from '../../../compiler/passes/schedule-plainly.ts';
import type { CudaDescriptor } from '../../../runtime/cuda/descriptor.ts';

/** A target with one layout. */
export function targetOf(tile: Partial<CudaTile> = {}): CudaTarget {
  return {
    class: 'cuda-sm80',
    sharedBytes: 166_912,
    tiles: [{ upTo: 256, warps: 2, rows: 16, keys: 32, stages: 2, blocks: 1, ...tile }],
    smallQuery: [],
  };
}

/** A target of the sm_90a family with one layout: one warpgroup and 32 keys where nothing else is said. */
export function groupTargetOf(tile: Partial<CudaTile> = {}): CudaTarget {
  return {
    class: 'cuda-sm90a',
    sharedBytes: 232_448,
    tiles: [{ upTo: 256, warps: 4, rows: 16, keys: 32, stages: 2, blocks: 1, overlap: true, ...tile }],
    smallQuery: [],
  };
}

/** Two warps of 16 rows, 32 keys: borders everywhere. */
export const smallTarget = targetOf();

/** A graph as the CUDA descriptor of some targets. */
export function cudaModule(
  graph: Graph,
  targets: CudaTarget | readonly CudaTarget[] = smallTarget,
): CudaDescriptor {
  const plan = planCudaKernels(schedulePlainly(graph), [targets].flat());
  return describeCuda(graph, plan, emitCuda(plan, graph));
}

/** One attention with this mask and these fields, with lse. */
export function specify(mask: string, fields: string, dtype: 'f16' | 'bf16' = 'f16'): Graph {
  const text = `attention test { mask ${mask}\n ${fields}\n dtype ${dtype}\n outputs out, lse }`;
  const { units, diagnostics } = compile({ name: 'test.sa', text }, { until: 'lower' });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors[0].message);
  return units[0].graph;
}
