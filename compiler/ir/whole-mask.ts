import { MaskBuilder, rewriteInto } from '../../runtime/mask/program/builder.ts';
import type { MaskProgram } from '../../runtime/mask/program/nodes.ts';
import type { Graph } from './graph.ts';

/** Every pair that some attend of a graph computes. */
export function wholeMask({ nodes }: Graph): MaskProgram {
  if (nodes.length === 1) return nodes[0].mask;
  const builder = new MaskBuilder();
  return builder.finish(builder.or(...nodes.map(({ mask }) => rewriteInto(builder, mask))));
}
