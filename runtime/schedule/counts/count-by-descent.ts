import { AbstractMask } from '../../mask/abstract/abstract.ts';
import type { BoundMask } from '../../mask/bound/bound-mask.ts';
import { RowEvaluator } from '../../mask/exact/evaluate-row.ts';
import { evaluateBound } from '../../mask/exact/evaluate.ts';
import { ALL, countMembers, NONE, SATURATED, type IntSet } from '../../mask/sets/int-set.ts';
import { countBits } from '../table/count-bits.ts';
import { countListed } from './count-members.ts';
import { RandomStream } from '../../mask/launch/random-list.ts';
import { usesKey, usesQuery, type StepList } from '../../mask/abstract/step-list.ts';

export interface PairCount {
  readonly pairs: number;
  /** False where a part was estimated from a sample. */
  readonly exact: boolean;
}

export interface PairCountRequest {
  readonly nq: number;
  readonly nk: number;
  /** Position of query row 0. */
  readonly offset: number;
}

/** Below this side, a box that is not decided is counted pair by pair instead of being split. */
const LEAF = 64;
/** Pairs that are evaluated one by one: enough for every pair of 8k x 8k. */
const MAX_EVALUATED = 8192 * 8192;
/** Boxes that the descent looks at before the rest is sampled. */
const MAX_VISITS = 2 ** 20;
const SAMPLES = 2 ** 16;

interface Box {
  readonly i0: number;
  readonly i1: number;
  readonly j0: number;
  readonly j1: number;
}

/**
 * The number of live pairs of nq x nk by interval descent. Boxes that the abstract reading decides count by their area,
 * boxes where one predicate over j - i, i + j, i or j is left count in closed form, boxes where one matrix of bits is left
 * by its words, boxes where all that is left depends on the query or on the key alone by one line of them, the rest pair
 * by pair. When there is more to look at than 8k x 8k pairs, the rest is estimated from a reproducible sample and `exact`
 * is false.
 */
export function countByDescent(bound: BoundMask, { nq, nk, offset }: PairCountRequest): PairCount {
  const mask = new AbstractMask(bound, { queries: LEAF, keys: LEAF });
  const rest: Box[] = [];
  const evaluator = new BoxEvaluator(bound);
  let [pairs, visits, evaluated] = [0, 0, 0];
  const descend = (i0: number, i1: number, j0: number, j1: number, known: StepList): void => {
    visits++;
    const verdict = mask.read(i0, i1, j0, j1, known);
    const [height, width] = [i1 - i0 + 1, j1 - j0 + 1];
    if (verdict === NONE) return;
    if (verdict === ALL) {
      pairs += height * width;
      return;
    }
    const open = mask.open(known);
    const closed = closedCount(mask, open, { i0, i1, j0, j1 });
    const line = lineOf(open, { i0, i1, j0, j1 });
    if (closed !== null) {
      pairs += closed;
    } else if (line && evaluated + areaOf(line) <= MAX_EVALUATED) {
      evaluated += areaOf(line);
      pairs += evaluator.count(line) * ((height * width) / areaOf(line));
    } else if (verdict === SATURATED || (height <= LEAF && width <= LEAF) || visits > MAX_VISITS) {
      rest.push({ i0, i1, j0, j1 });
    } else if (width >= height) {
      const middle = j0 + halfOf(width);
      descend(i0, i1, j0, middle - 1, open);
      descend(i0, i1, middle, j1, open);
    } else {
      const middle = i0 + halfOf(height);
      descend(i0, middle - 1, j0, j1, open);
      descend(middle, i1, j0, j1, open);
    }
  };
  descend(offset, offset + nq - 1, 0, nk - 1, mask.everything);
  const area = rest.reduce((sum, box) => sum + areaOf(box), 0);
  if (evaluated + area <= MAX_EVALUATED) {
    const counted = rest.reduce((sum, box) => sum + evaluator.count(box), 0);
    return { pairs: pairs + counted, exact: true };
  }
  return { pairs: Math.round(pairs + area * liveShare(bound, rest, area)), exact: false };
}

function areaOf({ i0, i1, j0, j1 }: Box): number {
  return (i1 - i0 + 1) * (j1 - j0 + 1);
}

function closedCount(mask: AbstractMask, open: StepList, box: Box): number | null {
  const { i0, i1, j0, j1 } = box;
  const bits = mask.singleBits(open);
  if (bits !== null) return countBits(bits, i0, i1, j0, j1);
  const listed = mask.singleMember(open);
  if (listed !== null) return countListed(listed, i0, i1, j0, j1);
  const single = mask.singlePredicate(open);
  if (single === null) return null;
  const { set, query, key } = single;
  if (query === 0) return (i1 - i0 + 1) * countForm(set, key, j0, j1, 0);
  if (key === 0) return (j1 - j0 + 1) * countForm(set, query, i0, i1, 0);
  let count = 0;
  // Row by row, or column by column where there are fewer of them.
  if (i1 - i0 <= j1 - j0) for (let i = i0; i <= i1; i++) count += countForm(set, key, j0, j1, query * i);
  else for (let j = j0; j <= j1; j++) count += countForm(set, query, i0, i1, key * j);
  return count;
}

/** Members among sign * x + shift for low <= x <= high. */
function countForm(set: IntSet, sign: number, low: number, high: number, shift: number): number {
  return sign > 0
    ? countMembers(set, low + shift, high + shift)
    : countMembers(set, shift - high, shift - low);
}

/** One row or column that stands for all of a box, where what is open depends on the key or on the query alone. */
function lineOf(open: StepList, { i0, i1, j0, j1 }: Box): Box | null {
  const [onQuery, onKey] = [usesQuery(open), usesKey(open)];
  if (onQuery && onKey) return null;
  return { i0, i1: onQuery ? i1 : i0, j0, j1: onKey ? j1 : j0 };
}

/** Counts pair by pair. */
class BoxEvaluator {
  private readonly bound: BoundMask;
  private readonly byWidth = new Map<number, RowEvaluator>();

  constructor(bound: BoundMask) {
    this.bound = bound;
  }

  count({ i0, i1, j0, j1 }: Box): number {
    let count = 0;
    // Wide boxes are cut, so that the columns of an evaluator stay in the cache.
    for (let from = j0; from <= j1; from += 4 * LEAF) {
      const width = Math.min(4 * LEAF, j1 - from + 1);
      const rows = this.byWidth.get(width) ?? new RowEvaluator(this.bound, width);
      this.byWidth.set(width, rows);
      for (let i = i0; i <= i1; i++) {
        const live = rows.row(i, from);
        for (let at = 0; at < width; at++) count += live[at];
      }
    }
    return count;
  }
}

/** Share of live pairs in the boxes, from pairs drawn evenly over their area. */
function liveShare(bound: BoundMask, boxes: readonly Box[], area: number): number {
  const stream = new RandomStream(SAMPLES, boxes.length);
  let [live, at, passed] = [0, 0, 0];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const target = ((sample + stream.uniform()) / SAMPLES) * area;
    while (at + 1 < boxes.length && passed + areaOf(boxes[at]) <= target) passed += areaOf(boxes[at++]);
    const { i0, i1, j0, j1 } = boxes[at];
    const i = i0 + stream.below(i1 - i0 + 1);
    const j = j0 + stream.below(j1 - j0 + 1);
    if (evaluateBound(bound, i, j)) live++;
  }
  return live / SAMPLES;
}

/** The largest power of two below `size`. */
function halfOf(size: number): number {
  return 1 << (31 - Math.clz32(size - 1));
}
