import {
  applyArithmetic,
  applyCompare,
  applyRealBinary,
  applyRealUnary,
  bitLength,
  isPowerOfTwo,
  roundReal,
} from './integer-math.ts';
import { nodeType } from './nodes.ts';
import type { MaskNode, NodeId } from './nodes.ts';

/** What folding needs of a builder: its nodes, and to add another. */
export interface FoldContext {
  node(id: NodeId): MaskNode;
  add(node: MaskNode): NodeId;
  intern(node: MaskNode): NodeId;
}

type Of<K extends MaskNode['kind']> = MaskNode & { readonly kind: K };

/**
 * The simplest node equal to `node` by constants and local identities: a node that is already in the builder (its id)
 * or a node to store. Nothing here looks deeper than two levels, so building stays linear.
 *
 * Constants move to the right of commutative operators. Division and modulus by a constant below 1 are left alone:
 * they are errors that a verifier reports.
 */
export function foldNode(node: MaskNode, context: FoldContext): MaskNode | NodeId {
  switch (node.kind) {
    case 'arithmetic':
      return foldArithmetic(node, context);
    case 'neg': {
      const operand = context.node(node.operand);
      if (operand.kind === 'int') return int(-operand.value + 0);
      return operand.kind === 'neg' ? operand.operand : node;
    }
    case 'abs': {
      const operand = context.node(node.operand);
      if (operand.kind === 'int') return int(Math.abs(operand.value));
      if (operand.kind === 'abs' || operand.kind === 'key') return node.operand;
      return operand.kind === 'neg' ? { kind: 'abs', operand: operand.operand } : node;
    }
    case 'bit-length': {
      const operand = context.node(node.operand);
      return operand.kind === 'int' ? int(bitLength(operand.value)) : node;
    }
    case 'is-power-of-two': {
      const operand = context.node(node.operand);
      return operand.kind === 'int' ? bool(isPowerOfTwo(operand.value)) : node;
    }
    case 'select':
    case 'real-select':
      return foldSelect(node, context);
    case 'compare':
      return foldCompare(node, context);
    case 'and':
    case 'or':
      return foldConnective(node, context);
    case 'not':
      return foldNot(node, context);
    case 'round': {
      const operand = context.node(node.operand);
      // A symbol may stand for a real launch parameter: see `to-real` in ./nodes.ts.
      if (operand.kind === 'to-real' && context.node(operand.operand).kind !== 'symbol')
        return operand.operand;
      if (operand.kind !== 'real') return node;
      const rounded = roundReal(node.mode, operand.value);
      return Number.isSafeInteger(rounded) ? int(rounded) : node;
    }
    case 'to-real': {
      const operand = context.node(node.operand);
      return operand.kind === 'int' ? { kind: 'real', value: operand.value } : node;
    }
    case 'real-unary': {
      const operand = context.node(node.operand);
      return operand.kind === 'real' ? finiteOr(applyRealUnary(node.op, operand.value), node) : node;
    }
    case 'real-binary': {
      const [left, right] = [context.node(node.left), context.node(node.right)];
      if (left.kind !== 'real' || right.kind !== 'real') return node;
      return finiteOr(applyRealBinary(node.op, left.value, right.value), node);
    }
    default:
      return node;
  }
}

function foldArithmetic(node: Of<'arithmetic'>, context: FoldContext): MaskNode | NodeId {
  const { op, left, right } = node;
  const [a, b] = [context.node(left), context.node(right)];
  if (a.kind === 'int' && b.kind === 'int') {
    if ((op === 'div' || op === 'mod') && b.value < 1) return node;
    const value = applyArithmetic(op, a.value, b.value);
    return Number.isSafeInteger(value) ? int(value) : node;
  }
  if (a.kind === 'int' && isCommutative(op))
    return foldArithmetic({ ...node, left: right, right: left }, context);
  if (left === right) {
    if (op === 'sub') return int(0);
    if (op === 'min' || op === 'max') return left;
  }
  if (b.kind !== 'int')
    return a.kind === 'int' && a.value === 0 && op === 'sub' ? { kind: 'neg', operand: right } : node;
  const c = b.value;
  switch (op) {
    case 'add':
    case 'sub':
      return addConstant(left, a, op === 'add' ? c : -c, node, context);
    case 'mul':
      return c === 0
        ? int(0)
        : c === 1
          ? left
          : c === -1
            ? foldNode({ kind: 'neg', operand: left }, context)
            : node;
    case 'div':
      if (c === 1) return left;
      if (c < 1 || a.kind !== 'arithmetic') return node;
      return foldNestedDivision(a, c, context) ?? node;
    case 'mod':
      if (c === 1) return int(0);
      return c > 0 && a.kind === 'arithmetic' && a.op === 'mod' && a.right === right ? left : node;
    case 'shl':
    case 'shr':
      return c === 0 ? left : node;
    case 'min':
    case 'max':
      return node;
  }
}

