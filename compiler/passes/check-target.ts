import type { Session } from '../diagnostics/session.ts';
import type { Graph } from '../ir/graph.ts';
import { refuseHeadDim } from './plan-kernels.ts';

/** Reports what no WGSL kernel can serve, naming the limit and the value. The graph itself is well-formed. */
export function checkTarget(graph: Graph, session: Session): void {
  for (const [name, value] of [
    ['dim', graph.dim],
    ['dim_v', graph.dimV],
  ] as const) {
    const reason = refuseHeadDim(name, value);
    if (reason === null) continue;
    session.report('head-dim-not-served', {
      message: `The kernels of "${graph.name}" cannot be made: ${reason}.`,
      span: graph.span,
      notes: ['kernels read q, k, v and out four elements at a time'],
    });
  }
}
