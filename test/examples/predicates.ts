import { randomColumns } from '../../runtime/mask/index.ts';
import { inputPredicates } from './input-predicates.ts';
import { modelPredicates } from './model-predicates.ts';
import {
  bit,
  block,
  cell,
  element,
  grid,
  isListed,
  isPowerOfTwo,
  keepsLast,
  mod,
  natten,
  swin,
} from './predicate-tools.ts';
import type { Predicate } from './predicate-tools.ts';

export type { Pair, Predicate } from './predicate-tools.ts';

/** MoA by blocks of 64: one block of sinks, a window of int(alpha // 64 + beta * blocks) blocks, at least one. */
function moa(alpha: number, beta: number): Predicate {
  return ({ i, j, n }) => {
    const width = Math.max(Math.trunc(Math.floor(alpha / 64) + beta * Math.floor(n / 64)), 1);
    return j <= i && (block(j, 64) === 0 || block(i, 64) - block(j, 64) < width);
  };
}

/** STA on a video of 4 x 6 x 8 in tiles of 2 x 2 x 4, five captions behind it. */
function slidingTiles(i: number, j: number): boolean {
  const video = 4 * 6 * 8;
  if (i >= video + 5 || j >= video + 5) return false;
  if (i >= video || j >= video) return true;
  const counts = [2, 3, 2];
  const [a, b] = [cell(block(i, 16), counts)!, cell(block(j, 16), counts)!];
  return [1, 2, 2].every((w, axis) => {
    const start = Math.max(0, Math.min(a[axis] - (w >> 1), counts[axis] - w));
    return b[axis] >= start && b[axis] < start + w;
  });
}

/** Sparse VideoGen on 5 frames of 36 tokens behind 10 of text; the temporal head numbers tokens place by place. */
function sparseVideo(i: number, j: number, temporal: boolean): boolean {
  if (i >= 190 || j >= 190) return false;
  const place = (p: number) => (temporal && p >= 10 ? 10 + ((p - 10) % 36) * 5 + block(p - 10, 36) : p);
  return i < 10 || j < 10 || Math.abs(place(i) - place(j)) < 32;
}

/** Radial Attention of Wan on 4 frames of 24 tokens in blocks of 8: 3 blocks a frame, none hangs over. */
function radial(i: number, j: number, n: number): boolean {
  const video = 4 * 24;
  if (block(i, 8) >= video / 8 || block(j, 8) >= video / 8) return true;
  const attends = (a: number, b: number) => {
    if (a >= n || b >= n) return false;
    const [distance, apart] = [Math.abs(block(a, 24) - block(b, 24)), Math.abs((a % 24) - (b % 24))];
    const energy = 32 / 2 ** (32 - Math.clz32(distance));
    const width = distance <= 1 ? 24 : Math.max(energy * 0.2, 8);
    return b < 24 || (apart <= width && (energy >= 128 || distance % Math.trunc(128 / energy) === 0));
  };
  const [top, left] = [8 * block(i, 8), 8 * block(j, 8)];
  const rows = Array.from({ length: 8 }, (_, at) => at);
  const density = rows.map((column) => rows.filter((row) => attends(top + row, left + column)).length / 8);
  return density.filter((x) => x > 1 / 3).length / (density.filter((x) => x > 0).length + 1e-9) > 0.6;
}

/** Spans (s, e) with |e - s| <= 3 over n div 7 words, seven columns a word. */
function span(position: number, n: number): readonly [start: number, end: number] | null {
  const [start, end] = [block(position, 7), block(position, 7) + (position % 7) - 3];
  const words = block(n, 7);
  return start < words && end >= 0 && end < words ? [start, end] : null;
}

const sameSpan =
  (side: 0 | 1): Predicate =>
  ({ i, j, n }) => {
    const [a, b] = [span(i, n), span(j, n)];
    return a !== null && b !== null && a[side] === b[side];
  };

