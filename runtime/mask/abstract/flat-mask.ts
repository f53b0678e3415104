import type { HostArray } from '../../arrays.ts';
import { boundOperands } from '../bound/bound-arena.ts';
import type { BoundMask, BoundNode } from '../bound/bound-mask.ts';
import { intervalEnds, powersOfTwo, type IntSet } from '../sets/int-set.ts';
import type { ArithmeticOp, CompareOp } from '../program/nodes.ts';

/** Operations of the flat interpreter. Integers first; from `interval` on the result is a verdict. */
export const Op = {
  constant: 0,
  /** A coordinate of the box; of pairs, the position of the query is the first and that of the key the second. */
  leaf: 1,
  add: 3,
  sub: 4,
  scale: 5,
  mul: 6,
  div: 7,
  divConstant: 8,
  mod: 9,
  modConstant: 10,
  min: 11,
  max: 12,
  shl: 13,
  shr: 14,
  neg: 15,
  abs: 16,
  bitLength: 17,
  select: 18,
  lookup: 19,
  interval: 20,
  inSet: 21,
  lt: 22,
  le: 23,
  eq: 24,
  ne: 25,
  and: 26,
  or: 27,
  not: 28,
  bit: 29,
  member: 30,
  bool: 31,
} as const;

/** A bound mask as columns of numbers: operation, operands, constants; arrays, sets and index lists stand aside. */
export interface FlatMask {
  readonly size: number;
  readonly root: number;
  readonly op: Int32Array;
  /** First operand; of a leaf its number. */
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly c: Int32Array;
  /** `constant`, `scale`, `divConstant`, `modConstant`: the number; `interval`: first and last member. */
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly sets: readonly (IntSet | null)[];
  readonly arrays: readonly (HostArray | null)[];
  readonly operands: readonly (readonly number[])[];
}

const arithmetic: Readonly<Record<ArithmeticOp, number>> = {
  add: Op.add,
  sub: Op.sub,
  mul: Op.mul,
  div: Op.div,
  mod: Op.mod,
  min: Op.min,
  max: Op.max,
  shl: Op.shl,
  shr: Op.shr,
};
const comparison: Readonly<Record<CompareOp, number>> = { lt: Op.lt, le: Op.le, eq: Op.eq, ne: Op.ne };

/** The leaves of a mask over pairs of positions. */
export const queryAndKey = { query: 0, key: 1 } as const;

export function flattenMask(bound: BoundMask): FlatMask {
  const size = bound.root + 1;
  const op = new Int32Array(size);
  const [a, b, c] = [new Int32Array(size), new Int32Array(size), new Int32Array(size)];
  const [first, last] = [new Float64Array(size), new Float64Array(size)];
  const sets: (IntSet | null)[] = [];
  const arrays: (HostArray | null)[] = [];
  const operands: (readonly number[])[] = [];
  for (let id = 0; id < size; id++) {
    const node = bound.nodes[id];
    const own = boundOperands(node);
    operands.push(own);
    [a[id], b[id], c[id]] = [own[0] ?? 0, own[1] ?? 0, own[2] ?? 0];
    if (node.kind === 'key') a[id] = queryAndKey.key;
    if (node.kind === 'coordinate') a[id] = node.index;
    arrays.push('array' in node ? bound.arrays[node.array] : null);
    sets.push(node.kind === 'in-set' ? node.set : node.kind === 'is-power-of-two' ? powersOfTwo : null);
    const constant = constantOf(bound.nodes[own[1]]);
    op[id] = operationOf(node, constant !== null);
    if (node.kind === 'int') first[id] = node.value;
    else if (node.kind === 'bool') first[id] = node.value ? 1 : 0;
    else if (constant !== null) first[id] = op[id] === Op.scale ? constant : Math.max(1, constant);
    const ends = node.kind === 'in-set' ? intervalEnds(node.set) : null;
    if (ends) [op[id], first[id], last[id]] = [Op.interval, ends[0], ends[1]];
  }
  return { size, root: bound.root, op, a, b, c, first, last, sets, arrays, operands };
}

/** By node: a bit for each leaf (at most 31) that it depends on. */
export function leafDependencies({ size, op, a, operands }: FlatMask): Int32Array {
  const leaves = new Int32Array(size);
  for (let id = 0; id < size; id++)
    leaves[id] =
      op[id] === Op.leaf ? 1 << a[id] : operands[id].reduce((all, operand) => all | leaves[operand], 0);
  return leaves;
}

function operationOf(node: BoundNode, byConstant: boolean): number {
  switch (node.kind) {
    case 'int':
      return Op.constant;
    case 'query':
    case 'key':
    case 'coordinate':
      return Op.leaf;
    case 'arithmetic':
      if (byConstant && node.op === 'mul') return Op.scale;
      if (byConstant && node.op === 'div') return Op.divConstant;
      if (byConstant && node.op === 'mod') return Op.modConstant;
      return arithmetic[node.op];
    case 'neg':
      return Op.neg;
    case 'abs':
      return Op.abs;
    case 'bit-length':
      return Op.bitLength;
    case 'select':
      return Op.select;
    case 'lookup':
      return Op.lookup;
    case 'bool':
      return Op.bool;
    case 'compare':
      return comparison[node.op];
    case 'and':
      return Op.and;
    case 'or':
      return Op.or;
    case 'not':
      return Op.not;
    case 'is-power-of-two':
    case 'in-set':
      return Op.inSet;
    case 'bit':
      return Op.bit;
    case 'member':
      return Op.member;
    case 'head':
    case 'batch':
    case 'symbol':
    case 'round':
      throw new Error(`a bound mask has no node of kind ${node.kind}`);
  }
}

function constantOf(node: BoundNode | undefined): number | null {
  return node?.kind === 'int' ? node.value : null;
}
