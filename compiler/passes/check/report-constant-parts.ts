import type { Span } from '../../diagnostics/diagnostic.ts';
import type { Session } from '../../diagnostics/session.ts';
import type { Attend, Graph } from '../../ir/graph.ts';
import type { Simplification } from '../simplify/simplify-program.ts';
import { isWithin, writtenParts } from './written-parts.ts';

/** Reports parts of a mask that are true everywhere or nowhere, the outermost of nested ones. */
export function reportConstantParts(
  attend: Attend,
  graph: Graph,
  simple: Simplification,
  session: Session,
): void {
  const { builder } = simple.work;
  const reported: Span[] = [];
  for (const { span, nodes } of writtenParts(attend, graph)) {
    if (reported.some((outer) => isWithin(span, outer))) continue;
    // `full` and `empty`, and what parameters of compile time decide, are constants by intention.
    if (nodes.some((id) => attend.mask.nodes[id].kind === 'bool')) continue;
    const values = nodes.map((id) => builder.node(simple.positive(id)));
    const [first] = values;
    if (first.kind !== 'bool' || values.some((value) => value !== first)) continue;
    reported.push(span);
    if (first.value) {
      session.report('condition-always-true', {
        message: 'This holds for every pair, so that it restricts nothing.',
        span,
        label: 'always true',
        notes: ['0 <= j < n, and parameters stay in their declared ranges'],
      });
    } else {
      session.report('condition-always-false', {
        message: 'This holds for no pair, so that it adds nothing.',
        span,
        label: 'always false',
        notes: ['0 <= j < n, and parameters stay in their declared ranges'],
      });
    }
  }
}
