import type { HostArray } from '../../runtime/arrays.ts';
import { bit, block, element, isListed } from './predicate-tools.ts';
import type { Pair, Predicate } from './predicate-tools.ts';

/** How many of the first `end` bits of a row of [1, n] are set. */
function setBefore(array: HostArray, end: number): number {
  let count = 0;
  for (let at = 0; at < end; at++) if (bit(array, 0, at)) count++;
  return count;
}

/** The cell of eight voxels on a side in which a token lies, its corner moved by `shift`. */
function cellOf(places: HostArray, token: number, shift: number): string {
  return [0, 1, 2].map((axis) => block(element(places, 3 * token + axis) + shift, 8)).join(' ');
}

/** Whether a bit array of [1, n, n] holds the pair. */
const holds = (array: HostArray, a: number, b: number) => bit(array, 0, a, b);

/** Whether both tokens take part and at most `width` of those that do lie between them, the later one counted. */
function nearInRank({ i, j, arrays: { active } }: Pair, width: number): boolean {
  if (!bit(active, 0, i) || !bit(active, 0, j)) return false;
  return Math.abs(setBefore(active, i) - setBefore(active, j)) <= width;
}

/** Of attentions whose masks are made of run-time data. */
export const inputPredicates: Readonly<Record<string, Predicate>> = {
  'dclip regions_to_words': () => true,
  'dclip words_to_regions': () => true,
  'direct3d_s2 windows': ({ i, j, layer, arrays: { places } }) => {
    const shift = layer % 2 === 1 ? 4 : 0;
    return cellOf(places, i, shift) === cellOf(places, j, shift);
  },
  'lut encoder': ({ i, j, arrays: { visible } }) => bit(visible, 0, i) && bit(visible, 0, j),
  'lut context': ({ j, arrays: { visible } }) => bit(visible, 0, j),
  'minference vertical_slash_prefill': ({ i, j, head, arrays: { verticals, slashes } }) =>
    j <= i && (j < 3 || i - j < 10 || isListed(verticals, head, j) || isListed(slashes, head, i - j)),
  'recat encoder': () => true,
  'recat tree': ({ i, j, arrays: { contains } }) => i === j || holds(contains, i, j) || holds(contains, j, i),
  'routing_transformer decoder': ({ i, j, n, head, arrays: { clusters } }) => {
    if (j > i) return false;
    if (head < 2) return block(i, 32) - block(j, 32) <= 1;
    return element(clusters, head * n + i) === element(clusters, head * n + j);
  },
  'score_mods capped': ({ i, j, arrays: { ids } }) => j <= i && element(ids, i) === element(ids, j),
  'seqboat decoder': (pair) => pair.j <= pair.i && nearInRank(pair, 16),
  'seqboat decoder_relu2': (pair) => pair.j <= pair.i && nearInRank(pair, 16),
  'seqboat encoder_laplace': (pair) => nearInRank(pair, 16),
  'snapkv decode': ({ i, j, head, arrays: { kept } }) =>
    j <= i && (i - j < 32 || isListed(kept, Math.floor(head / 2), j)),
  'spatten decoder': ({ i, j, head, arrays: { kept, alive } }) =>
    bit(alive, head) && j <= i && (j < 4 || i - j < 24 || isListed(kept, 0, j)),
  'svg2 video': ({ i, j, n, head, arrays }: Pair) => {
    const query = element(arrays.query_cluster, head * n + i);
    const key = element(arrays.key_cluster, head * n + j);
    return bit(arrays.kept, 0, head, query, key);
  },
};
