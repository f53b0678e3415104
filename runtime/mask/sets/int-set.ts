import {
  combinePatterns,
  complementPattern,
  dividePattern,
  everything,
  negatePattern,
  nothing,
  patternContains,
  patternCount,
  patternVerdict,
  residueRange,
  samePattern,
  scalePattern,
  shiftPattern,
  type ResiduePattern,
} from './residue-pattern.ts';

/**
 * A set of integers: the line is cut into segments, and each holds a periodic pattern. Segment k runs from starts[k] to
 * starts[k + 1] - 1; starts[0] is -Infinity and the last segment has no end. Exact under union, intersection and
 * complement; operations that would need more than the limits below give null, and the caller keeps the expression.
 */
export interface IntSet {
  readonly starts: readonly number[];
  readonly patterns: readonly ResiduePattern[];
}

/** Members in an interval: none, all, some; or some in every sufficiently long part of it (see setVerdict). */
export type Verdict = 0 | 1 | 2 | 3;
export const NONE: Verdict = 0;
export const ALL: Verdict = 1;
export const MIXED: Verdict = 2;
export const SATURATED: Verdict = 3;

const MAX_SEGMENTS = 1024;

export const emptySet: IntSet = { starts: [-Infinity], patterns: [nothing] };
export const allIntegers: IntSet = { starts: [-Infinity], patterns: [everything] };

/** low <= x <= high; either may be infinite. */
export function intervalSet(low: number, high: number): IntSet {
  if (low > high) return emptySet;
  const starts = [-Infinity];
  const patterns = [low === -Infinity ? everything : nothing];
  if (low !== -Infinity) {
    starts.push(low);
    patterns.push(everything);
  }
  if (high !== Infinity) {
    starts.push(high + 1);
    patterns.push(nothing);
  }
  return { starts, patterns };
}

/** The integers of an ascending list. */
export function pointSet(points: readonly number[]): IntSet {
  const starts = [-Infinity];
  const patterns = [nothing];
  for (const point of points) {
    if (starts[starts.length - 1] === point) {
      starts.pop();
      patterns.pop();
    } else {
      starts.push(point);
      patterns.push(everything);
    }
    starts.push(point + 1);
    patterns.push(nothing);
  }
  return { starts, patterns };
}

/** low <= x mod modulus < high for 0 <= low <= high <= modulus; null beyond the limits. */
export function residueSet(modulus: number, low: number, high: number): IntSet | null {
  return onWholeLine(residueRange(modulus, low, high));
}

/** 1, 2, 4 … 2^40: more than any value of 32 bits. */
export const powersOfTwo: IntSet = pointSet(Array.from({ length: 41 }, (_, exponent) => 2 ** exponent));

export function contains(set: IntSet, x: number): boolean {
  return patternContains(set.patterns[segmentOf(set, x)], x);
}

export function unionSets(a: IntSet, b: IntSet): IntSet | null {
  return combine(a, b, (x, y) => x || y);
}

export function intersectSets(a: IntSet, b: IntSet): IntSet | null {
  return combine(a, b, (x, y) => x && y);
}

export function complementSet(set: IntSet): IntSet {
  return { starts: set.starts, patterns: set.patterns.map((p) => complementPattern(p)) };
}

/** Is every member of `a` one of `b`? False also where that cannot be decided within the limits. */
export function isSubset(a: IntSet, b: IntSet): boolean {
  const outside = intersectSets(a, complementSet(b));
  return outside !== null && isEmpty(outside);
}

export function isEmpty(set: IntSet): boolean {
  return set.patterns.every((p) => p.steps.length === 0 && !p.tail);
}

export function isEverything(set: IntSet): boolean {
  return set.patterns.every((p) => p.steps.length === 0 && p.tail);
}

/** First and last member of a set that is one interval, else null. */
export function intervalEnds({ starts, patterns }: IntSet): [number, number] | null {
  const at = patterns.findIndex((p) => p.tail);
  const single = patterns.every((p, other) => p.steps.length === 0 && p.tail === (other === at));
  return single && at >= 0 ? [starts[at], (starts[at + 1] ?? Infinity) - 1] : null;
}

/** A text that is equal for sets of equal representation. */
export function setKey(set: IntSet): string {
  return set.starts
    .map((start, at) => {
      const { modulus, tail, steps } = set.patterns[at];
      return `${start}:${tail ? '+' : '-'}${steps.length === 0 ? '' : `${modulus}[${steps.join(',')}]`}`;
    })
    .join(' ');
}

