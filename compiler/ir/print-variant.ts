import { MaskBuilder, rewriteInto } from '../../runtime/mask/program/builder.ts';
import type { NodeId } from '../../runtime/mask/program/nodes.ts';
import type { KeyBounds, MaskVariant } from './kernel.ts';
import { printMaskLine } from './print-mask.ts';

/** A variant of a mask, a decision a line. */
export function printVariant(variant: MaskVariant): string[] {
  const text = (node: NodeId): string => {
    const builder = new MaskBuilder();
    return printMaskLine(builder.finish(rewriteInto(builder, { nodes: variant.nodes, root: node })));
  };
  return [
    ...variant.queryFacts.map((node) => `fact of a query: ${text(node)}`),
    ...variant.keyFacts.map((node) => `fact of a key: ${text(node)}`),
    ...(variant.bounds === null ? [] : [`bounds: ${printBounds(variant.bounds, text)}`]),
    ...(variant.open === null ? [] : [`asks: ${text(variant.open)}`]),
  ];
}

function printBounds(bounds: KeyBounds, text: (node: NodeId) => string): string {
  switch (bounds.kind) {
    case 'open':
      return 'open';
    case 'row':
      return `[${text(bounds.condition)}]`;
    case 'key':
      return `{${text(bounds.condition)}}`;
    case 'range': {
      const [low, high] = [bounds.low, bounds.high].map((end) => (end === null ? '' : text(end)));
      return `[${low} .. ${high})`;
    }
    case 'not':
      return `not ${printBounds(bounds.operand, text)}`;
    case 'and':
    case 'or':
      return `(${printBounds(bounds.left, text)} ${bounds.kind} ${printBounds(bounds.right, text)})`;
  }
}
