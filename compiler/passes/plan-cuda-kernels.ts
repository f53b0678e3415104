import type { CudaTarget, CudaTile } from '../cost/cuda-target.ts';
import { cudaSharedBytes, cudaTileQueries } from '../ir/cuda-kernel.ts';
import type { CudaKernelPlan, PlannedCudaKernel } from '../ir/cuda-kernel.ts';
import type { Graph } from '../ir/graph.ts';
import type { KernelPlan } from '../ir/kernel.ts';
import type { Schedule } from '../ir/schedule.ts';
import type { CudaFamily, CudaField } from '../../runtime/cuda/descriptor.ts';
import type { UniformField } from '../../runtime/descriptor.ts';
import { planBuffers } from './plan-buffers.ts';
import { chooseSchedule } from './plan-kernels.ts';

/**
 * Plans the CUDA kernels of a plain schedule of one `attend`: a tiled and a small-query one of every target that has
 * them for its head dimensions.
 *
 * @throws {Error} for a dtype or head dimensions that no kernel serves; check-cuda-target refuses such graphs before.
 */
export function planCudaKernels(
  { graph, passes }: Schedule,
  targets: readonly CudaTarget[],
  { variants }: { readonly variants: boolean } = { variants: true },
): CudaKernelPlan {
  if (passes.length !== 1)
    throw new Error(`"${graph.name}" has ${passes.length} passes, CUDA kernels are one.`);
  const attend = graph.nodes[0];
  const [pass] = passes;
  const schedule = chooseSchedule(pass, graph, variants);
  if (schedule.kind === 'diagonals')
    throw new Error(`"${graph.name}" is scheduled by diagonals, which CUDA kernels have not.`);
  const { uniforms, arrays, reals, arena, floats } = planBuffers(graph, attend.score, [
    { ...pass, schedule, variant: null, kernels: [] },
  ]);
  if (graph.dtype === 'f32')
    throw new Error(`"${graph.name}" is stored as f32, which tensor cores have not.`);
  const kernels = targets.flatMap((target) => planTarget(graph, target));
  if (kernels.length === 0) throw new Error(`No CUDA layout fits dim ${graph.dim} and ${graph.dimV}.`);
  return {
    kind: 'cuda-kernel-plan',
    name: graph.name,
    heads: graph.heads,
    kvHeads: graph.kvHeads,
    dim: graph.dim,
    dimV: graph.dimV,
    dimOut: graph.dimV,
    dtype: graph.dtype,
    outputs: graph.outputs,
    mask: pass.mask,
    score: attend.score,
    schedule,
    arrays,
    reals,
    arena,
    floats,
    params: planParams(graph, uniforms, {
      arena: arena.length > 0,
      floats: floats.length > 0,
      maps: kernels.some(({ family }) => family === 'sm_90a'),
    }),
    kernels,
  };
}

/** Why the CUDA kernels cannot serve a head dimension, or null. A product of matrices takes 16 elements at a time. */
export function refuseCudaHeadDim(name: string, value: number): string | null {
  if (value % 16 !== 0) return `${name} must be a multiple of 16 for CUDA, and is ${value}`;
  if (value > 256) return `${name} must be at most 256 for CUDA, and is ${value}`;
  return null;
}

/** The first of the target's layouts that is wide enough and fits, or null. */
export function chooseCudaTile(
  { dim, dimV }: Pick<KernelPlan, 'dim' | 'dimV'>,
  target: CudaTarget,
  candidates: readonly CudaTile[] = target.tiles,
): CudaTile | null {
  const family = familyOf(target);
  // Boxes of tensors are panels of 64 columns.
  if (family === 'sm_90a' && (dim % 64 !== 0 || dimV % 64 !== 0)) return null;
  const fitting = candidates.find(
    (tile) =>
      Math.max(dim, dimV) <= tile.upTo && cudaSharedBytes(family, tile, dim, dimV) <= target.sharedBytes,
  );
  return fitting ?? null;
}

function familyOf(target: CudaTarget): CudaFamily {
  return target.class === 'cuda-sm90a' ? 'sm_90a' : 'sm_80';
}

function planTarget(graph: Graph, target: CudaTarget): PlannedCudaKernel[] {
  const family = familyOf(target);
  const purposes = [
    { purpose: 'tiled', candidates: target.tiles },
    { purpose: 'small-query', candidates: target.smallQuery },
  ] as const;
  return purposes.flatMap(({ purpose, candidates }) => {
    const tile = chooseCudaTile(graph, target, candidates);
    if (tile === null) return [];
    const words = purpose === 'tiled' ? ['attend'] : ['attend', 'few'];
    const size = `${cudaTileQueries(tile)}x${tile.keys}`;
    return {
      name: [...words, family.replace('_', ''), size].join('_'),
      purpose,
      family,
      tile,
      sharedBytes: cudaSharedBytes(family, tile, graph.dim, graph.dimV),
    };
  });
}

/** Tensor maps, pointers and strides in 8 bytes, then everything else in 4. */
function planParams(
  graph: Graph,
  uniforms: readonly UniformField[],
  has: { readonly arena: boolean; readonly floats: boolean; readonly maps: boolean },
): CudaField[] {
  const pointers = [
    ...(['q', 'k', 'v', 'out'] as const),
    ...(graph.outputs.includes('lse') ? (['lse'] as const) : []),
    ...(has.arena ? (['arena'] as const) : []),
    ...(has.floats ? (['floats'] as const) : []),
  ];
  const isStride = ({ source }: UniformField): boolean => source.kind === 'stride';
  const maps = has.maps ? (['q', 'k', 'v', 'out'] as const) : [];
  return [
    ...maps.map((tensor): CudaField => ({
      name: `${tensor}_map`,
      type: 'tensor-map',
      source: { kind: 'tensor-map', tensor },
    })),
    ...pointers.map((of): CudaField => ({ name: of, type: 'pointer', source: { kind: 'pointer', of } })),
    ...uniforms.filter(isStride).map(({ name, source }): CudaField => ({ name, type: 'i64', source })),
    ...uniforms
      .filter((field) => !isStride(field))
      .map((field): CudaField => ({ ...field, type: cType(field) })),
  ];
}

/** Sizes are signed in C: they meet positions, which may be negative. */
function cType({ type }: UniformField): 'i32' | 'f32' {
  return type === 'f32' ? 'f32' : 'i32';
}
