import type { HostArray, HostArrays } from '../../runtime/arrays.ts';
import { randomColumns } from '../../runtime/mask/index.ts';

/** One pair of an attention whose inputs hold their default contents. */
export interface Pair {
  readonly i: number;
  readonly j: number;
  readonly n: number;
  readonly head: number;
  readonly layer: number;
  readonly arrays: HostArrays;
}

export type Predicate = (pair: Pair) => boolean;

const mod = (a: number, b: number) => ((a % b) + b) % b;
const block = (position: number, size: number) => Math.floor(position / size);
const isPowerOfTwo = (value: number) => value > 0 && Number.isInteger(Math.log2(value));
const keepsLast =
  (keys: number): Predicate =>
  ({ i, j }) =>
    j <= i && j > i - keys;

/** An element of an int array whose leading batch dimension is 1. */
function element(array: HostArray, at: number): number {
  if (array.kind !== 'int') throw new Error('an int array is wanted');
  return array.data[at] ?? -1;
}

/** An element of a bit array, row-major; the indices lie inside. */
function bit(array: HostArray, ...indices: readonly number[]): boolean {
  if (array.kind !== 'bits') throw new Error('a bit array is wanted');
  const columns = array.dims[array.dims.length - 1];
  const row = indices.slice(0, -1).reduce((flat, index, dim) => flat * array.dims[dim] + index, 0);
  const column = indices[indices.length - 1];
  return ((array.words[row * Math.ceil(columns / 32) + (column >> 5)] >>> (column & 31)) & 1) === 1;
}

function isListed(array: HostArray, row: number, value: number): boolean {
  if (array.kind !== 'list') throw new Error('a list is wanted');
  return array.values.slice(array.starts[row], array.starts[row + 1]).includes(value);
}

/** MoA by blocks of 64: one block of sinks, a window of int(alpha // 64 + beta * blocks) blocks, at least one. */
function moa(alpha: number, beta: number): Predicate {
  return ({ i, j, n }) => {
    const width = Math.max(Math.trunc(Math.floor(alpha / 64) + beta * Math.floor(n / 64)), 1);
    return j <= i && (block(j, 64) === 0 || block(i, 64) - block(j, 64) < width);
  };
}

/** By file and attention. */
export const predicates: Readonly<Record<string, Predicate>> = {
  'batchify packed': ({ i, j }) => block(i, 64) === block(j, 64) && i - j >= 0 && i - j <= 16,
  'bigbird encoder': ({ i, j, n }) => {
    const blocks = Math.ceil(n / 64);
    const [qb, kb] = [block(i, 64), block(j, 64)];
    const isEdge = (at: number) => at === 0 || at === blocks - 1;
    return Math.abs(qb - kb) <= 1 || isEdge(qb) || isEdge(kb) || randomColumns(7, qb, blocks, 3).includes(kb);
  },
  'block_diffusion denoiser': ({ i, j, n }) => {
    const half = Math.floor(n / 2);
    const [noisedQuery, noisedKey] = [i < half, j < half];
    const [qb, kb] = [block(noisedQuery ? i : i - half, 16), block(noisedKey ? j : j - half, 16)];
    if (noisedQuery) return noisedKey ? qb === kb : kb < qb;
    return !noisedKey && kb <= qb;
  },
  'classics sliding': keepsLast(128),
  'combiner direct': ({ i, j }) => j <= i && block(i, 64) === block(j, 64),
  'cross_attention cross': () => true,
  'documents packed': ({ i, j, arrays: { ids } }) =>
    j <= i && i - j < 256 && element(ids, i) === element(ids, j),
  'flamingo cross': ({ i, j, n }) => block(j, 64) < Math.floor(n / 64) && i < n,
  'gemma gemma2_decoder': ({ i, j, layer }) => j <= i && (layer % 2 === 1 || i - j < 4096),
  'gpt_oss decoder': ({ i, j, layer }) => j <= i && (layer % 2 === 1 || i - j < 128),
  'gui_kv decode': ({ i, j, head, arrays: { kept } }) => j <= i && (i - j < 32 || isListed(kept, head, j)),
  'llama4_chunked decoder': ({ i, j, layer }) =>
    j <= i && (layer % 4 === 3 || block(i, 512) === block(j, 512)),
  'longformer encoder': ({ i, j }) => Math.abs(i - j) <= 64 || i === 0 || j === 0,
  'longnet branch': ({ i, j, head }) => {
    // Four heads, ratio 2: heads 0 and 1 take even tokens of a segment, heads 2 and 3 odd ones.
    const start = Math.floor(head / 2);
    return j <= i && block(i, 256) === block(j, 256) && (i % 256) % 2 === start && (j % 256) % 2 === start;
  },
  'masformer decoder': ({ i, j, layer }) => j <= i && (layer < 4 || block(i, 256) === block(j, 256)),
  'minference prefill': ({ i, j, n }) => j <= i && (j < 16 || i - j < 128 || i >= n - Math.min(32, n - 1)),
  'mistral decoder': keepsLast(4096),
  'moa decoder': (pair) => [moa(128, 0), moa(128, 0), moa(64, 0.25), moa(0, 0.5)][pair.head](pair),
  'natten_1d neighbors': ({ i, j, n }) => {
    const first = Math.max(0, Math.min(i - 16, n - 33));
    return first <= j && j < first + 33;
  },
  'pointgs points': ({ i, j, arrays: { near } }) => isListed(near, i, j),
  'power_attention decoder': ({ i, j, layer }) => {
    const distance = block(i, 64) - block(j, 64);
    return j <= i && (layer % 7 < 2 || j < 64 || distance < 2 || isPowerOfTwo(distance));
  },
  'prefix_lm decoder': ({ i, j }) => j <= i || j < 64,
  're_ttention denoiser': ({ i, j, n }) => {
    const width = Math.floor(Math.floor(n * 0.0625) / 2);
    return Math.abs(i - j) <= width || i >= n - 16 || j >= n - 16;
  },
  'sener_arrow encoder': ({ i, j }) => Math.abs(i - j) <= 128 || i === 0 || j === 0,
  'shared_prefix answers': ({ i, j, arrays: { doc, prompt } }) => {
    const [own, other] = [element(doc, i), element(doc, j)];
    return (j <= i && own === other) || (element(prompt, i) !== own && other === element(prompt, i));
  },
  'sparse_transformer strided': ({ i, j, head }) =>
    j <= i && (head % 2 === 0 ? i - j < 128 : (i - j) % 128 === 0),
  'sparse_transformer fixed_heads': ({ i, j, head }) => {
    // Sixteen blocks of eight tokens in each stretch of 128; head h reads the block h + 1 from the end.
    return j <= i && (block(i, 128) === block(j, 128) || mod(block(j, 8), 16) === 15 - (head % 4));
  },
  'sparsifiner encoder': ({ i, j, head, arrays: { keep } }) => i === 0 || bit(keep, 0, head, i, j),
  'streaming_llm decoder': ({ i, j }) => j <= i && (j < 4 || i - j < 252),
  'swinbert captioning': ({ i, j, arrays: { learned } }) => {
    if (i < 32) return j <= i || j >= 32;
    return j >= 32 && (i === j || bit(learned, i, j));
  },
  'tree_attention verify': ({ i, j, arrays: { tree } }) => bit(tree, i, j),
};
