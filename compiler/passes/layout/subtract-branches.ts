import { MaskBuilder, rewriteInto } from '../../../runtime/mask/program/builder.ts';
import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import { isDefaultOffset, rangesOfGraph } from '../../ir/find-ranges.ts';
import type { Graph } from '../../ir/graph.ts';
import { simplifyProgram } from '../simplify/simplify-program.ts';

/** The union of some branches of a graph without the pairs of others, in canonical form. */
export function subtractBranches(
  graph: Graph,
  branches: readonly MaskProgram[],
  taken: readonly MaskProgram[],
): MaskProgram {
  const builder = new MaskBuilder();
  const union = builder.or(...branches.map((branch) => rewriteInto(builder, branch)));
  const without = taken.map((branch) => builder.not(rewriteInto(builder, branch)));
  const program = builder.finish(builder.and(union, ...without));
  return simplifyProgram(program, rangesOfGraph(graph), isDefaultOffset(graph.offset)).program;
}