/** left + c, with the constants of nested sums gathered; a negative constant is written as a subtraction. */
function addConstant(
  left: NodeId,
  a: MaskNode,
  c: number,
  node: MaskNode,
  context: FoldContext,
): MaskNode | NodeId {
  if (c === 0) return left;
  if (a.kind !== 'arithmetic' || (a.op !== 'add' && a.op !== 'sub')) return signedSum(left, c, node, context);
  const inner = context.node(a.right);
  if (inner.kind !== 'int') return signedSum(left, c, node, context);
  const total = c + (a.op === 'add' ? inner.value : -inner.value);
  if (total === 0) return a.left;
  return Number.isSafeInteger(total) ? signedSum(a.left, total, node, context) : node;
}

function signedSum(left: NodeId, c: number, node: MaskNode, context: FoldContext): MaskNode {
  if (!Number.isSafeInteger(c)) return node;
  const right = context.intern({ kind: 'int', value: Math.abs(c) });
  return { kind: 'arithmetic', op: c < 0 ? 'sub' : 'add', left, right };
}

/** (x div a) div c = x div (a c); (x mod a) div c = 0 where c >= a. */
function foldNestedDivision(a: Of<'arithmetic'>, c: number, context: FoldContext): MaskNode | null {
  const inner = context.node(a.right);
  if (inner.kind !== 'int' || inner.value < 1) return null;
  if (a.op === 'mod' && inner.value <= c) return int(0);
  const product = inner.value * c;
  if (a.op !== 'div' || product > 2 ** 31 - 1) return null;
  return { kind: 'arithmetic', op: 'div', left: a.left, right: context.intern(int(product)) };
}

function foldSelect(node: Of<'select' | 'real-select'>, context: FoldContext): MaskNode | NodeId {
  const condition = context.node(node.condition);
  if (condition.kind === 'bool') return condition.value ? node.then : node.else;
  if (node.then === node.else) return node.then;
  if (condition.kind === 'not')
    return { ...node, condition: condition.operand, then: node.else, else: node.then };
  return node;
}

function foldCompare(node: Of<'compare'>, context: FoldContext): MaskNode {
  const [left, right] = [context.node(node.left), context.node(node.right)];
  if ((left.kind === 'int' && right.kind === 'int') || (left.kind === 'real' && right.kind === 'real')) {
    return bool(applyCompare(node.op, left.value, right.value));
  }
  // A real could be NaN, which is not equal to itself.
  if (node.left === node.right && isInteger(left)) return bool(node.op === 'eq' || node.op === 'le');
  return node;
}

function foldConnective(node: Of<'and' | 'or'>, context: FoldContext): MaskNode | NodeId {
  const neutral = node.kind === 'and';
  for (const [one, other] of [
    [node.left, node.right],
    [node.right, node.left],
  ]) {
    const operand = context.node(one);
    if (operand.kind === 'bool') return operand.value === neutral ? other : operand;
    if (operand.kind === 'not' && operand.operand === other) return bool(!neutral);
  }
  return node.left === node.right ? node.left : node;
}

function foldNot(node: Of<'not'>, context: FoldContext): MaskNode | NodeId {
  const operand = context.node(node.operand);
  if (operand.kind === 'bool') return bool(!operand.value);
  if (operand.kind === 'not') return operand.operand;
  if (operand.kind !== 'compare' || !isInteger(context.node(operand.left))) return node;
  switch (operand.op) {
    case 'lt':
      return { kind: 'compare', op: 'le', left: operand.right, right: operand.left };
    case 'le':
      return { kind: 'compare', op: 'lt', left: operand.right, right: operand.left };
    case 'eq':
      return { ...operand, op: 'ne' };
    case 'ne':
      return { ...operand, op: 'eq' };
  }
}

function isInteger(node: MaskNode): boolean {
  return nodeType(node) === 'int';
}

function isCommutative(op: Of<'arithmetic'>['op']): boolean {
  return op === 'add' || op === 'mul' || op === 'min' || op === 'max';
}

function finiteOr(value: number, node: MaskNode): MaskNode {
  return Number.isFinite(value) ? { kind: 'real', value } : node;
}

function int(value: number): MaskNode {
  return { kind: 'int', value };
}

function bool(value: boolean): MaskNode {
  return { kind: 'bool', value };
}
