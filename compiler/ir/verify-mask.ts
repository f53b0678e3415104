import { maxInteger, minInteger } from '../../runtime/limits.ts';
import type { ArrayDeclaration } from '../../runtime/declarations.ts';
import { nodeType, operandsOf } from '../../runtime/mask/program/nodes.ts';
import type { MaskNode, MaskProgram, NodeId, NodeType } from '../../runtime/mask/program/nodes.ts';
import { rangesOfNodes } from './find-ranges.ts';
import type { RangeContext } from './find-ranges.ts';
import type { Interval } from './interval.ts';

export type IndexKind = 'query' | 'key' | 'head' | 'batch';

/** What a program may use at the place where it stands. */
export interface MaskRules {
  readonly result: NodeType;
  readonly indices: readonly IndexKind[];
  readonly symbols: ReadonlySet<string>;
  /** Arrays in reach and their number of dimensions. */
  readonly arrays: ReadonlyMap<string, { readonly kind: ArrayDeclaration['kind']; readonly rank: number }>;
  /** Whether real nodes, and `round`, may stand in it. */
  readonly reals: boolean;
  /** Whether the program is that of a score: real nodes may stand in it, and the score of the pair. */
  readonly score?: boolean;
  /** Ranges of the leaves; where given, divisors must be proved positive and integers proved to fit 32 bits. */
  readonly ranges: RangeContext | null;
}

/**
 * What is wrong with a program, one sentence a problem; empty where it is well-formed. A program that passes can be
 * evaluated, read abstractly and printed as text without a further check. Problems are errors of the compiler: what a
 * user can cause is reported before (see find-value-problems and passes/check-mask).
 */
