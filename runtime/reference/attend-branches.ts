import type { AttentionDescriptor } from '../descriptor.ts';
import { attendDense, attendRows } from './attend-dense.ts';
import type { AttentionResult, DenseProblem, Problem } from './attend-dense.ts';

/** Several attends over the same tensors; `branches` says for each which pairs it holds. */
export interface BranchedProblem extends Problem {
  readonly combine: AttentionDescriptor['combine'];
  readonly branches: readonly DenseProblem['isLive'][];
}

/**
 * The meaning of an attention of several attends, in float64.
 *
 * - `merge`: one softmax over the pairs of all branches, each as often as branches hold it: with L_b the lse of branch b,
 *   out = sum of e^L_b out_b over sum of e^L_b, and lse = log of that sum (LongNet, arXiv 2307.02486, equation 10; a
 *   sink joins the denominator once).
 * - `concat`: each branch on its own, out [batch, heads, nq, branches * dimV]; lse is empty.
 * - `single`: {@link attendDense}.
 */
export function attendBranches({ combine, branches, ...problem }: BranchedProblem): AttentionResult {
  switch (combine) {
    case 'single':
      return attendDense({ ...problem, isLive: branches[0] });
    case 'merge':
      return attendRows(problem, (b, h, i) =>
        branches.flatMap((isLive) => keysOf(isLive, problem.nk, b, h, i)),
      );
    case 'concat':
      return sideBySide(
        branches.map((isLive) => attendDense({ ...problem, isLive }).out),
        problem.dimV,
      );
  }
}

function keysOf(isLive: DenseProblem['isLive'], nk: number, b: number, h: number, i: number): number[] {
  const keys: number[] = [];
  for (let j = 0; j < nk; j++) if (isLive(b, h, i, j)) keys.push(j);
  return keys;
}

/** Outputs [rows, width] beside each other: [rows, outs.length * width]. */
export function sideBySide(outs: readonly Float64Array[], width: number): AttentionResult {
  const out = new Float64Array(outs.length * outs[0].length);
  outs.forEach((part, branch) => {
    for (let row = 0; row < part.length / width; row++) {
      out.set(part.subarray(row * width, (row + 1) * width), (row * outs.length + branch) * width);
    }
  });
  return { out, lse: new Float64Array(0) };
}
