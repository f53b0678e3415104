import type { CudaTarget, TargetTable } from '../cost/index.ts';
import type { Session } from '../diagnostics/session.ts';
import type { Graph } from '../ir/graph.ts';
import { chooseCudaTile, refuseCudaHeadDim } from './choose-cuda-tiles.ts';
import { findUnserved, refuseHeadDim } from './plan-kernels.ts';

/**
 * Reports what no WGSL kernel can serve, naming the limit and the value. The graph itself is well-formed. The targets
 * that come with the compiler serve every head dimension up to the limit; a caller's own may not.
 */
export function checkTarget(graph: Graph, targets: readonly TargetTable[], session: Session): void {
  checkStorage(graph, 'WGSL', ['f32', 'f16'], session);
  checkDims(
    graph,
    refuseHeadDim,
    () => findUnserved(graph, targets),
    'kernels read q, k, v and out four elements at a time',
    session,
  );
}

/** The same for CUDA kernels. */
export function checkCudaTarget(graph: Graph, targets: readonly CudaTarget[], session: Session): void {
  checkStorage(graph, 'CUDA', ['f16', 'bf16'], session);
  const findUnservedTarget = (): string | null => {
    if (targets.some((target) => chooseCudaTile(graph, target) !== null)) return null;
    const classes = targets.map((target) => target.class).join(', ');
    return `no layout of ${classes} fits dim ${graph.dim} and dim_v ${graph.dimV}`;
  };
  const note = 'tensor cores multiply matrices of 16 rows and columns';
  checkDims(graph, refuseCudaHeadDim, findUnservedTarget, note, session);
}

function checkStorage(
  { name, dtype, span }: Graph,
  target: string,
  served: readonly string[],
  session: Session,
): void {
  if (served.includes(dtype)) return;
  session.report('dtype-not-served', {
    message: `The kernels of "${name}" cannot be made: dtype ${dtype} is none of ${target}'s ${served.join(' and ')}.`,
    span,
  });
}

function checkDims(
  graph: Graph,
  refuse: (name: string, value: number) => string | null,
  findUnservedTarget: () => string | null,
  note: string,
  session: Session,
): void {
  const dims = [
    ['dim', graph.dim],
    ['dim_v', graph.dimV],
  ] as const;
  const refused = dims.map(([name, value]) => refuse(name, value)).filter((reason) => reason !== null);
  const unserved = refused.length === 0 ? findUnservedTarget() : null;
  for (const reason of unserved === null ? refused : [unserved]) {
    session.report('head-dim-not-served', {
      message: `The kernels of "${graph.name}" cannot be made: ${reason}.`,
      span: graph.span,
      notes: [note],
    });
  }
}
