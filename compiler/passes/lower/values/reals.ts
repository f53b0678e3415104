import type { MaskBuilder } from '../../../../runtime/mask/program/builder.ts';
import type { NodeId, RealBinaryOp, RealUnaryOp } from '../../../../runtime/mask/program/nodes.ts';
import type { Value } from './value.ts';

/** An integer node as a real one; constants stay constants. */
export function toReal(builder: MaskBuilder, node: NodeId): NodeId {
  const found = builder.node(node);
  return found.kind === 'int' ? builder.real(found.value) : builder.add({ kind: 'to-real', operand: node });
}

/** A number of either kind as a real node; null for anything else. */
export function asReal(builder: MaskBuilder, value: Value): NodeId | null {
  if (value.kind === 'real') return value.node;
  return value.kind === 'int' ? toReal(builder, value.node) : null;
}

/** The value of a compile-time real, or null. */
export function realConstant(builder: MaskBuilder, node: NodeId): number | null {
  const found = builder.node(node);
  return found.kind === 'real' ? found.value : null;
}

/** Whether a real node is a constant without a value: 1 / 0, log(0), sqrt(-1). Folding leaves those as they are. */
export function isUndefined(builder: MaskBuilder, node: NodeId): boolean {
  const found = builder.node(node);
  if (found.kind === 'real-unary') return realConstant(builder, found.operand) !== null;
  if (found.kind !== 'real-binary') return false;
  return realConstant(builder, found.left) !== null && realConstant(builder, found.right) !== null;
}

export function realUnary(builder: MaskBuilder, op: RealUnaryOp, operand: NodeId): NodeId {
  return builder.add({ kind: 'real-unary', op, operand });
}

export function realBinary(builder: MaskBuilder, op: RealBinaryOp, left: NodeId, right: NodeId): NodeId {
  return builder.add({ kind: 'real-binary', op, left, right });
}

/** A real to a power that is a small integer, by products: exact signs, and no logarithm. */
export function wholePower(builder: MaskBuilder, base: NodeId, exponent: number): NodeId {
  if (exponent < 0) return realBinary(builder, 'div', builder.real(1), wholePower(builder, base, -exponent));
  if (exponent === 0) return builder.real(1);
  if (exponent === 1) return base;
  const half = wholePower(builder, base, Math.floor(exponent / 2));
  const even = realBinary(builder, 'mul', half, half);
  return exponent % 2 === 0 ? even : realBinary(builder, 'mul', even, base);
}
