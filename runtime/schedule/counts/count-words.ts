import { wordsPerRow, type HostArray } from '../../arrays.ts';
import type { BoundMask, BoundNode } from '../../mask/bound/bound-mask.ts';
import { intervalEnds } from '../../mask/sets/int-set.ts';
import type { NodeId } from '../../mask/program/nodes.ts';
import { popcount } from '../table/count-bits.ts';
import type { PairCountRequest } from './count-by-descent.ts';

/** Words of 32 keys that are looked at, in all rows: as many as pairs are evaluated one by one. */
const MAX_WORDS = 2 ** 26;

/** Writes the 32 keys of every word for one query. */
type WordRow = (query: number, words: Int32Array) => void;

/**
 * The number of live pairs of a mask that is made of matrices of bits, whole or transposed, and of bands, 32 keys at a
 * time. Null for other masks, and where there is too much to look at.
 */
export function countWords(bound: BoundMask, { nq, nk, offset }: PairCountRequest): number | null {
  const width = wordsPerRow(nk);
  if (nq * width > MAX_WORDS) return null;
  const row = wordRow(bound, bound.root, width);
  if (row === null || !bound.nodes.some(({ kind }) => kind === 'bit')) return null;
  const words = new Int32Array(width);
  let pairs = 0;
  for (let query = offset; query < offset + nq; query++) {
    row(query, words);
    if (nk % 32 > 0) words[width - 1] &= lowBits(nk % 32);
    for (let at = 0; at < width; at++) pairs += popcount(words[at]);
  }
  return pairs;
}

function wordRow(bound: BoundMask, id: NodeId, width: number): WordRow | null {
  const node = bound.nodes[id];
  switch (node.kind) {
    case 'bool':
      return (_, words) => void words.fill(node.value ? -1 : 0);
    case 'not': {
      const inner = wordRow(bound, node.operand, width);
      return (
        inner &&
        ((query, words) => {
          inner(query, words);
          for (let at = 0; at < width; at++) words[at] = ~words[at];
        })
      );
    }
    case 'and':
    case 'or': {
      const [left, right] = [wordRow(bound, node.left, width), wordRow(bound, node.right, width)];
      if (left === null || right === null) return null;
      const other = new Int32Array(width);
      return (query, words) => {
        left(query, words);
        right(query, other);
        if (node.kind === 'and') for (let at = 0; at < width; at++) words[at] &= other[at];
        else for (let at = 0; at < width; at++) words[at] |= other[at];
      };
    }
    case 'bit': {
      const [row, column] = node.indices.map((index) => bound.nodes[index].kind);
      const array = bound.arrays[node.array];
      if (array.kind !== 'bits' || node.indices.length !== 2) return null;
      if (row === 'query' && column === 'key') return rowOfBits(array, width);
      return row === 'key' && column === 'query' ? rowOfBits(transposed(array), width) : null;
    }
    case 'in-set': {
      const ends = intervalEnds(node.set);
      const sign = ends && differenceOf(bound.nodes, node.operand);
      if (ends === null || sign === null) return null;
      // The keys between query + low and query + high.
      const [low, high] = sign > 0 ? ends : [-ends[1], -ends[0]];
      return (query, words) => setRange(words, query + low, query + high);
    }
    default:
      return null;
  }
}

/** 1 for key - query, -1 for query - key, else null. */
function differenceOf(nodes: readonly BoundNode[], id: NodeId): 1 | -1 | null {
  const node = nodes[id];
  if (node.kind !== 'arithmetic' || node.op !== 'sub') return null;
  const [left, right] = [nodes[node.left].kind, nodes[node.right].kind];
  if (left === 'key' && right === 'query') return 1;
  return left === 'query' && right === 'key' ? -1 : null;
}

function rowOfBits({ dims, words }: HostArray & { kind: 'bits' }, width: number): WordRow {
  const [rows, columns] = dims;
  const stride = wordsPerRow(columns);
  const used = Math.min(stride, width);
  return (query, row) => {
    row.fill(0);
    if (query < 0 || query >= rows) return;
    for (let at = 0; at < used; at++) row[at] = words[query * stride + at];
    if (used === stride && columns % 32 > 0) row[used - 1] &= lowBits(columns % 32);
  };
}

function transposed({ dims, words }: HostArray & { kind: 'bits' }): HostArray & { kind: 'bits' } {
  const [rows, columns] = dims;
  const [stride, height] = [wordsPerRow(columns), wordsPerRow(rows)];
  const turned = new Uint32Array(columns * height);
  for (let row = 0; row < rows; row++) {
    const own = 1 << (row & 31);
    for (let at = 0; at < stride; at++) {
      let word = words[row * stride + at] | 0;
      for (; word !== 0; word &= word - 1) {
        const column = 32 * at + 31 - Math.clz32(word & -word);
        if (column < columns) turned[column * height + (row >>> 5)] |= own;
      }
    }
  }
  return { kind: 'bits', dims: [columns, rows], words: turned };
}

/** Sets the bits low .. high, and clears the others. */
function setRange(words: Int32Array, low: number, high: number): void {
  words.fill(0);
  const [from, to] = [Math.max(0, low), Math.min(32 * words.length - 1, high)];
  if (from > to) return;
  words.fill(-1, from >>> 5, (to >>> 5) + 1);
  words[from >>> 5] &= -1 << (from & 31);
  words[to >>> 5] &= lowBits((to & 31) + 1);
}

/** The lowest `count` bits, 1 .. 32. */
function lowBits(count: number): number {
  return -1 >>> (32 - count);
}
