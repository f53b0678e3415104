import type { MaskFacts } from '../../ir/mask-facts.ts';
import { isReal, nodeType, operandsOf } from '../../../runtime/mask/program/nodes.ts';
import type {
  ArithmeticOp,
  MaskNode,
  MaskProgram,
  NodeId,
  RealBinaryOp,
  RealNode,
  RealUnaryOp,
} from '../../../runtime/mask/program/nodes.ts';
import type { Namer } from './namer.ts';
import { printOperator } from './operators.ts';
import type { Dialect, Printed } from './operators.ts';
import { printReal } from './print-real.ts';
import type { RealScope } from './print-real.ts';

/** What the leaves of a program are called where its text will stand. */
export interface ExpressionScope {
  readonly query: string;
  readonly key: string;
  readonly head: string;
  readonly batch: string;
  readonly symbol: (name: string) => string;
  /** The function that reads an array: `lookup_ids`. */
  readonly reader: (array: string) => string;
  /** What every reader takes before the indices. */
  readonly readerArguments?: readonly string[];
  /** Only for the program of a score, whose reals are f32; no other program that reaches a kernel has any. */
  readonly reals?: RealScope;
}

/** The statements that name shared values, each with the node it names, and the expression of the root. */
export interface PrintedProgram {
  readonly lets: readonly Statement[];
  readonly result: string;
}

export interface Statement {
  readonly node: NodeId;
  readonly text: string;
}

/**
 * Prints the part of `program` under its root. A node that is used more than once and costs something gets a name;
 * everything else is printed where it is used. Statements follow the post-order of the program.
 */
export function printProgram(
  { nodes, root }: MaskProgram,
  scope: ExpressionScope,
  facts: MaskFacts,
  namer: Namer,
  dialect: Dialect,
): PrintedProgram {
  const { lets, results } = printRoots(nodes, [root], scope, facts, namer, dialect);
  return { lets, result: results[0].text };
}

/** Several values over the same nodes; values in `known` are printed as their names, whatever they are made of. */
export function printRoots(
  nodes: readonly MaskNode[],
  roots: readonly NodeId[],
  scope: ExpressionScope,
  facts: MaskFacts,
  namer: Namer,
  dialect: Dialect,
  known: ReadonlyMap<NodeId, string> = new Map(),
): { readonly lets: readonly Statement[]; readonly results: readonly Printed[] } {
  const uses = countUses(nodes, roots, known);
  const printed: Printed[] = [];
  const lets: Statement[] = [];
  nodes.forEach((node, id) => {
    if (uses[id] === 0) return;
    const name = known.get(id);
    if (name !== undefined) {
      printed[id] = atom(name);
      return;
    }
    const operands = operandsOf(node).map((operand) => printed[operand]);
    const isCostly = readsArray(node) || operands.some((operand) => operand.isCostly === true);
    let text: Printed = {
      ...(isReal(node)
        ? printRealNode(node, nodes, operands, scope, dialect)
        : printNode(node, operands, scope, (operand) => facts.nonNegative(operand), dialect)),
      isCostly,
    };
    const isLong = isReal(node) && text.text.length > LONG_REAL && !roots.includes(id);
    if ((uses[id] > 1 && isWorthNaming(node, text)) || isLong) {
      const shared = namer.name(nameHint(node));
      lets.push({ node: id, text: dialect.declare(shared, text.text, nodeType(node)) });
      text = { text: shared, binding: 'atom' };
    }
    printed[id] = text;
  });
  return { lets, results: roots.map((root) => printed[root]) };
}

/** Characters from which a part of a real gets a name, so that the text can be read. */
const LONG_REAL = 70;

function readsArray({ kind }: MaskNode): boolean {
  return kind === 'lookup' || kind === 'bit' || kind === 'member' || kind === 'real-lookup';
}

/** Calls bind as tightly as names, but are not as cheap. */
function isWorthNaming(node: MaskNode, { text, binding }: Printed): boolean {
  return binding !== 'atom' || (operandsOf(node).length > 0 && text.endsWith(')'));
}

function countUses(
  nodes: readonly MaskNode[],
  roots: readonly NodeId[],
  known: ReadonlyMap<NodeId, string>,
): Int32Array {
  const uses = new Int32Array(nodes.length);
  for (const root of roots) uses[root]++;
  for (let id = nodes.length - 1; id >= 0; id--) {
    if (uses[id] > 0 && !known.has(id)) for (const operand of operandsOf(nodes[id])) uses[operand]++;
  }
  return uses;
}

function printNode(
  node: Exclude<MaskNode, RealNode>,
  operands: readonly Printed[],
  scope: ExpressionScope,
  nonNegative: (id: NodeId) => boolean,
  dialect: Dialect,
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
      return call(scope.reader(node.array), [...(scope.readerArguments ?? []).map(atom), ...operands]);
    case 'round':
      throw new Error('Internal error: a rounded real reached a kernel; materialize-reals runs before.');
    default:
      return printOperator(node, operands, nonNegative, dialect);
  }
}

function printRealNode(
  node: RealNode,
  nodes: readonly MaskNode[],
  operands: readonly Printed[],
  { reals, readerArguments = [] }: ExpressionScope,
  dialect: Dialect,
): Printed {
  if (reals === undefined)
    throw new Error(`Internal error: a real node ("${node.kind}") reached the kernel of a mask.`);
  switch (node.kind) {
    case 'to-real': {
      const operand = nodes[node.operand];
      const isWhole = operand.kind !== 'symbol' || !reals.isReal(operand.name);
      return isWhole ? dialect.real.convert(operands[0].text) : operands[0];
    }
    case 'real-lookup':
      return call(reals.reader(node.array), [...readerArguments.map(atom), ...operands]);
    default:
      return printReal(node, operands, reals, dialect);
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

const REAL_HINTS: Record<RealUnaryOp | RealBinaryOp, string> = {
  add: 'total',
  sub: 'difference',
  mul: 'product',
  div: 'quotient',
  min: 'least',
  max: 'most',
  pow: 'raised',
  sqrt: 'root',
  log: 'logarithm',
  log2: 'logarithm',
  exp: 'exponential',
  exp2: 'exponential',
  neg: 'negated',
  abs: 'magnitude',
  tanh: 'bent',
  sigmoid: 'gate',
};

/** A word for a value, so that the text can be read: `distance` for j - i, `block` for a division. */
export function nameHint(node: MaskNode): string {
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
    case 'to-real':
      return 'number';
    case 'real-lookup':
      return `${node.array}_value`;
    case 'real-select':
      return 'choice';
    case 'real-unary':
      return REAL_HINTS[node.op];
    case 'real-binary':
      return REAL_HINTS[node.op];
    default:
      return 'holds';
  }
}
