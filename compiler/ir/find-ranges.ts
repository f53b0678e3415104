import { maxBatch, maxHostInteger, maxLength } from '../../runtime/limits.ts';
import type { DerivedDeclaration } from '../../runtime/declarations.ts';
import type {
  ArithmeticOp,
  CompareOp,
  MaskNode,
  MaskProgram,
  NodeId,
  RealBinaryOp,
} from '../../runtime/mask/program/nodes.ts';
import { applyRealUnary } from '../../runtime/mask/program/integer-math.ts';
import type { Graph } from './graph.ts';
import * as intervals from './interval.ts';
import { anything, eitherBool, exactly, interval, isExact, union } from './interval.ts';
import type { Interval } from './interval.ts';

/**
 * What is known of the leaves of a program. Sizes are 1 .. 2^24 (`maxLength`), batch and layer below 2^16; launch
 * parameters lie in their declared range; elements of integer arrays and values computed on the host are at most
 * 2^30 - 1 in magnitude and the offset at most 2^24, which is checked when they are read or computed.
 */
export interface RangeContext {
  readonly query: Interval;
  readonly key: Interval;
  readonly head: Interval;
  readonly batch: Interval;
  readonly symbols: ReadonlyMap<string, Interval>;
  /** Elements of integer arrays, real arrays and tables; -1 for a read outside is not included. */
  readonly arrays: ReadonlyMap<string, Interval>;
  /** Sizes of the tables whose sizes are known. */
  readonly tables: ReadonlyMap<string, readonly number[]>;
}

const hostInteger: Interval = { low: -maxHostInteger, high: maxHostInteger };
const length: Interval = { low: 1, high: maxLength };

/** The ranges that a graph declares. */
export function rangesOfGraph(graph: Graph): RangeContext {
  const symbols = new Map<string, Interval>([
    ['nq', length],
    ['nk', length],
    ['heads', exactly(graph.heads)],
    ['batch', { low: 1, high: maxBatch }],
    ['layer', { low: 0, high: maxBatch }],
    ...graph.launch.map(({ name, min, max }) => [name, interval(min, max)] as const),
  ]);
  const arrays = new Map<string, Interval>(
    graph.inputs.map(({ name, kind }) => [name, kind === 'real' ? anything : hostInteger]),
  );
  const base: RangeContext = {
    query: hostInteger,
    key: { low: 0, high: maxLength - 1 },
    head: { low: 0, high: graph.heads - 1 },
    batch: { low: 0, high: maxBatch - 1 },
    symbols,
    arrays,
    tables: new Map(
      graph.derived.flatMap((derived) =>
        derived.kind === 'constant' ? [[derived.name, derived.dims] as const] : [],
      ),
    ),
  };
  const offset = isDefaultOffset(graph.offset)
    ? { low: 1 - maxLength, high: maxLength - 1 }
    : clamp(rangeOfProgram(graph.offset, base), { low: -maxLength, high: maxLength });
  // By default the last query row stands at nk - 1.
  const last = isDefaultOffset(graph.offset) ? maxLength - 1 : offset.high + maxLength - 1;
  symbols.set('offset', offset);
  const context: RangeContext = { ...base, query: { low: offset.low, high: last } };
  for (const derived of graph.derived) addDerived(derived, context, symbols, arrays);
  return context;
}

/** Whether a program is `nk - nq`: then a position never passes nk - 1. */
export function isDefaultOffset({ nodes, root }: MaskProgram): boolean {
  const node = nodes[root];
  if (node.kind !== 'arithmetic' || node.op !== 'sub') return false;
  const [left, right] = [nodes[node.left], nodes[node.right]];
  return left.kind === 'symbol' && left.name === 'nk' && right.kind === 'symbol' && right.name === 'nq';
}

function addDerived(
  derived: DerivedDeclaration,
  context: RangeContext,
  symbols: Map<string, Interval>,
  arrays: Map<string, Interval>,
): void {
  const found = derivedRange(derived, context);
  if (found) (derived.kind === 'scalar' ? symbols : arrays).set(derived.name, found);
}

