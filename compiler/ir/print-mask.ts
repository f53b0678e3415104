import { operandsOf } from '../../runtime/mask/program/nodes.ts';
import type {
  ArithmeticOp,
  CompareOp,
  MaskNode,
  MaskProgram,
  NodeId,
  RealBinaryOp,
  RoundMode,
} from '../../runtime/mask/program/nodes.ts';

/** How tightly a printed form binds, loosest first. */
const tight = {
  select: 0,
  or: 1,
  and: 2,
  not: 3,
  compare: 4,
  shift: 5,
  sum: 6,
  product: 7,
  unary: 8,
  atom: 9,
};
const lineWidth = 100;

interface Printed {
  readonly text: string;
  readonly level: number;
}

/**
 * A mask program as text in the notation of the language, for goldens and `--print-after`. Equal programs print
 * equally. A node with several users becomes a line `let t1 = …` before the result unless it is a leaf or one operation
 * on leaves; `real(x)` marks where an integer becomes a real.
 *
 * ```
 * let t1 = ids[i]
 * j <= i and t1 == ids[j] and 0 <= t1
 * ```
 */
export function printMask(program: MaskProgram): string {
  const { nodes, root } = program;
  const uses = countUses(program);
  const printed: Printed[] = [];
  const lets: string[] = [];
  nodes.forEach((node, id) => {
    const form = printNode(node, (operand) => printed[operand]);
    if (id === root || uses[id] < 2 || isSmall(node, nodes)) {
      printed.push(form);
      return;
    }
    const name = `t${lets.length + 1}`;
    lets.push(`let ${name} = ${form.text}`);
    printed.push({ text: name, level: tight.atom });
  });
  return [...lets, printRoot(nodes, root, printed)].join('\n');
}

/** One line of {@link printMask}, for places that have room for one; lines are joined by `; `. */
export function printMaskLine(program: MaskProgram): string {
  return printMask(program).replace(/\n +/g, ' ').replace(/\n/g, '; ');
}

/** Breaks a long conjunction or disjunction at its operands. */
function printRoot(nodes: readonly MaskNode[], root: NodeId, printed: readonly Printed[]): string {
  const { kind } = nodes[root];
  const { text } = printed[root];
  if (text.length <= lineWidth || (kind !== 'and' && kind !== 'or')) return text;
  const operands: string[] = [];
  const collect = (id: NodeId): void => {
    const node = nodes[id];
    // A shared operand is printed as its name, which binds tighter than the chain.
    if (node.kind === kind && printed[id].level === tight[kind]) {
      collect(node.left);
      operands.push(wrap(printed[node.right], tight[kind] + 1));
    } else operands.push(wrap(printed[id], tight[kind]));
  };
  collect(root);
  return operands.join(`\n  ${kind} `);
}

function countUses({ nodes }: MaskProgram): Uint32Array {
  const uses = new Uint32Array(nodes.length);
  for (const node of nodes) for (const operand of operandsOf(node)) uses[operand]++;
  return uses;
}

function isSmall(node: MaskNode, nodes: readonly MaskNode[]): boolean {
  const operands = operandsOf(node);
  if (operands.length === 0) return true;
  return node.kind === 'arithmetic' && operands.every((operand) => operandsOf(nodes[operand]).length === 0);
}

function wrap({ text, level }: Printed, least: number): string {
  return level >= least ? text : `(${text})`;
}

function printNode(node: MaskNode, of: (id: NodeId) => Printed): Printed {
  const at = (id: NodeId, least: number): string => wrap(of(id), least);
  const call = (name: string, ...operands: readonly NodeId[]): Printed =>
    atom(`${name}(${operands.map((id) => of(id).text).join(', ')})`);
  const infix = (left: NodeId, sign: string, right: NodeId, level: number): Printed => ({
    text: `${at(left, level)} ${sign} ${at(right, level + 1)}`,
    level,
  });
  switch (node.kind) {
    case 'int':
      return { text: String(node.value), level: node.value < 0 ? tight.unary : tight.atom };
    case 'real':
      return { text: printReal(node.value), level: node.value < 0 ? tight.unary : tight.atom };
    case 'bool':
      return atom(String(node.value));
    case 'query':
      return atom('i');
    case 'key':
      return atom('j');
    case 'head':
    case 'batch':
      return atom(node.kind);
    case 'score':
      return atom('s');
    case 'symbol':
      return atom(node.name);
    case 'arithmetic':
    case 'real-binary': {
      if (node.op === 'div')
        return infix(node.left, node.kind === 'arithmetic' ? 'div' : '/', node.right, tight.product);
      const sign = infixSigns[node.op];
      return sign
        ? infix(node.left, sign.text, node.right, sign.level)
        : call(node.op, node.left, node.right);
    }
    case 'compare':
      return {
        text: `${at(node.left, tight.shift)} ${compareSigns[node.op]} ${at(node.right, tight.shift)}`,
        level: tight.compare,
      };
    case 'and':
    case 'or':
      return infix(node.left, node.kind, node.right, tight[node.kind]);
    case 'not':
      return { text: `not ${at(node.operand, tight.not)}`, level: tight.not };
    case 'neg':
      return { text: `-${at(node.operand, tight.atom)}`, level: tight.unary };
    case 'abs':
      return call('abs', node.operand);
    case 'bit-length':
      return call('bit_length', node.operand);
    case 'is-power-of-two':
      return call('is_power_of_two', node.operand);
    case 'round':
      return call(roundNames[node.mode], node.operand);
    case 'to-real':
      return call('real', node.operand);
    case 'select':
    case 'real-select':
      return {
        text: `if ${of(node.condition).text} then ${at(node.then, tight.or)} else ${of(node.else).text}`,
        level: tight.select,
      };
    case 'lookup':
    case 'bit':
    case 'real-lookup':
      return atom(`${node.array}[${node.indices.map((id) => of(id).text).join(', ')}]`);
    case 'member':
      return {
        text: `${at(node.value, tight.shift)} in ${node.array}[${of(node.row).text}]`,
        level: tight.compare,
      };
    case 'real-unary':
      if (node.op === 'neg') return { text: `-${at(node.operand, tight.atom)}`, level: tight.unary };
      return call(node.op, node.operand);
  }
}

const roundNames: Record<RoundMode, string> = {
  floor: 'floor',
  ceil: 'ceil',
  nearest: 'round',
  truncate: 'truncate',
};

const compareSigns: Record<CompareOp, string> = { lt: '<', le: '<=', eq: '==', ne: '!=' };

/** Operators that stand between their operands; the others are called. */
const infixSigns: Partial<
  Record<ArithmeticOp | RealBinaryOp, { readonly text: string; readonly level: number }>
> = {
  add: { text: '+', level: tight.sum },
  sub: { text: '-', level: tight.sum },
  mul: { text: '*', level: tight.product },
  mod: { text: 'mod', level: tight.product },
  shl: { text: '<<', level: tight.shift },
  shr: { text: '>>', level: tight.shift },
};

function atom(text: string): Printed {
  return { text, level: tight.atom };
}

function printReal(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? value.toFixed(1) : String(value);
}
