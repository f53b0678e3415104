import type { Span } from '../diagnostics/diagnostic.ts';
import type { Session } from '../diagnostics/session.ts';
import { isDefaultOffset, rangesOfGraph } from '../ir/find-ranges.ts';
import type { Attend, Graph } from '../ir/graph.ts';
import { simplifyProgram } from './simplify/simplify-program.ts';

/**
 * Brings masks into one canonical form, so that equal predicates share one node:
 * sums are linear forms; comparisons have the indices on one side, as `j - i` where both occur, and what the launch
 * decides on the other; negations stand only before reads; bounds of `abs`, `min`, `max` and `div` by a constant become
 * bounds of what is in them; comparisons and quotients that the declared ranges decide are constants; operands that
 * others imply are dropped. The result equals the mask for 0 <= j < nk and every launch within the declared ranges.
 */
export function simplifyMask(graph: Graph, _session: Session): Graph {
  const context = rangesOfGraph(graph);
  const hasDefaultOffset = isDefaultOffset(graph.offset);
  const simplify = (node: Attend): Attend => {
    const { program, mapped } = simplifyProgram(node.mask, context, hasDefaultOffset);
    const spans = new Map<number, Span>();
    for (const [old, span] of [...node.spans].sort(([a], [b]) => a - b)) {
      const now = mapped.get(old);
      if (typeof now === 'number' && !spans.has(now)) spans.set(now, span);
    }
    return { ...node, mask: program, spans };
  };
  return { ...graph, nodes: graph.nodes.map(simplify) };
}
