import { wordsPerRow, type HostArray, type HostArrays } from '../../arrays.ts';
import type { BoundMask, BoundNode } from '../bound/bound-mask.ts';
import { contains } from '../sets/int-set.ts';
import {
  applyArithmetic,
  applyCompare,
  applyRealBinary,
  applyRealUnary,
  bitLength,
  isPowerOfTwo,
  roundReal,
} from '../program/integer-math.ts';
import type { MaskNode, MaskProgram, NodeId } from '../program/nodes.ts';

/** What the leaves of a program mean. Absent indices read as 0, absent symbols are errors. */
export interface Environment {
  readonly query?: number;
  readonly key?: number;
  readonly coordinates?: ArrayLike<number>;
  readonly head?: number;
  readonly batch?: number;
  readonly score?: number;
  readonly symbols?: Readonly<Record<string, number>>;
  readonly arrays?: HostArrays;
}

/**
 * The exact reading of a program: a number, or 1 and 0 for a boolean. Integers and reals are float64, which is exact
 * for every integer below 2^53.
 *
 * @throws {Error} when a symbol or an array is not in the environment.
 */
export function evaluateProgram(program: MaskProgram, environment: Environment): number {
  const values = new Float64Array(program.root + 1);
  for (let id = 0; id <= program.root; id++)
    values[id] = evaluateNode(program.nodes[id], values, environment);
  return values[program.root];
}

/** Does position i of the queries attend position j of the keys? */
export function evaluateBound(bound: BoundMask, i: number, j: number): boolean {
  const values = new Float64Array(bound.root + 1);
  const environment: Environment = { query: i, key: j, arrays: bound.arrays };
  for (let id = 0; id <= bound.root; id++) values[id] = evaluateNode(bound.nodes[id], values, environment);
  return values[bound.root] === 1;
}

/** The value of one node over the values of its operands. */
export function evaluateNode(
  node: MaskNode | BoundNode,
  values: ArrayLike<number>,
  environment: Environment,
): number {
  switch (node.kind) {
    case 'int':
    case 'real':
      return node.value;
    case 'bool':
      return node.value ? 1 : 0;
    case 'query':
      return environment.query ?? 0;
    case 'key':
      return environment.key ?? 0;
    case 'coordinate':
      return environment.coordinates?.[node.index] ?? 0;
    case 'head':
      return environment.head ?? 0;
    case 'batch':
      return environment.batch ?? 0;
    case 'score':
      return environment.score ?? 0;
    case 'symbol':
      return symbolValue(node.name, environment);
    case 'arithmetic':
      return applyArithmetic(node.op, values[node.left], values[node.right]);
    case 'neg':
      return -values[node.operand] + 0;
    case 'abs':
      return Math.abs(values[node.operand]);
    case 'bit-length':
      return bitLength(values[node.operand]);
    case 'select':
    case 'real-select':
      return values[node.condition] ? values[node.then] : values[node.else];
    case 'round':
      return roundReal(node.mode, values[node.operand]);
    case 'compare':
      return applyCompare(node.op, values[node.left], values[node.right]) ? 1 : 0;
    case 'and':
      return values[node.left] && values[node.right];
    case 'or':
      return values[node.left] || values[node.right];
    case 'not':
      return values[node.operand] ? 0 : 1;
    case 'is-power-of-two':
      return isPowerOfTwo(values[node.operand]) ? 1 : 0;
    case 'in-set':
      return contains(node.set, values[node.operand]) ? 1 : 0;
    case 'lookup':
    case 'real-lookup':
      return readElement(arrayNamed(node.array, environment), read(node.indices, values));
    case 'bit':
      return readBit(arrayNamed(node.array, environment), read(node.indices, values)) ? 1 : 0;
    case 'member':
      return isMember(arrayNamed(node.array, environment), values[node.row], values[node.value]) ? 1 : 0;
    case 'to-real':
      return values[node.operand];
    case 'real-unary':
      return applyRealUnary(node.op, values[node.operand]);
    case 'real-binary':
      return applyRealBinary(node.op, values[node.left], values[node.right]);
  }
}

/** The element at `indices` of an int or real array, -1 (NaN for reals) outside. */
export function readElement(array: HostArray, indices: readonly number[]): number {
  if (array.kind !== 'int' && array.kind !== 'real') throw new Error(`a ${array.kind} array has no elements`);
  const at = flatIndex(array.dims, indices);
  return at < 0 ? (array.kind === 'int' ? -1 : NaN) : array.data[at];
}

/** The bit at `indices`, false outside. */
export function readBit(array: HostArray, indices: readonly number[]): boolean {
  if (array.kind !== 'bits') throw new Error(`an array of kind ${array.kind} has no bits`);
  const columns = array.dims[array.dims.length - 1];
  const column = indices[indices.length - 1];
  if (!(column >= 0 && column < columns)) return false;
  const row = flatIndex(array.dims.slice(0, -1), indices.slice(0, -1));
  if (row < 0) return false;
  return ((array.words[row * wordsPerRow(columns) + (column >>> 5)] >>> (column & 31)) & 1) === 1;
}

/** Is `value` in row `row` (row-major over dims) of a list? Rows outside hold nothing. */
export function isMember(array: HostArray, row: number, value: number): boolean {
  if (array.kind !== 'list') throw new Error(`an array of kind ${array.kind} is no list`);
  if (!(row >= 0 && row < array.starts.length - 1)) return false;
  const at = lowerBound(array.values, value, array.starts[row], array.starts[row + 1]);
  return at < array.starts[row + 1] && array.values[at] === value;
}

/** First index in [from, to) whose value is at least `value`, else `to`. */
export function lowerBound(values: ArrayLike<number>, value: number, from: number, to: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Row-major index, or -1 outside. No dimensions: 0. */
function flatIndex(dims: readonly number[], indices: readonly number[]): number {
  let at = 0;
  for (let axis = 0; axis < dims.length; axis++) {
    const index = indices[axis];
    if (!(index >= 0 && index < dims[axis])) return -1;
    at = at * dims[axis] + index;
  }
  return at;
}

function read(ids: readonly NodeId[], values: ArrayLike<number>): number[] {
  return ids.map((id) => values[id]);
}

function symbolValue(name: string, { symbols }: Environment): number {
  const value = symbols?.[name];
  if (value === undefined) throw new Error(`the symbol "${name}" has no value`);
  return value;
}

function arrayNamed(name: string, { arrays }: Environment): HostArray {
  const array = arrays?.[name];
  if (array === undefined) throw new Error(`the array "${name}" was not given`);
  return array;
}
