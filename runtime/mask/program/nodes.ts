/**
 * The mask IR: which pairs (query i, key j) attend, as a boolean expression over integers.
 *
 * A {@link MaskProgram} is an arena of nodes in post-order: an operand always stands before its user, and equal nodes
 * are stored once (hash-consing), so the program is a DAG. Every construct of the language lowers to these nodes; no
 * primitive is privileged behind them.
 *
 * Meaning
 * - `query` is the *position* i of the query: its row plus the launch-time `offset` (default nk - nq). `key` is the
 *   position j of the key, 0 <= j < nk. `head` and `batch` are the indices of the launch grid.
 * - Integers are mathematical integers; the verifier proves that every value fits in 32 bits, signed, for the declared
 *   ranges. `div` and `mod` are floored and their divisor is positive: 0 <= a mod b < b for every a.
 * - `symbol` is a scalar that is known when a plan is made: a size (`nq`, `nk`, `offset`, `heads`, `layer`), a launch
 *   parameter, or a derived scalar (see DerivedDeclaration in ../../declarations.ts).
 * - `lookup` reads an integer array; outside the array it is -1. `bit` reads a packed boolean array; outside it is
 *   false. `member` asks whether `value` is in row `row` of a list array; a row outside holds nothing.
 * - `and` and `or` do not short-circuit in meaning: every node is total.
 * - Real numbers never reach the kernel of a mask: `round` of a real expression is replaced, before kernels are planned,
 *   by a derived scalar or table that the host computes in float64. Only `round` turns a real into an integer.
 * - The same nodes say what the field `score` makes of a score: a real program with the leaf `score`. Kernels compute its
 *   reals in f32 and compare them there; what it rounds is derived by the host as well. A `real-lookup` outside of its
 *   array is 0 there.
 *
 * Readings: exact (../exact/evaluate.ts), abstract over boxes (../abstract/abstract.ts), text (compiler/codegen).
 */
export type NodeId = number;

export type ArithmeticOp = 'add' | 'sub' | 'mul' | 'div' | 'mod' | 'min' | 'max' | 'shl' | 'shr';
export type CompareOp = 'lt' | 'le' | 'eq' | 'ne';
export type RoundMode = 'floor' | 'ceil' | 'nearest' | 'truncate';
export type RealUnaryOp = 'sqrt' | 'log' | 'log2' | 'exp' | 'exp2' | 'neg' | 'abs' | 'tanh' | 'sigmoid';
export type RealBinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'pow';

export type IntNode =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'query' }
  | { readonly kind: 'key' }
  | { readonly kind: 'head' }
  | { readonly kind: 'batch' }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'arithmetic'; readonly op: ArithmeticOp; readonly left: NodeId; readonly right: NodeId }
  | { readonly kind: 'neg' | 'abs' | 'bit-length'; readonly operand: NodeId }
  | { readonly kind: 'select'; readonly condition: NodeId; readonly then: NodeId; readonly else: NodeId }
  | { readonly kind: 'lookup'; readonly array: string; readonly indices: readonly NodeId[] }
  /** A real value brought to an integer on the host. `nearest` rounds halves to even (IEEE 754, Python's round). */
  | { readonly kind: 'round'; readonly mode: RoundMode; readonly operand: NodeId };

export type BoolNode =
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'compare'; readonly op: CompareOp; readonly left: NodeId; readonly right: NodeId }
  | { readonly kind: 'and' | 'or'; readonly left: NodeId; readonly right: NodeId }
  | { readonly kind: 'not'; readonly operand: NodeId }
  /** True for 1, 2, 4, 8 …; false for 0 and for negative values. */
  | { readonly kind: 'is-power-of-two'; readonly operand: NodeId }
  | { readonly kind: 'bit'; readonly array: string; readonly indices: readonly NodeId[] }
  | { readonly kind: 'member'; readonly array: string; readonly row: NodeId; readonly value: NodeId };

