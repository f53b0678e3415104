import type { CudaTarget, CudaTile } from '../cost/cuda-target.ts';
import { cudaSharedBytes } from '../ir/cuda-kernel.ts';
import type { Attend, Graph } from '../ir/graph.ts';
import type { PlannedPass } from '../ir/kernel.ts';
import { hasScoreChain } from '../ir/score-chain.ts';
import type { CudaFamily } from '../../runtime/cuda/descriptor.ts';
import type { Strategy } from '../../runtime/descriptor.ts';

/** What a tile must serve: head dimensions, and the score, which all attends of a graph share. */
export interface CudaDemand extends Pick<Graph, 'dim' | 'dimV'> {
  readonly nodes: readonly Pick<Attend, 'score'>[];
}

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
  demand: CudaDemand,
  target: CudaTarget,
  candidates: readonly CudaTile[] = target.tiles,
): CudaTile | null {
  const { dim, dimV } = demand;
  const family = familyOf(target);
  const fitting = candidates.find(
    (tile) =>
      Math.max(dim, dimV) <= tile.upTo &&
      cudaSharedBytes(family, tile, dim, dimV) <= target.sharedBytes &&
      (family !== 'sm_90a' || tile.keys <= mostKeys(demand)),
  );
  return fitting ?? null;
}

/**
 * Keys of a tile of sm_90a for which the registers of a thread suffice. Beside wide values a score of several steps leaves
 * room for 64 where rows are gathered: with 96 at dim 192 and dim_v 192, nvcc 13.0 spills 48 bytes though nothing overlaps.
 * The tile is the same for all passes of an attention, so that what a view costs decides nothing here.
 */
function mostKeys({ dimV, nodes }: CudaDemand): number {
  return dimV > 128 && nodes.some(({ score }) => hasScoreChain(score)) ? 64 : 128;
}

/** Registers that scores, their weights as elements and the accumulators may take beside a score of several steps. */
const MOST_HELD = 160;

/**
 * The tile as a pass takes it: on sm_90a products do not overlap where the registers of a thread, 232 or 224, do not
 * suffice, which is where the score has several steps and rows are gathered besides. What nvcc 13.0 spills if they do: 44
 * bytes at dim 128 for listed keys (none for boxes of keys), 136 at dim 192 and dim_v 128 for boxes of either side and for
 * listed keys, and 144 or more at dim_v 192 with 64 keys; without overlap nothing.
 */
export function overlapWhereItFits(
  tile: CudaTile,
  { dim, dimV, nodes }: CudaDemand,
  { queries, keys }: Pick<PlannedPass, 'queries' | 'keys'>,
): CudaTile {
  if (tile.overlap !== true || !nodes.some(({ score }) => hasScoreChain(score))) return tile;
  const held = (tile.keys * 3) / 4 + dimV / 2;
  const isGathered = queries.kind !== 'positions' || keys.kind !== 'positions';
  const isShort = keys.kind === 'list' || (isGathered && dim > 128);
  const fits = dimV > 128 ? !isGathered && held <= MOST_HELD : held < MOST_HELD + (isShort ? 0 : 1);
  return fits ? tile : { ...tile, overlap: false };
}
