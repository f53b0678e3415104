import type { HostArray, HostArrays } from '../../runtime/arrays.ts';

/** One pair of an attention whose inputs hold their default contents. */
export interface Pair {
  readonly i: number;
  readonly j: number;
  readonly n: number;
  readonly nq: number;
  readonly head: number;
  readonly layer: number;
  readonly arrays: HostArrays;
}

export type Predicate = (pair: Pair) => boolean;

export const mod = (a: number, b: number) => ((a % b) + b) % b;
export const block = (position: number, size: number) => Math.floor(position / size);
export const isPowerOfTwo = (value: number) => value > 0 && Number.isInteger(Math.log2(value));
export const keepsLast =
  (keys: number): Predicate =>
  ({ i, j }) =>
    j <= i && j > i - keys;

/** An element of an int array whose leading batch dimension is 1. */
export function element(array: HostArray, at: number): number {
  if (array.kind !== 'int') throw new Error('an int array is wanted');
  return array.data[at] ?? -1;
}

/** An element of a bit array, row-major; the indices lie inside. */
export function bit(array: HostArray, ...indices: readonly number[]): boolean {
  if (array.kind !== 'bits') throw new Error('a bit array is wanted');
  const columns = array.dims[array.dims.length - 1];
  const row = indices.slice(0, -1).reduce((flat, index, dim) => flat * array.dims[dim] + index, 0);
  const column = indices[indices.length - 1];
  return ((array.words[row * Math.ceil(columns / 32) + (column >> 5)] >>> (column & 31)) & 1) === 1;
}

export function isListed(array: HostArray, row: number, value: number): boolean {
  if (array.kind !== 'list') throw new Error('a list is wanted');
  return array.values.slice(array.starts[row], array.starts[row + 1]).includes(value);
}

/** Row-major coordinates in a grid; null behind it. */
export function cell(position: number, sizes: readonly number[]): readonly number[] | null {
  if (position >= sizes.reduce((product, size) => product * size, 1)) return null;
  let rest = position;
  return sizes.map((_, axis) => {
    const below = sizes.slice(axis + 1).reduce((product, size) => product * size, 1);
    const found = Math.floor(rest / below);
    rest -= found * below;
    return found;
  });
}

/** A predicate over the cells of a grid. */
export function grid(
  sizes: readonly number[],
  rule: (i: readonly number[], j: readonly number[], head: number) => boolean,
): Predicate {
  return ({ i, j, head }) => {
    const [a, b] = [cell(i, sizes), cell(j, sizes)];
    return a !== null && b !== null && rule(a, b, head);
  };
}

/** NATTEN on one axis: the rule of csrc/include/natten/cuda/reference/mask.hpp over the members of a dilation group. */
export function natten(
  length: number,
  k: number,
  s = 1,
  d = 1,
  causal = false,
): (x: number, y: number) => boolean {
  return (x, y) => {
    if (x % d !== y % d) return false;
    const last = Math.ceil((length - (x % d)) / d) - 1;
    const [own, other] = [Math.floor(x / d), Math.floor(y / d)];
    const leader = Math.min(own - (own % s) + (causal ? s - 1 : s >> 1), last);
    if (causal) return other <= own && leader - other < k;
    const centre = Math.max(k >> 1, Math.min(leader, last - (k - 1 - (k >> 1))));
    return other >= centre - (k >> 1) && other < centre - (k >> 1) + k;
  };
}

/** Swin by the labels of its windows: cells are rolled by the shift, and what came around the border has its own. */
export function swin(size: number, w: number, shift: number): (x: number, y: number) => boolean {
  const label = (x: number) => {
    const rolled = mod(x - shift, size);
    const band = shift === 0 ? 0 : rolled < size - w ? 0 : rolled < size - shift ? 1 : 2;
    return `${block(rolled, w)} ${band}`;
  };
  return (x, y) => label(x) === label(y);
}