/**
 * How many of low .. high are members. `stretch` is the length of the shortest part that the caller will ever ask
 * about inside this interval: the answer is SATURATED where every such part holds members and others.
 */
export function setVerdict(set: IntSet, low: number, high: number, stretch: number): Verdict {
  const { starts, patterns } = set;
  let at = segmentOf(set, low);
  let verdict: Verdict | -1 = -1;
  for (;;) {
    const p = patterns[at];
    const last = at + 1 >= starts.length || starts[at + 1] > high;
    const from = Math.max(low, starts[at]);
    const to = last ? high : starts[at + 1] - 1;
    const here = patternVerdict(p, from, to);
    if (here === MIXED) {
      return stretch > p.longestStretch && from === low && to === high ? SATURATED : MIXED;
    }
    if (verdict >= 0 && verdict !== here) return MIXED;
    if (last) return here;
    verdict = here;
    at++;
  }
}

/** Members among low .. high, both finite. */
export function countMembers(set: IntSet, low: number, high: number): number {
  if (low > high) return 0;
  let count = 0;
  for (let at = segmentOf(set, low); at < set.starts.length && set.starts[at] <= high; at++) {
    const end = at + 1 < set.starts.length ? set.starts[at + 1] - 1 : Infinity;
    count += patternCount(set.patterns[at], Math.max(low, set.starts[at]), Math.min(high, end));
  }
  return count;
}

/** The x with x + shift in the set. */
export function shiftedBy(set: IntSet, shift: number): IntSet {
  return {
    starts: set.starts.map((start) => start - shift),
    patterns: set.patterns.map((p) => shiftPattern(p, shift)),
  };
}

/** The x with -x in the set. */
export function negated(set: IntSet): IntSet {
  const last = set.starts.length - 1;
  const starts = set.starts.map((_, at) => (at === 0 ? -Infinity : 1 - set.starts[last + 1 - at]));
  return { starts, patterns: set.patterns.map((_, at) => negatePattern(set.patterns[last - at])) };
}

/** The x with factor * x in the set, factor >= 1; null beyond the limits. */
export function scaledBy(set: IntSet, factor: number): IntSet | null {
  return mapSegments(
    set,
    (start) => Math.ceil(start / factor),
    (p) => scalePattern(p, factor),
  );
}

/** The x with x div divisor in the set, divisor >= 1; null beyond the limits. */
export function dividedBy(set: IntSet, divisor: number): IntSet | null {
  return mapSegments(
    set,
    (start) => start * divisor,
    (p) => dividePattern(p, divisor),
  );
}

/** The x with x mod modulus in the set, modulus >= 1; null beyond the limits. */
export function reducedBy(set: IntSet, modulus: number): IntSet | null {
  let all: ResiduePattern | null = nothing;
  for (const [low, high] of stretchesOf(set, 0, modulus - 1) ?? []) {
    const range = residueRange(modulus, low, high + 1);
    all = all && range && combinePatterns(all, range, (a, b) => a || b);
  }
  return stretchesOf(set, 0, modulus - 1) && onWholeLine(all);
}

/** The x with |x| in the set; null beyond the limits. */
export function absoluteOf(set: IntSet): IntSet | null {
  const right = intersectSets(set, intervalSet(0, Infinity));
  return right && unionSets(right, negated(right));
}

/** The x with bit length of |x| in the set; null beyond the limits. */
export function bitLengthsIn(set: IntSet): IntSet | null {
  let all: IntSet | null = emptySet;
  for (let digits = 0; digits <= 40; digits++) {
    if (!contains(set, digits)) continue;
    const size = digits === 0 ? intervalSet(0, 0) : intervalSet(2 ** (digits - 1), 2 ** digits - 1);
    all = all && unionSets(all, unionSets(size, negated(size)) ?? size);
  }
  return all;
}

/** The maximal intervals of members inside low .. high; null when there are more than the limit. */
export function stretchesOf(set: IntSet, low: number, high: number): [number, number][] | null {
  const stretches: [number, number][] = [];
  for (let x = low; x <= high;) {
    const end = Math.min(high, stretchEnd(set, x));
    const previous = stretches[stretches.length - 1];
    if (contains(set, x)) {
      if (previous?.[1] === x - 1) previous[1] = end;
      else stretches.push([x, end]);
    }
    if (stretches.length > MAX_SEGMENTS) return null;
    x = end + 1;
  }
  return stretches;
}

