import type { TargetTable } from '../cost/index.ts';
import type { Session } from '../diagnostics/session.ts';
import type { Graph } from '../ir/graph.ts';
import { findUnserved, refuseHeadDim } from './plan-kernels.ts';

/**
 * Reports what no WGSL kernel can serve, naming the limit and the value. The graph itself is well-formed. The targets
 * that come with the compiler serve every head dimension up to the limit; a caller's own may not.
 */
export function checkTarget(graph: Graph, targets: readonly TargetTable[], session: Session): void {
  const dims = [
    ['dim', graph.dim],
    ['dim_v', graph.dimV],
  ] as const;
  const refused = dims.map(([name, value]) => refuseHeadDim(name, value)).filter((reason) => reason !== null);
  const unserved = refused.length === 0 ? findUnserved(graph, targets) : null;
  for (const reason of unserved === null ? refused : [unserved]) {
    session.report('head-dim-not-served', {
      message: `The kernels of "${graph.name}" cannot be made: ${reason}.`,
      span: graph.span,
      notes: ['kernels read q, k, v and out four elements at a time'],
    });
  }
}
