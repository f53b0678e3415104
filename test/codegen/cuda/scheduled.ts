import type { CudaTarget } from '../../../compiler/cost/cuda-target.ts';
import type { Graph } from '../../../compiler/ir/graph.ts';
import { cudaLayoutTargets } from '../../../compiler/passes/layout/cuda-layout-targets.ts';
import type { CudaDescriptor } from '../../../runtime/cuda/descriptor.ts';
import type { Extents } from '../../../runtime/view.ts';
import type { PassSketch } from '../wgsl/scheduled.ts';
import { compileForCuda, smallTarget } from './modules.ts';

/** A pass as a test writes it; where kernels differ in their tiles, boxes follow from the slots of a tile. */
export interface CudaPassSketch extends PassSketch {
  readonly boxesOf?: (slots: number) => Extents;
}

/** A module of passes that a test writes. What is left out is plain. */
export function scheduledModule(
  graph: Graph,
  sketches: readonly CudaPassSketch[],
  targets: readonly CudaTarget[] = [smallTarget],
): CudaDescriptor {
  const none: Extents = [];
  const sizes = cudaLayoutTargets(graph, targets).flatMap((target) => target.sizes);
  const passes = sketches.map((sketch, at) => ({
    name: sketch.name ?? (sketches.length === 1 ? 'all' : `part${at}`),
    branch: 0,
    mask: sketch.mask,
    queries: sketch.queries ?? ({ kind: 'positions' } as const),
    keys: sketch.keys ?? ({ kind: 'positions' } as const),
    strategy: sketch.strategy ?? ('dense' as const),
    state: { reads: sketch.reads ?? false, writes: sketch.writes ?? false },
    column: sketch.column ?? 0,
    shapes: sizes.map((size) => ({
      ...size,
      extents: {
        queries: sketch.extents?.queries ?? sketch.boxesOf?.(size.queries) ?? none,
        keys: sketch.extents?.keys ?? sketch.boxesOf?.(size.keys) ?? none,
      },
    })),
  }));
  return compileForCuda({ kind: 'schedule', graph, passes, alternatives: [] }, targets);
}
