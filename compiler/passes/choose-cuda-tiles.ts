import type { CudaTarget, CudaTile } from '../cost/cuda-target.ts';
import { cudaSharedBytes } from '../ir/cuda-kernel.ts';
import type { KernelPlan } from '../ir/kernel.ts';
import type { CudaFamily } from '../../runtime/cuda/descriptor.ts';
import type { Strategy } from '../../runtime/descriptor.ts';

/** The head dimensions that a tile must serve. */
export type CudaDemand = Pick<KernelPlan, 'dim' | 'dimV'>;

/** What the kernels of a target are written for. */
export function familyOf(target: CudaTarget): CudaFamily {
  return target.class === 'cuda-sm90a' ? 'sm_90a' : 'sm_80';
}

/** The kernels of a target for a strategy, each with the layouts it may take. */
export function cudaPurposes(target: CudaTarget, strategy: Strategy) {
  if (strategy === 'diagonal') return [{ purpose: 'tiled', layouts: target.diagonal }] as const;
  return [
    { purpose: 'tiled', layouts: target.tiles },
    { purpose: 'small-query', layouts: target.smallQuery },
  ] as const;
}

/** Why the CUDA kernels cannot serve a head dimension, or null. A product of matrices takes 16 elements at a time. */
export function refuseCudaHeadDim(name: string, value: number): string | null {
  if (value % 16 !== 0) return `${name} must be a multiple of 16 for CUDA, and is ${value}`;
  if (value > 256) return `${name} must be at most 256 for CUDA, and is ${value}`;
  return null;
}

/** The first of the target's layouts that is wide enough and fits, or null. */
export function chooseCudaTile(
  { dim, dimV }: CudaDemand,
  target: CudaTarget,
  candidates: readonly CudaTile[] = target.tiles,
): CudaTile | null {
  const family = familyOf(target);
  const fitting = candidates.find(
    (tile) =>
      Math.max(dim, dimV) <= tile.upTo && cudaSharedBytes(family, tile, dim, dimV) <= target.sharedBytes,
  );
  return fitting ?? null;
}
