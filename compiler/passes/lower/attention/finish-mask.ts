import type { Span } from '../../../diagnostics/diagnostic.ts';
import { operandsOf } from '../../../../runtime/mask/program/nodes.ts';
import type { MaskProgram, NodeId } from '../../../../runtime/mask/program/nodes.ts';
import type { Lowering } from '../values/lowering.ts';

/** The mask that ends in `root` and where its nodes were written, by their numbers in the finished program. */
export function finishMask(
  lowering: Lowering,
  root: NodeId,
): { readonly mask: MaskProgram; readonly spans: ReadonlyMap<number, Span> } {
  const { builder } = lowering;
  const live = new Set<NodeId>([root]);
  for (let id = root; id >= 0; id--) {
    if (live.has(id)) for (const operand of operandsOf(builder.node(id))) live.add(operand);
  }
  const spans = new Map<number, Span>();
  let position = 0;
  for (let id = 0; id <= root; id++) {
    if (!live.has(id)) continue;
    const span = lowering.spans.get(id);
    if (span !== undefined) spans.set(position, span);
    position++;
  }
  return { mask: builder.finish(root), spans };
}
