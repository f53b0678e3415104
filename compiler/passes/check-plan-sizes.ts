import type { Session } from '../diagnostics/session.ts';
import type { Graph } from '../ir/graph.ts';
import { fixedLength, nominalLaunch } from './layout/nominal-launch.ts';
import type { PlanSizes } from './layout/nominal-launch.ts';

/** Warns where no plan can be chosen for the sizes that were asked for. */
export function checkPlanSizes(graph: Graph, asked: PlanSizes, session: Session): void {
  const { name, span } = graph;
  const sizes = asked.nq === asked.nk ? String(asked.nq) : `${asked.nq} x ${asked.nk}`;
  const report = (reason: string) =>
    session.report('plan-size-not-used', {
      message: `No plan of "${name}" is chosen for ${sizes} tokens: ${reason}.`,
      span,
    });
  const fixed = fixedLength(graph);
  if (fixed !== null && (asked.nq !== fixed || asked.nk !== fixed)) {
    report(`the axes of its space have sizes of their own, and it is planned for ${fixed} positions`);
    return;
  }
  const nominal = nominalLaunch(graph, asked);
  if (typeof nominal === 'string') report(nominal);
}
