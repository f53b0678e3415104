import { floorMod } from '../program/integer-math.ts';

/**
 * A set of integers of period `modulus`. `steps` are the residues, ascending, at which membership changes from the
 * residue before (around the end of the period too), so their number is even; `tail` is the membership of the residues
 * before the first and after the last step. No steps: all integers, or none.
 */
export interface ResiduePattern {
  readonly modulus: number;
  readonly tail: boolean;
  readonly steps: readonly number[];
  /** Longest stretch of neighbours that are all members, or all no members. Infinity without steps. */
  readonly longestStretch: number;
}

/** Patterns with more steps, or a longer period, are not built: the caller keeps the expression as it is. */
const MAX_STEPS = 4096;
const MAX_MODULUS = 2 ** 31;

export const nothing: ResiduePattern = { modulus: 1, tail: false, steps: [], longestStretch: Infinity };
export const everything: ResiduePattern = { modulus: 1, tail: true, steps: [], longestStretch: Infinity };

/** Brings steps to the smallest period; null beyond the limits above. */
export function pattern(modulus: number, tail: boolean, steps: readonly number[]): ResiduePattern | null {
  if (steps.length === 0) return tail ? everything : nothing;
  if (modulus > MAX_MODULUS || steps.length > MAX_STEPS) return null;
  const reduced = smallestPeriod(modulus, steps);
  const own = steps.slice(0, (steps.length * reduced) / modulus);
  let longestStretch = 0;
  own.forEach((step, at) => {
    const next = at + 1 < own.length ? own[at + 1] : own[0] + reduced;
    longestStretch = Math.max(longestStretch, next - step);
  });
  return { modulus: reduced, tail, steps: own, longestStretch };
}

/** The residues low .. high - 1 of every period; 0 <= low <= high <= modulus. */
export function residueRange(modulus: number, low: number, high: number): ResiduePattern | null {
  if (low >= high) return nothing;
  if (high - low >= modulus) return everything;
  return high === modulus
    ? low === 0
      ? everything
      : pattern(modulus, true, [0, low])
    : pattern(modulus, false, [low, high]);
}

export function patternContains(p: ResiduePattern, x: number): boolean {
  return memberAfter(p, stepsUpTo(p.steps, floorMod(x, p.modulus)));
}

/** Members among low .. high: 0 none, 1 all, 2 some. */
export function patternVerdict(p: ResiduePattern, low: number, high: number): 0 | 1 | 2 {
  const { modulus, steps } = p;
  if (steps.length === 0) return p.tail ? 1 : 0;
  if (high - low >= modulus) return 2;
  const residue = floorMod(low, modulus);
  const passed = stepsUpTo(steps, residue);
  const next = passed < steps.length ? steps[passed] : steps[0] + modulus;
  if (residue + (high - low) >= next) return 2;
  return memberAfter(p, passed) ? 1 : 0;
}

/** Number of members in low .. high, both finite. */
export function patternCount(p: ResiduePattern, low: number, high: number): number {
  if (high < low) return 0;
  if (p.steps.length === 0) return p.tail ? high - low + 1 : 0;
  return countBelow(p, high + 1) - countBelow(p, low);
}

/** Pointwise `combine` of two patterns over the least common period; null beyond the limits. */
export function combinePatterns(
  a: ResiduePattern,
  b: ResiduePattern,
  combine: (a: boolean, b: boolean) => boolean,
): ResiduePattern | null {
  const modulus = (a.modulus / greatestCommonDivisor(a.modulus, b.modulus)) * b.modulus;
  const size = (p: ResiduePattern) => (p.steps.length * modulus) / p.modulus;
  if (modulus > MAX_MODULUS || size(a) + size(b) > MAX_STEPS) return null;
  const [left, right] = [repeatSteps(a, modulus), repeatSteps(b, modulus)];
  let [inA, inB] = [a.tail, b.tail];
  const tail = combine(inA, inB);
  let current = tail;
  const steps: number[] = [];
  for (let x = 0, y = 0; x < left.length || y < right.length;) {
    const at = Math.min(left[x] ?? Infinity, right[y] ?? Infinity);
    if (left[x] === at) [inA, x] = [!inA, x + 1];
    if (right[y] === at) [inB, y] = [!inB, y + 1];
    const next = combine(inA, inB);
    if (next !== current) steps.push(at);
    current = next;
  }
  return pattern(modulus, tail, steps);
}

