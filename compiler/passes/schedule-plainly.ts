import type { Graph } from '../ir/graph.ts';
import type { Schedule, ScheduledPass } from '../ir/schedule.ts';

/** The plain schedule: every attend in one pass, tiles of neighbouring positions, whole tiles. */
export function schedulePlainly(graph: Graph): Schedule {
  return {
    kind: 'schedule',
    graph,
    passes: graph.nodes.map((_, branch) => plainPass(graph, branch)),
    alternatives: [],
  };
}

/** One attend as one pass over positions. */
export function plainPass(graph: Graph, branch: number): ScheduledPass {
  const { mask, name } = graph.nodes[branch];
  const last = graph.nodes.length - 1;
  return {
    name: graph.nodes.length === 1 ? 'all' : name,
    branch,
    mask,
    queries: { kind: 'positions' },
    keys: { kind: 'positions' },
    strategy: 'dense',
    state:
      graph.combine === 'merge'
        ? { reads: branch > 0, writes: branch < last }
        : { reads: false, writes: false },
    column: graph.combine === 'concat' ? branch * graph.dimV : 0,
    shapes: [],
  };
}