/** The period of a set over the whole of low .. high; null where it is no pattern of residues there. */
export function periodWithin(set: IntSet, low: number, high: number): number | null {
  const at = segmentOf(set, low);
  const isWhole = at + 1 >= set.starts.length || set.starts[at + 1] > high;
  return isWhole && set.patterns[at].steps.length > 0 ? set.patterns[at].modulus : null;
}

/** The set on the whole line that is like `set` at x and has no other segments. */
export function patternAround(set: IntSet, x: number): IntSet {
  return { starts: [-Infinity], patterns: [set.patterns[segmentOf(set, x)]] };
}

/** The last integer that is known, without crossing a segment or a step, to be like x. */
export function stretchEnd(set: IntSet, x: number): number {
  const at = segmentOf(set, x);
  const { modulus, steps } = set.patterns[at];
  const segmentEnd = at + 1 < set.starts.length ? set.starts[at + 1] - 1 : Infinity;
  if (steps.length === 0) return segmentEnd;
  const base = Math.floor(x / modulus) * modulus;
  // The first step behind x.
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (base + steps[middle] > x) high = middle;
    else low = middle + 1;
  }
  const next = low < steps.length ? steps[low] : steps[0] + modulus;
  return Math.min(segmentEnd, base + next - 1);
}

function segmentOf({ starts }: IntSet, x: number): number {
  let at = starts.length - 1;
  if (at > 8) {
    let low = 0;
    while (low < at) {
      const middle = (low + at + 1) >>> 1;
      if (starts[middle] <= x) low = middle;
      else at = middle - 1;
    }
    return at;
  }
  while (at > 0 && starts[at] > x) at--;
  return at;
}

function combine(a: IntSet, b: IntSet, operation: (x: boolean, y: boolean) => boolean): IntSet | null {
  const starts = [...new Set([...a.starts, ...b.starts])].sort((x, y) => x - y);
  const patterns: ResiduePattern[] = [];
  let [x, y] = [0, 0];
  for (const start of starts) {
    if (a.starts[x + 1] === start) x++;
    if (b.starts[y + 1] === start) y++;
    const p = combinePatterns(a.patterns[x], b.patterns[y], operation);
    if (p === null) return null;
    patterns.push(p);
  }
  return normalise(starts, patterns);
}

/** Plain intervals where a segment is shorter than its period, equal neighbours joined. */
function normalise(starts: readonly number[], patterns: readonly ResiduePattern[]): IntSet | null {
  const out: { starts: number[]; patterns: ResiduePattern[] } = { starts: [], patterns: [] };
  const append = (start: number, p: ResiduePattern) => {
    const previous = out.patterns[out.patterns.length - 1];
    if (previous && samePattern(previous, p)) return;
    out.starts.push(start);
    out.patterns.push(p);
  };
  starts.forEach((start, at) => {
    const p = patterns[at];
    const end = starts[at + 1] ?? Infinity;
    if (end - start > p.modulus || p.steps.length === 0) return append(start, p);
    for (let from = start; from < end;) {
      append(from, patternContains(p, from) ? everything : nothing);
      const base = Math.floor(from / p.modulus) * p.modulus;
      from = base + (p.steps.find((step) => base + step > from) ?? p.steps[0] + p.modulus);
    }
  });
  return out.starts.length > MAX_SEGMENTS ? null : out;
}

function mapSegments(
  set: IntSet,
  moveStart: (start: number) => number,
  movePattern: (p: ResiduePattern) => ResiduePattern | null,
): IntSet | null {
  const starts: number[] = [];
  const patterns: ResiduePattern[] = [];
  for (let at = 0; at < set.starts.length; at++) {
    const start = moveStart(set.starts[at]);
    if (at + 1 < set.starts.length && moveStart(set.starts[at + 1]) === start) continue;
    const p = movePattern(set.patterns[at]);
    if (p === null) return null;
    starts.push(start);
    patterns.push(p);
  }
  return normalise(starts, patterns);
}

function onWholeLine(p: ResiduePattern | null): IntSet | null {
  return p && { starts: [-Infinity], patterns: [p] };
}
