import { maxInteger, minInteger } from '../../runtime/limits.ts';
import { rewriteInto } from '../../runtime/mask/program/builder.ts';
import type { MaskProgram } from '../../runtime/mask/program/nodes.ts';
import { rangesOfGraph, rangesOfNodes } from '../ir/find-ranges.ts';
import type { RangeContext } from '../ir/find-ranges.ts';
import type { Graph } from '../ir/graph.ts';
import { maskFacts } from '../ir/mask-facts.ts';
import { isNonDecreasing } from './prove-monotone.ts';
import { KeySolver } from './solve-for-key.ts';

/** For a fixed query the live keys are exactly low <= j < high; 0 <= low and high <= nk; both non-decreasing in i. */
export interface RowBounds {
  readonly low: MaskProgram;
  readonly high: MaskProgram;
}

/**
 * Finds row bounds of a mask by its structure, or null: then the kernel needs a run table.
 *
 * A conjunction of comparisons is solved for `key`, each by peeling what surrounds it: `key + a`, `a - key`,
 * `(key + a) div b`, a product with a positive constant, `abs`, and `min` or `max` where they split into a conjunction.
 * A condition that reads neither query nor key closes the range when it is false, and chooses between two ranges in a
 * disjunction (different masks for different heads and layers). A union is one range where both parts start at the first
 * key (a prefix and causal) or both end at the last.
 */
export function findRowBounds(mask: MaskProgram, graph: Graph): RowBounds | null {
  const context = rangesOfGraph(graph);
  const solver = new KeySolver(context);
  const root = rewriteInto(solver.builder, mask);
  const bounds = solver.solve(root);
  if (bounds === null) return null;
  const { builder } = solver;
  const { low, high } = solver.range(bounds);
  const facts = maskFacts(builder.nodes, context);
  if (!isNonDecreasing(builder.nodes, low, facts) || !isNonDecreasing(builder.nodes, high, facts))
    return null;
  const found = { low: builder.finish(low), high: builder.finish(high) };
  return fitsInteger(found.low, context) && fitsInteger(found.high, context) ? found : null;
}

/** Solving for the key multiplies where the mask divides, so the bounds may leave 32 bits where the mask does not. */
function fitsInteger({ nodes }: MaskProgram, context: RangeContext): boolean {
  return rangesOfNodes(nodes, context).every(({ low, high }) => low >= minInteger && high <= maxInteger);
}
