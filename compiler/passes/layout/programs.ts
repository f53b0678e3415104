import { MaskBuilder, rewriteInto } from '../../../runtime/mask/program/builder.ts';
import type { MaskProgram, NodeId } from '../../../runtime/mask/program/nodes.ts';

/** A program over symbols, from what `make` builds; `use` copies a program into it. */
export function programOf(
  make: (builder: MaskBuilder, use: (program: MaskProgram) => NodeId) => NodeId,
): MaskProgram {
  const builder = new MaskBuilder();
  return builder.finish(make(builder, (program) => rewriteInto(builder, program)));
}

export function constantProgram(value: number): MaskProgram {
  return programOf((builder) => builder.int(value));
}

/** Equal programs have equal texts. */
export function programKey({ nodes, root }: MaskProgram): string {
  return `${root} ${JSON.stringify(nodes)}`;
}

/** ceil(a / b). */
export function ceilDivide(builder: MaskBuilder, a: NodeId, b: NodeId): NodeId {
  const above = builder.arithmetic('sub', b, builder.int(1));
  return builder.arithmetic('div', builder.arithmetic('add', a, above), b);
}