/** The range of a derived scalar, or of the elements of a derived array; null for a list. */
function derivedRange(derived: DerivedDeclaration, context: RangeContext): Interval | null {
  switch (derived.kind) {
    case 'scalar':
    case 'table': {
      // Tables are computed over 0 <= index < size.
      const query = derived.kind === 'table' ? { low: 0, high: maxLength - 1 } : context.query;
      const found = rangeOfProgram(derived.program, { ...context, query });
      return derived.type === 'int' ? clamp(found, hostInteger) : found;
    }
    case 'constant':
      if (derived.values.length === 0) return exactly(0);
      return derived.values.map(exactly).reduce(union);
    case 'segments':
    case 'ranks':
    case 'curve':
      return { low: 0, high: maxLength };
    case 'random-list':
    case 'block-mask':
      return null;
  }
}

/** The values that the root of a program may take. */
export function rangeOfProgram(program: MaskProgram, context: RangeContext): Interval {
  return rangesOfNodes(program.nodes, context)[program.root];
}

/** The values that each node may take: sound, not tight. */
export function rangesOfNodes(nodes: readonly MaskNode[], context: RangeContext): Interval[] {
  const ranges: Interval[] = [];
  for (const node of nodes) ranges.push(rangeOfNode(node, (id) => ranges[id], context));
  return ranges;
}

/** The range of one node over the ranges of its operands. A symbol or array that is not declared may be anything. */
export function rangeOfNode(node: MaskNode, of: (id: NodeId) => Interval, context: RangeContext): Interval {
  switch (node.kind) {
    case 'int':
    case 'real':
      return exactly(node.value);
    case 'bool':
      return exactly(node.value ? 1 : 0);
    case 'query':
    case 'key':
    case 'head':
    case 'batch':
      return context[node.kind];
    case 'score':
      return anything;
    case 'symbol':
      return context.symbols.get(node.name) ?? anything;
    case 'arithmetic':
      return arithmeticRange(node.op, of(node.left), of(node.right));
    case 'compare':
      return compareRange(node.op, of(node.left), of(node.right));
    case 'and':
      return interval(
        Math.min(of(node.left).low, of(node.right).low),
        Math.min(of(node.left).high, of(node.right).high),
      );
    case 'or':
      return interval(
        Math.max(of(node.left).low, of(node.right).low),
        Math.max(of(node.left).high, of(node.right).high),
      );
    case 'not':
      return interval(1 - of(node.operand).high, 1 - of(node.operand).low);
    case 'neg':
      return intervals.negateInterval(of(node.operand));
    case 'abs':
      return intervals.absInterval(of(node.operand));
    case 'bit-length':
      return intervals.mapRising(intervals.absInterval(of(node.operand)), bitLength);
    case 'is-power-of-two':
      return of(node.operand).high < 1 ? exactly(0) : eitherBool;
    case 'select':
    case 'real-select': {
      const condition = of(node.condition);
      if (isExact(condition)) return of(condition.low === 1 ? node.then : node.else);
      return union(of(node.then), of(node.else));
    }
    case 'lookup':
      return lookupRange(node, of, context);
    case 'real-lookup':
      return context.arrays.get(node.array) ?? anything;
    case 'bit':
    case 'member':
      return eitherBool;
    case 'round':
      return clamp(roundedRange(of(node.operand)), hostInteger);
    case 'to-real':
      return of(node.operand);
    case 'real-unary':
      return realUnaryRange(node.op, of(node.operand));
    case 'real-binary':
      return realBinaryRange(node.op, of(node.left), of(node.right));
  }
}

