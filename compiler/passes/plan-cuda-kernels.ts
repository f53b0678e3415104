import type { CudaTarget } from '../cost/cuda-target.ts';
import { cudaSharedBytes, cudaTileQueries } from '../ir/cuda-kernel.ts';
import type { CudaKernelPlan, PlannedCudaKernel, PlannedCudaPass } from '../ir/cuda-kernel.ts';
import type { Graph } from '../ir/graph.ts';
import type { Schedule, ScheduledPass } from '../ir/schedule.ts';
import { wholeMask } from '../ir/whole-mask.ts';
import type { CudaField } from '../../runtime/cuda/descriptor.ts';
import type { UniformField } from '../../runtime/kernel-descriptor.ts';
import { chooseCudaTile, cudaPurposes, familyOf, overlapWhereItFits } from './choose-cuda-tiles.ts';
import { findExtents } from './find-extents.ts';
import { planBuffers } from './plan-buffers.ts';
import { chooseSchedule } from './plan-kernels.ts';
import { specialiseMask } from './specialise-mask.ts';

/**
 * Plans the CUDA kernels of a schedule: how each pass finds its key tiles, the parameters and arenas that all kernels
 * share, and for every pass a tiled and a small-query kernel of every target that has them for its head dimensions.
 *
 * @throws {Error} for a dtype or head dimensions that no kernel serves; check-cuda-target refuses such graphs before.
 */
export function planCudaKernels(
  { graph, passes }: Schedule,
  targets: readonly CudaTarget[],
  { variants }: { readonly variants: boolean } = { variants: true },
): CudaKernelPlan {
  if (graph.dtype === 'f32')
    throw new Error(`"${graph.name}" is stored as f32, which tensor cores have not.`);
  const [{ score }] = graph.nodes;
  const planned = passes.map((pass) => planPass(pass, graph, targets, variants));
  const { uniforms, arrays, reals, arena, floats } = planBuffers(graph, score, planned);
  return {
    kind: 'cuda-kernel-plan',
    name: graph.name,
    heads: graph.heads,
    kvHeads: graph.kvHeads,
    dim: graph.dim,
    dimV: graph.dimV,
    dimOut: graph.combine === 'concat' ? graph.nodes.length * graph.dimV : graph.dimV,
    dtype: graph.dtype,
    outputs: graph.outputs,
    mask: wholeMask(graph),
    score,
    passes: planned,
    arrays,
    reals,
    arena,
    floats,
    params: planParams(graph, uniforms, {
      arena: arena.length > 0,
      floats: floats.length > 0,
      state: planned.some(({ state, merge }) => state.reads || state.writes || merge !== null),
      parts: planned.some(({ merge }) => merge !== null),
      boxes: planned.some(({ kernels }) => kernels.some(({ family }) => family === 'sm_90a')),
    }),
  };
}

function planPass(
  pass: ScheduledPass,
  graph: Graph,
  targets: readonly CudaTarget[],
  variants: boolean,
): PlannedCudaPass {
  const { name, mask, queries, keys, strategy, state, column } = pass;
  const schedule = chooseSchedule(pass, graph, variants);
  const variant =
    variants && schedule.kind === 'table'
      ? specialiseMask(schedule.residual, graph, {
          neighbouringKeys: keys.kind === 'positions',
          keyWords: true,
        })
      : null;
  const kernels = targets.flatMap((target) => kernelsFor(pass, graph, target));
  if (!kernels.some(({ purpose }) => purpose === 'tiled')) {
    const classes = targets.map((target) => target.class).join(', ');
    throw new Error(`No ${strategy} layout of ${classes} fits dim ${graph.dim} and ${graph.dimV}.`);
  }
  const hasParts = kernels.some(({ parts }) => parts !== null);
  const merge = hasParts ? wordsOf('merge', name, 'parts') : null;
  return { name, mask, queries, keys, strategy, state, column, schedule, variant, kernels, merge };
}

function kernelsFor(pass: ScheduledPass, graph: Graph, target: CudaTarget): PlannedCudaKernel[] {
  const family = familyOf(target);
  return cudaPurposes(target, pass.strategy).flatMap(({ purpose, layouts }) => {
    const chosen = chooseCudaTile(graph, target, layouts);
    if (chosen === null) return [];
    const tile = overlapWhereItFits(chosen, graph, pass);
    const queries = cudaTileQueries(tile);
    const few = purpose === 'tiled' ? [] : ['few'];
    const name = wordsOf('attend', pass.name, ...few, family.replace('_', ''), `${queries}x${tile.keys}`);
    return {
      name,
      purpose,
      family,
      tile,
      extents: findExtents(pass, { queries, keys: tile.keys }),
      sharedBytes: cudaSharedBytes(family, tile, graph.dim, graph.dimV),
      parts: family === 'sm_80' && pass.strategy !== 'diagonal' ? `${name}_parts` : null,
    };
  });
}

/** The name of an entry point; the one pass of most attentions is not named. */
function wordsOf(verb: string, pass: string, ...words: readonly string[]): string {
  return [verb, ...(pass === 'all' ? [] : [pass]), ...words].join('_');
}

/** Tensor maps, pointers and strides in 8 bytes, then everything else in 4. */
function planParams(
  graph: Graph,
  uniforms: readonly UniformField[],
  has: Readonly<Record<'arena' | 'floats' | 'state' | 'parts' | 'boxes', boolean>>,
): CudaField[] {
  const pointers = [
    ...(['q', 'k', 'v', 'out'] as const),
    ...(graph.outputs.includes('lse') ? (['lse'] as const) : []),
    ...(['arena', 'floats', 'state'] as const).filter((memory) => has[memory]),
  ];
  const isStride = ({ source }: UniformField): boolean => source.kind === 'stride';
  const maps = has.boxes ? (['q', 'k', 'v'] as const) : [];
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
    ...(has.parts
      ? ([
          { name: 'part_count', type: 'i32', source: { kind: 'parts' } },
          { name: 'batches', type: 'i32', source: { kind: 'symbol', name: 'batch' } },
        ] as const)
      : []),
    // Kernels with boxes number the tiles of all heads.
    ...(has.boxes ? [{ name: 'grid', type: 'i32', source: { kind: 'grid' } } as const] : []),
  ];
}

/** Sizes are signed in C: they meet positions, which may be negative. */
function cType({ type }: UniformField): 'i32' | 'f32' {
  return type === 'f32' ? 'f32' : 'i32';
}
