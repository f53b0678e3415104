import { describeLayout } from '../cost/index.ts';
import type { CudaTarget, CudaTile, TargetTable, TunedLayout, Tuning } from '../cost/index.ts';
import type { Session } from '../diagnostics/session.ts';
import type { CudaKernelPlan } from '../ir/cuda-kernel.ts';
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

/** Warns of passes whose kernels have a tuned layout but for the overlap of products, for which registers do not suffice. */
export function checkTunedOverlap(
  graph: Graph,
  { passes }: CudaKernelPlan,
  tuned: readonly TunedLayout[],
  session: Session,
): void {
  for (const { target, class: of, layout } of tuned) {
    if (target !== 'cuda' || of !== 'cuda-sm90a' || layout.overlap !== true) continue;
    const without = passes.filter(({ kernels }) =>
      kernels.some(({ family, tile }) => family === 'sm_90a' && isSameWithoutOverlap(tile, layout)),
    );
    if (without.length === 0) continue;
    const names = without.map(({ name }) => `"${name}"`).join(', ');
    session.report('tuned-overlap-not-used', {
      message: `Products of "${graph.name}" do not overlap in ${without.length === 1 ? 'pass' : 'passes'} ${names}, though the tuned layout says so.`,
      span: graph.span,
      notes: ['beside a score of several steps registers do not suffice for it'],
    });
  }
}

function isSameWithoutOverlap(tile: CudaTile, tuned: CudaTile): boolean {
  const fields = ['upTo', 'warps', 'rows', 'keys', 'stages', 'blocks'] as const;
  return tile.overlap !== true && fields.every((field) => tile[field] === tuned[field]);
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