/** One branch of LongNet over four heads: in segments, the tokens of the head's remainder. */
const longnet =
  (segment: number, ratio: number): Predicate =>
  ({ i, j, head }) => {
    const start = Math.floor(head / Math.ceil(4 / ratio));
    const takes = (position: number) => (position % segment) % ratio === start;
    return j <= i && block(i, segment) === block(j, segment) && takes(i) && takes(j);
  };

/** What an attention of several attends computes: which pairs each holds, and how they become one output. */
export interface Branches {
  readonly combine: 'merge' | 'concat';
  /** By the name of the attend, in the order of the specification. */
  readonly attends: Readonly<Record<string, Predicate>>;
}

/** Attentions of several attends, by file and name. */
export const branches: Readonly<Record<string, Branches>> = {
  'axial axial_heads': {
    combine: 'concat',
    attends: {
      across: grid([9, 15], (a, b) => a[0] === b[0]),
      down: grid([9, 15], (a, b) => a[1] === b[1]),
    },
  },
  'longnet dilated': {
    combine: 'merge',
    attends: { near: longnet(64, 1), farther: longnet(128, 2), far: longnet(256, 4) },
  },
  'sener_bispa bispa': {
    combine: 'concat',
    attends: { horizontal: sameSpan(0), vertical: sameSpan(1) },
  },
};

const anyOf =
  ({ attends }: Branches): Predicate =>
  (pair) =>
    Object.values(attends).some((keeps) => keeps(pair));

/** Every pair that an attention computes, by file and name. */
export const predicates: Readonly<Record<string, Predicate>> = {
  ...Object.fromEntries(Object.entries(branches).map(([name, several]) => [name, anyOf(several)])),
  ...inputPredicates,
  ...modelPredicates,
  'axial image': grid([9, 15], (a, b, head) => (head === 0 ? a[0] === b[0] : a[1] === b[1])),
  'mobilevig_svga graph': ({ i, j, ...pair }) => {
    const onCross = grid([12, 10], (a, b) => {
      const [down, right] = [mod(a[0] - b[0], 12), mod(a[1] - b[1], 10)];
      return (right === 0 && down > 0 && down % 3 === 0) || (down === 0 && right > 0 && right % 3 === 0);
    });
    return i === j || onCross({ i, j, ...pair });
  },
  'natten_2d image': grid(
    [12, 16],
    (a, b) => natten(12, 5, 2, 2)(a[0], b[0]) && natten(16, 6, 4, 2, true)(a[1], b[1]),
  ),
  'natten_3d video': grid(
    [4, 6, 8],
    (a, b) => natten(4, 3)(a[0], b[0]) && natten(6, 4, 2)(a[1], b[1]) && natten(8, 4, 4)(a[2], b[2]),
  ),
  'radial video': ({ i, j, n }) => radial(i, j, n),
  'sparse_vdit video': ({ i, j, head }) => {
    if (head === 2) return false;
    if (head === 3) return true;
    if (i >= 163 || j >= 163) return false;
    const place = (p: number) => (head === 0 ? p : (p % 30) * 5 + block(p, 30));
    return i >= 150 || j >= 150 || Math.abs(place(i) - place(j)) <= (head === 0 ? 20 : 4);
  },
  'sta video': ({ i, j }) => slidingTiles(i, j),
  'svg1 cogvideo': ({ i, j, head }) => sparseVideo(i, j, head === 1),
  'swin block': ({ layer, ...pair }) => {
    const shift = layer % 2 === 0 ? 0 : 2;
    const rule = grid([15, 10], (a, b) => swin(15, 5, shift)(a[0], b[0]) && swin(10, 5, shift)(a[1], b[1]));
    return rule({ layer, ...pair });
  },
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
  'longnet branch': longnet(256, 2),
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

/** What each attention computes: a predicate, or one for each of its attends. */
export const expectations: Readonly<Record<string, Predicate | Branches>> = { ...predicates, ...branches };