/** The elements of an array, and -1 unless every index is proved to be inside. */
function lookupRange(
  { array, indices }: Extract<MaskNode, { kind: 'lookup' }>,
  of: (id: NodeId) => Interval,
  { arrays, tables }: RangeContext,
): Interval {
  const elements = arrays.get(array) ?? hostInteger;
  const dims = tables.get(array);
  const isInside = dims?.every((size, dim) => of(indices[dim]).low >= 0 && of(indices[dim]).high < size);
  return isInside ? elements : union(elements, exactly(-1));
}

function arithmeticRange(op: ArithmeticOp, a: Interval, b: Interval): Interval {
  switch (op) {
    case 'add':
      return intervals.addIntervals(a, b);
    case 'sub':
      return intervals.addIntervals(a, intervals.negateInterval(b));
    case 'mul':
      return intervals.multiplyIntervals(a, b);
    case 'div':
      return intervals.floorDivideIntervals(a, b);
    case 'mod':
      return intervals.moduloIntervals(a, b);
    case 'min':
      return interval(Math.min(a.low, b.low), Math.min(a.high, b.high));
    case 'max':
      return interval(Math.max(a.low, b.low), Math.max(a.high, b.high));
    case 'shl':
      return intervals.multiplyIntervals(a, powersOfTwo(b));
    case 'shr':
      return intervals.floorDivideIntervals(a, powersOfTwo(b));
  }
}

function powersOfTwo(exponent: Interval): Interval {
  const amount = (value: number): number => Math.min(31, Math.max(0, value));
  return interval(2 ** amount(exponent.low), 2 ** amount(exponent.high));
}

function compareRange(op: CompareOp, a: Interval, b: Interval): Interval {
  switch (op) {
    case 'lt':
      return interval(a.high < b.low ? 1 : 0, a.low < b.high ? 1 : 0);
    case 'le':
      return interval(a.high <= b.low ? 1 : 0, a.low <= b.high ? 1 : 0);
    case 'eq':
      return interval(
        isExact(a) && isExact(b) && a.low === b.low ? 1 : 0,
        a.low <= b.high && b.low <= a.high ? 1 : 0,
      );
    case 'ne': {
      const equal = compareRange('eq', a, b);
      return interval(1 - equal.high, 1 - equal.low);
    }
  }
}

function bitLength(value: number): number {
  return value === Infinity ? Infinity : value < 1 ? 0 : Math.floor(Math.log2(value)) + 1;
}

/** The host refuses values beyond its limits, so that only those within reach a mask. */
function clamp(range: Interval, limits: Interval): Interval {
  const clamped = intervals.intersect(range, limits);
  return clamped.low <= clamped.high ? clamped : limits;
}

/** Every way to round leaves an integer between the floor of the least and the ceiling of the greatest. */
function roundedRange({ low, high }: Interval): Interval {
  return interval(Math.floor(low), Math.ceil(high));
}

function realUnaryRange(op: (MaskNode & { kind: 'real-unary' })['op'], a: Interval): Interval {
  switch (op) {
    case 'neg':
      return intervals.negateInterval(a);
    case 'abs':
      return intervals.absInterval(a);
    case 'sqrt':
    case 'log':
    case 'log2':
      return a.low < 0 ? anything : intervals.mapRising(a, Math[op]);
    case 'exp':
      return intervals.mapRising(a, Math.exp);
    case 'exp2':
      return intervals.mapRising(a, (x) => 2 ** x);
    case 'tanh':
    case 'sigmoid':
      return intervals.mapRising(a, (x) => applyRealUnary(op, x));
  }
}

function realBinaryRange(op: RealBinaryOp, a: Interval, b: Interval): Interval {
  switch (op) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'min':
    case 'max':
      return arithmeticRange(op, a, b);
    case 'div':
      return intervals.divideIntervals(a, b);
    case 'pow': {
      if (a.low <= 0) return anything;
      const exponent = intervals.multiplyIntervals(intervals.mapRising(a, Math.log2), b);
      // The logarithm rounds: widen by what that may cost.
      return interval(2 ** exponent.low * (1 - 1e-9), 2 ** exponent.high * (1 + 1e-9));
    }
  }
}
