import type { MaskFacts } from '../../ir/mask-facts.ts';
import { operandsOf } from '../../../runtime/mask/nodes.ts';
import type { ArithmeticOp, MaskNode, MaskProgram, NodeId } from '../../../runtime/mask/nodes.ts';
import type { Namer } from './namer.ts';
import { wgslOperator } from './wgsl-operators.ts';
import type { Printed } from './wgsl-operators.ts';

/** What the leaves of a program are called where its text will stand. */
export interface ExpressionScope {
  readonly query: string;
  readonly key: string;
  readonly head: string;
  readonly batch: string;
  readonly symbol: (name: string) => string;
  /** The function that reads an array: `lookup_ids`. */
  readonly reader: (array: string) => string;
}

/** The statements that name shared values, each with the node it names, and the expression of the root. */
export interface PrintedProgram {
  readonly lets: readonly { readonly node: NodeId; readonly text: string }[];
  readonly result: string;
}

/**
 * Prints the part of `program` under its root. A node that is used more than once and costs something becomes a `let`;
 * everything else is printed where it is used. Statements follow the post-order of the program.
 */
export function printProgram(
  program: MaskProgram,
  scope: ExpressionScope,
  facts: MaskFacts,
  namer: Namer,
): PrintedProgram {
  const { nodes, root } = program;
  const uses = countUses(program);
  const printed: Printed[] = [];
  const lets: { node: NodeId; text: string }[] = [];
  nodes.forEach((node, id) => {
    if (uses[id] === 0) return;
    let text = printNode(
      node,
      operandsOf(node).map((operand) => printed[operand]),
      scope,
      (operand) => facts.nonNegative(operand),
    );
    if (uses[id] > 1 && id !== root && text.binding !== 'atom') {
      const name = namer.name(nameHint(node));
      lets.push({ node: id, text: `let ${name} = ${text.text};` });
      text = { text: name, binding: 'atom' };
    }
    printed[id] = text;
  });
  return { lets, result: printed[root].text };
}

function countUses({ nodes, root }: MaskProgram): Int32Array {
  const uses = new Int32Array(nodes.length);
  uses[root] = 1;
  for (let id = root; id >= 0; id--) {
    if (uses[id] > 0) for (const operand of operandsOf(nodes[id])) uses[operand]++;
  }
  return uses;
}

function printNode(
  node: MaskNode,
  operands: readonly Printed[],
  scope: ExpressionScope,
  nonNegative: (id: NodeId) => boolean,
): Printed {
  switch (node.kind) {
    case 'int':
      return node.value < 0 ? { text: `${node.value}`, binding: 'unary' } : atom(`${node.value}`);
    case 'bool':
      return atom(`${node.value}`);
    case 'query':
    case 'key':
    case 'head':
    case 'batch':
      return atom(scope[node.kind]);
    case 'symbol':
      return atom(scope.symbol(node.name));
    case 'lookup':
    case 'bit':
    case 'member':
      return call(scope.reader(node.array), operands);
    case 'round':
    case 'real':
    case 'to-real':
    case 'real-unary':
    case 'real-binary':
    case 'real-select':
    case 'real-lookup':
      throw new Error(
        `Internal error: a real node ("${node.kind}") reached a kernel; materialize-reals runs before.`,
      );
    default:
      return wgslOperator(node, operands, nonNegative);
  }
}

function atom(text: string): Printed {
  return { text, binding: 'atom' };
}

function call(name: string, operands: readonly Printed[]): Printed {
  return atom(`${name}(${operands.map((operand) => operand.text).join(', ')})`);
}

const ARITHMETIC_HINTS: Record<ArithmeticOp, string> = {
  add: 'sum',
  sub: 'distance',
  mul: 'product',
  div: 'block',
  mod: 'phase',
  min: 'least',
  max: 'most',
  shl: 'shifted',
  shr: 'shifted',
};

/** A word for a shared value, so that the text can be read: `distance` for j - i, `block` for a division. */
function nameHint(node: MaskNode): string {
  switch (node.kind) {
    case 'arithmetic':
      return ARITHMETIC_HINTS[node.op];
    case 'lookup':
    case 'bit':
      return `${node.array}_value`;
    case 'member':
      return `in_${node.array}`;
    case 'abs':
      return 'magnitude';
    case 'select':
      return 'choice';
    case 'bit-length':
      return 'bits';
    case 'neg':
      return 'negated';
    default:
      return 'holds';
  }
}
