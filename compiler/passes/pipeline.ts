import { printGraph } from '../ir/print-graph.ts';
import { verifyGraph } from '../ir/verify-graph.ts';
import { checkMask } from './check-mask.ts';
import { materializeReals } from './materialize-reals.ts';
import { simplifyMask } from './simplify-mask.ts';
import type { Graph } from '../ir/graph.ts';
import type { Pass } from './pass.ts';

/**
 * The passes over one graph, in order. Lowering stands before them (it makes the graphs of a file) and kernel planning
 * behind them (it leaves the graph for the kernel plan); see compiler/index.ts.
 */
export const graphPasses: readonly Pass<Graph, Graph>[] = [
  {
    name: 'check-mask',
    why: 'Errors and warnings that need the meaning of the mask; before it is simplified, so that every part still is as it was written.',
    run: checkMask,
    print: printGraph,
    verify: (graph) => verifyGraph(graph, { reals: true }),
  },
  {
    name: 'simplify-mask',
    why: 'One canonical form for equal predicates, so that later passes see one shape instead of many.',
    run: simplifyMask,
    print: printGraph,
    verify: (graph) => verifyGraph(graph, { reals: true }),
  },
  {
    name: 'materialize-reals',
    why: 'Kernels compute in integers: rounded reals become scalars and tables that the host computes at launch.',
    run: materializeReals,
    print: printGraph,
    verify: (graph) => verifyGraph(graph, { reals: false }),
  },
];