/** The pattern of the x with f(x) in `p` for f(x) = x + shift. */
export function shiftPattern(p: ResiduePattern, shift: number): ResiduePattern {
  if (p.steps.length === 0) return p;
  const moved = p.steps.map((step) => floorMod(step - shift, p.modulus));
  const wraps = moved.findIndex((step, at) => at > 0 && step < moved[at - 1]);
  const steps = wraps < 0 ? moved : [...moved.slice(wraps), ...moved.slice(0, wraps)];
  // The membership before the first step is kept when an even number of steps went around the end of the period.
  const tail = wraps < 0 || wraps % 2 === 0 ? p.tail : !p.tail;
  return { ...p, tail, steps };
}

/** f(x) = -x. */
export function negatePattern(p: ResiduePattern): ResiduePattern {
  if (p.steps.length === 0) return p;
  // A change between s - 1 and s becomes a change between -s and -s + 1, read at -s + 1.
  const mirrored = p.steps.map((step) => p.modulus - step).reverse();
  return shiftPattern({ ...p, steps: mirrored }, -1);
}

/** f(x) = factor * x, factor >= 1. */
export function scalePattern(p: ResiduePattern, factor: number): ResiduePattern | null {
  if (p.steps.length === 0) return p;
  const modulus = p.modulus / greatestCommonDivisor(p.modulus, factor);
  if (modulus > MAX_STEPS) return null;
  const member = (x: number) => patternContains(p, floorMod(x * factor, p.modulus));
  const steps: number[] = [];
  for (let x = 0; x < modulus; x++) if (member(x) !== member(x - 1)) steps.push(x);
  return pattern(modulus, member(-1), steps);
}

/** f(x) = x div divisor. */
export function dividePattern(p: ResiduePattern, divisor: number): ResiduePattern | null {
  return pattern(
    p.modulus * divisor,
    p.tail,
    p.steps.map((step) => step * divisor),
  );
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : greatestCommonDivisor(b, a % b);
}

function memberAfter(p: ResiduePattern, passed: number): boolean {
  return passed % 2 === 0 ? p.tail : !p.tail;
}

function stepsUpTo(steps: readonly number[], residue: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (steps[middle] <= residue) low = middle + 1;
    else high = middle;
  }
  return low;
}

function repeatSteps(p: ResiduePattern, modulus: number): number[] {
  const all: number[] = [];
  if (p.steps.length === 0) return all;
  for (let base = 0; base < modulus; base += p.modulus) for (const step of p.steps) all.push(base + step);
  return all;
}

function smallestPeriod(modulus: number, steps: readonly number[]): number {
  let period = modulus;
  let parts = greatestCommonDivisor(modulus, steps.length);
  for (let factor = 2; factor <= parts; factor++) {
    while (parts % factor === 0 && repeats(steps, period, factor, modulus)) {
      period /= factor;
      parts /= factor;
    }
  }
  return period;
}

/** Do the steps repeat with period / factor, and an even number of them in it? */
function repeats(steps: readonly number[], period: number, factor: number, modulus: number): boolean {
  const count = (steps.length * period) / modulus / factor;
  if (!Number.isInteger(count) || count % 2 !== 0) return false;
  for (let at = 0; at + count < steps.length; at++) {
    if (steps[at + count] - steps[at] !== period / factor) return false;
  }
  return steps[count - 1] < period / factor;
}

/** Members in 0 .. x - 1, counted negatively below 0. */
function countBelow(p: ResiduePattern, x: number): number {
  const periods = Math.floor(x / p.modulus);
  const rest = x - periods * p.modulus;
  const within = (end: number) => {
    let count = 0;
    let from = 0;
    let member = p.tail;
    for (const step of p.steps) {
      if (member) count += Math.min(step, end) - Math.min(from, end);
      from = step;
      member = !member;
    }
    return member ? count + end - Math.min(from, end) : count;
  };
  return periods * within(p.modulus) + within(rest);
}

/** The integers that a pattern does not hold. */
export function complementPattern(p: ResiduePattern): ResiduePattern {
  return p.steps.length === 0 ? (p.tail ? nothing : everything) : { ...p, tail: !p.tail };
}

/** Whether two patterns hold the same integers in the same period. */
export function samePattern(a: ResiduePattern, b: ResiduePattern): boolean {
  return (
    a.modulus === b.modulus &&
    a.tail === b.tail &&
    a.steps.length === b.steps.length &&
    a.steps.every((step, at) => step === b.steps[at])
  );
}