/** In masks host-only: float64 values, free of `key`/`query` pairs; see materialize-reals. */
export type RealNode =
  | { readonly kind: 'real'; readonly value: number }
  /** The score of the pair, in the program of the field `score` only. */
  | { readonly kind: 'score' }
  /** Over a `symbol` this is also how a real launch parameter or a derived real scalar is read. */
  | { readonly kind: 'to-real'; readonly operand: NodeId }
  | { readonly kind: 'real-unary'; readonly op: RealUnaryOp; readonly operand: NodeId }
  | { readonly kind: 'real-binary'; readonly op: RealBinaryOp; readonly left: NodeId; readonly right: NodeId }
  | { readonly kind: 'real-select'; readonly condition: NodeId; readonly then: NodeId; readonly else: NodeId }
  | { readonly kind: 'real-lookup'; readonly array: string; readonly indices: readonly NodeId[] };

export type MaskNode = IntNode | BoolNode | RealNode;
export type NodeType = 'int' | 'bool' | 'real';

/** Nodes in post-order; `root` is boolean in a mask, integer or real in a size or a derived value. */
export interface MaskProgram {
  readonly nodes: readonly MaskNode[];
  readonly root: NodeId;
}

/** The type of the value that a node computes. */
export function nodeType(node: MaskNode): NodeType {
  switch (node.kind) {
    case 'bool':
    case 'compare':
    case 'and':
    case 'or':
    case 'not':
    case 'is-power-of-two':
    case 'bit':
    case 'member':
      return 'bool';
    case 'real':
    case 'score':
    case 'to-real':
    case 'real-unary':
    case 'real-binary':
    case 'real-select':
    case 'real-lookup':
      return 'real';
    default:
      return 'int';
  }
}

/** Does a node compute a real? */
export function isReal(node: MaskNode): node is RealNode {
  return nodeType(node) === 'real';
}

/** Do nodes of this kind compute a boolean? */
export function isBooleanKind(kind: MaskNode['kind']): kind is BoolNode['kind'] {
  return booleanKinds.has(kind);
}

const booleanKinds: ReadonlySet<MaskNode['kind']> = new Set<BoolNode['kind']>([
  'bool',
  'compare',
  'and',
  'or',
  'not',
  'is-power-of-two',
  'bit',
  'member',
]);

/** The operands of a node, in order. A new kind cannot be forgotten: the switch is exhaustive. */
export function operandsOf(node: MaskNode): readonly NodeId[] {
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
    case 'arithmetic':
    case 'compare':
    case 'and':
    case 'or':
    case 'real-binary':
      return [node.left, node.right];
    case 'neg':
    case 'abs':
    case 'bit-length':
    case 'not':
    case 'is-power-of-two':
    case 'round':
    case 'to-real':
    case 'real-unary':
      return [node.operand];
    case 'select':
    case 'real-select':
      return [node.condition, node.then, node.else];
    case 'lookup':
    case 'bit':
    case 'real-lookup':
      return node.indices;
    case 'member':
      return [node.row, node.value];
  }
}

/** The same node over other operands (given in the order of {@link operandsOf}). */
export function withOperands(node: MaskNode, operands: readonly NodeId[]): MaskNode {
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
      return node;
    case 'arithmetic':
    case 'compare':
    case 'and':
    case 'or':
    case 'real-binary':
      return { ...node, left: operands[0], right: operands[1] };
    case 'neg':
    case 'abs':
    case 'bit-length':
    case 'not':
    case 'is-power-of-two':
    case 'round':
    case 'to-real':
    case 'real-unary':
      return { ...node, operand: operands[0] };
    case 'select':
    case 'real-select':
      return { ...node, condition: operands[0], then: operands[1], else: operands[2] };
    case 'lookup':
    case 'bit':
    case 'real-lookup':
      return { ...node, indices: operands };
    case 'member':
      return { ...node, row: operands[0], value: operands[1] };
  }
}