export function verifyMask(program: MaskProgram, rules: MaskRules): string[] {
  const { nodes, root } = program;
  const problems: string[] = [];
  const keys = new Set<string>();
  nodes.forEach((node, id) => {
    const late = operandsOf(node).some(
      (operand) => !Number.isInteger(operand) || operand < 0 || operand >= id,
    );
    if (late) problems.push(`node ${id} (${node.kind}) has an operand that does not stand before it`);
    else problems.push(...verifyNode(node, id, nodes, rules));
    const key = JSON.stringify(Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (keys.has(key)) problems.push(`node ${id} (${node.kind}) is stored twice`);
    keys.add(key);
  });
  if (root < 0 || root >= nodes.length) problems.push(`root ${root} is not a node`);
  else if (nodeType(nodes[root]) !== rules.result) {
    problems.push(`the root is ${nodeType(nodes[root])}, not ${rules.result}`);
  }
  if (problems.length === 0 && rules.ranges) {
    problems.push(...findValueProblems(program, rules.ranges).map((problem) => problem.text));
  }
  return problems;
}

/** A value that could leave 32 bits, a divisor that could be 0 or less, or a shift by an impossible amount. */
export interface ValueProblem {
  readonly kind: 'overflow' | 'divisor' | 'shift';
  readonly node: NodeId;
  /** The range that was found for the value, the divisor or the amount. */
  readonly range: Interval;
  readonly text: string;
}

/** The end of a range that is farther from 0. */
export function widest({ low, high }: Interval): number {
  return Math.abs(low) > high ? low : high;
}

/**
 * Values that are not proved to be in bounds for every launch within the declared ranges; the first of each chain.
 * What only reals are made of is left out: the host computes it in float64.
 */
export function findValueProblems(program: MaskProgram, context: RangeContext): ValueProblem[] {
  const { nodes } = program;
  const ranges = rangesOfNodes(nodes, context);
  const inKernel = kernelNodes(program);
  const rows = rowNumbers(nodes);
  const problems: ValueProblem[] = [];
  const tainted = new Uint8Array(nodes.length);
  nodes.forEach((node, id) => {
    if (!inKernel[id]) return;
    if (operandsOf(node).some((operand) => tainted[operand])) {
      tainted[id] = 1;
      return;
    }
    const found = valueProblem(node, id, ranges);
    if (!found || (found.kind === 'overflow' && rows.has(id))) return;
    tainted[id] = 1;
    problems.push(found);
  });
  return problems;
}

/**
 * Nodes that only count rows of list arrays, row-major: sums below a `member` and the first rows of grid indices. Their
 * declared ranges would allow more rows than the 2^28 elements that an array may have, which launches check.
 */
function rowNumbers(nodes: readonly MaskNode[]): ReadonlySet<NodeId> {
  const perPair = new Uint8Array(nodes.length);
  const found = new Set<NodeId>();
  const count = (id: NodeId): void => {
    const node = nodes[id];
    const sum = node.kind === 'arithmetic' && (node.op === 'add' || (node.op === 'mul' && !perPair[id]));
    if (!sum || found.has(id)) return;
    found.add(id);
    operandsOf(node).forEach(count);
  };
  nodes.forEach((node, id) => {
    const own = node.kind === 'query' || node.kind === 'key';
    perPair[id] = own || operandsOf(node).some((operand) => perPair[operand]) ? 1 : 0;
    if (node.kind === 'member') count(node.row);
  });
  return found;
}

/** The nodes that the root needs without what stands below a real; below a rounded one in the program of a score. */
function kernelNodes({ nodes, root }: MaskProgram): Uint8Array {
  const needed = new Uint8Array(nodes.length);
  needed[root] = 1;
  const isScore = nodeType(nodes[root]) === 'real';
  for (let id = root; id >= 0; id--) {
    const operands = operandsOf(nodes[id]);
    const onHost = isScore
      ? nodes[id].kind === 'round'
      : operands.some((operand) => nodeType(nodes[operand]) === 'real');
    if (!needed[id] || onHost) continue;
    for (const operand of operands) needed[operand] = 1;
  }
  return needed;
}

function valueProblem(node: MaskNode, id: NodeId, ranges: readonly Interval[]): ValueProblem | null {
  const problem = (kind: ValueProblem['kind'], range: Interval, what: string): ValueProblem => ({
    kind,
    node: id,
    range,
    text: `node ${id} (${node.kind}): ${what} may be ${range.low} to ${range.high}`,
  });
  if (node.kind === 'arithmetic') {
    const right = ranges[node.right];
    if ((node.op === 'div' || node.op === 'mod') && right.low < 1)
      return problem('divisor', right, 'the divisor');
    const isShift = node.op === 'shl' || node.op === 'shr';
    if (isShift && (right.low < 0 || right.high > 31))
      return problem('shift', right, 'the amount of a shift');
  }
  // A symbol with more than 32 bits is a real launch parameter; to-real reads it.
  const isInteger = nodeType(node) === 'int' && node.kind !== 'symbol';
  const { low, high } = ranges[id];
  return isInteger && (low < minInteger || high > maxInteger)
    ? problem('overflow', ranges[id], 'the value')
    : null;
}

function verifyNode(node: MaskNode, id: NodeId, nodes: readonly MaskNode[], rules: MaskRules): string[] {
  const problems: string[] = [];
  const fail = (text: string): void => void problems.push(`node ${id} (${node.kind}) ${text}`);
  operandTypes(node, nodes).forEach((wanted, at) => {
    const got = nodeType(nodes[operandsOf(node)[at]]);
    if (got !== wanted) fail(`has operand ${at} of type ${got}, not ${wanted}`);
  });
  const isReal = nodeType(node) === 'real' && rules.score !== true;
  if (!rules.reals && (isReal || node.kind === 'round')) fail('is real, which no kernel computes');
  switch (node.kind) {
    case 'int':
      if (!Number.isInteger(node.value)) fail(`holds ${node.value}`);
      break;
    case 'real':
      if (Number.isNaN(node.value)) fail('holds NaN');
      break;
    case 'score':
      if (rules.score !== true) fail('is not known here');
      break;
    case 'query':
    case 'key':
    case 'head':
    case 'batch':
      if (!rules.indices.includes(node.kind)) fail('is not known here');
      break;
    case 'symbol':
      if (!rules.symbols.has(node.name)) fail(`names "${node.name}", which is not declared`);
      break;
    case 'lookup':
    case 'bit':
    case 'real-lookup': {
      const array = rules.arrays.get(node.array);
      if (!array) fail(`reads "${node.array}", which is not declared`);
      else if (array.kind !== arrayKinds[node.kind]) fail(`reads "${node.array}", which holds ${array.kind}`);
      else if (array.rank !== node.indices.length) {
        fail(`reads "${node.array}" with ${node.indices.length} indices instead of ${array.rank}`);
      }
      break;
    }
    case 'member': {
      const array = rules.arrays.get(node.array);
      if (array?.kind !== 'list') fail(`reads "${node.array}", which is not a declared list`);
      break;
    }
  }
  return problems;
}

const arrayKinds = { lookup: 'int', bit: 'bits', 'real-lookup': 'real' } as const;

/** The types that the operands of a node must have, in the order of `operandsOf`. */
function operandTypes(node: MaskNode, nodes: readonly MaskNode[]): readonly NodeType[] {
  switch (node.kind) {
    case 'int':
    case 'query':
    case 'key':
    case 'head':
    case 'batch':
    case 'symbol':
    case 'bool':
    case 'real':
    case 'score':
      return [];
    case 'compare':
      return nodeType(nodes[node.left]) === 'real' ? ['real', 'real'] : ['int', 'int'];
    case 'arithmetic':
    case 'member':
      return ['int', 'int'];
    case 'neg':
    case 'abs':
    case 'bit-length':
    case 'is-power-of-two':
    case 'to-real':
      return ['int'];
    case 'and':
    case 'or':
      return ['bool', 'bool'];
    case 'not':
      return ['bool'];
    case 'round':
    case 'real-unary':
      return ['real'];
    case 'real-binary':
      return ['real', 'real'];
    case 'select':
      return ['bool', 'int', 'int'];
    case 'real-select':
      return ['bool', 'real', 'real'];
    case 'lookup':
    case 'bit':
    case 'real-lookup':
      return node.indices.map(() => 'int');
  }
}
