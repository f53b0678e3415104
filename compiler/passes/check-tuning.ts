import { describeLayout } from '../cost/index.ts';
import type { CudaTarget, TargetTable, TunedLayout, Tuning } from '../cost/index.ts';
import type { Session } from '../diagnostics/session.ts';
import type { Graph } from '../ir/graph.ts';
import { chooseCudaTile } from './choose-cuda-tiles.ts';
import { chooseTile } from './choose-tiles.ts';

/** The layouts for WGSL that were tuned for this attention; see {@link checkTunings}. */
export function checkTuning(
  graph: Graph,
  tunings: readonly Tuning[],
  targets: readonly TargetTable[],
  session: Session,
): readonly TunedLayout[] {
  return checkTunings(graph, tunings, 'wgsl', session, (tuned) => {
    const table = targets.find((known) => known.class === tuned.class);
    return !table || (tuned.target === 'wgsl' && chooseTile(graph, table, [tuned.layout]) !== null);
  });
}

/** The layouts for CUDA that were tuned for this attention; see {@link checkTunings}. */
export function checkCudaTuning(
  graph: Graph,
  tunings: readonly Tuning[],
  targets: readonly CudaTarget[],
  session: Session,
): readonly TunedLayout[] {
  return checkTunings(graph, tunings, 'cuda', session, (tuned) => {
    const table = targets.find((known) => known.class === tuned.class);
    return !table || (tuned.target === 'cuda' && chooseCudaTile(graph, table, [tuned.layout]) !== null);
  });
}

/** A tuning of another shape is not used, and a warning says so; a layout that does not fit is an error. */
function checkTunings(
  graph: Graph,
  tunings: readonly Tuning[],
  target: TunedLayout['target'],
  session: Session,
  serves: (layout: TunedLayout) => boolean,
): readonly TunedLayout[] {
  const { name, dim, dimV, dtype, span } = graph;
  return tunings.flatMap((tuning) => {
    const layouts = tuning.layouts.filter((layout) => layout.target === target);
    if (tuning.attention !== name || layouts.length === 0) return [];
    if (tuning.dim !== dim || tuning.dimV !== dimV || tuning.dtype !== dtype) {
      session.report('tuning-of-other-shape', {
        message: `The tuning of "${name}" is not used: it was measured at ${shapeOf(tuning)}, this is ${shapeOf(graph)}.`,
        span,
      });
      return [];
    }
    const refused = layouts.filter((layout) => !serves(layout));
    for (const layout of refused) {
      session.report('tuned-layout-not-served', {
        message: `The kernels of "${name}" cannot be made: the tuned layout ${describeLayout(layout)} does not fit dim ${dim} and dim_v ${dimV}.`,
        span,
      });
    }
    return refused.length > 0 ? [] : layouts;
  });
}

function shapeOf({ dim, dimV, dtype }: Pick<Graph, 'dim' | 'dimV' | 'dtype'>): string {
  return `dim ${dim}, dim_v ${dimV}, ${dtype}`;
}
