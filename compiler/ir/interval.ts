/** All numbers from `low` to `high`, both included; either may be infinite. A boolean is 0 or 1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export const anything: Interval = { low: -Infinity, high: Infinity };
export const eitherBool: Interval = { low: 0, high: 1 };

export function interval(low: number, high: number): Interval {
  return Number.isNaN(low) || Number.isNaN(high) ? anything : { low, high };
}

export function exactly(value: number): Interval {
  return { low: value, high: value };
}

export function isExact({ low, high }: Interval): boolean {
  return low === high;
}

export function union(a: Interval, b: Interval): Interval {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

export function intersect(a: Interval, b: Interval): Interval {
  return { low: Math.max(a.low, b.low), high: Math.min(a.high, b.high) };
}

export function addIntervals(a: Interval, b: Interval): Interval {
  return interval(a.low + b.low, a.high + b.high);
}

export function negateInterval({ low, high }: Interval): Interval {
  return { low: -high, high: -low };
}

export function multiplyIntervals(a: Interval, b: Interval): Interval {
  return corners(a, b, multiply);
}

/** Real division; anything where the divisor may be 0. */
export function divideIntervals(a: Interval, b: Interval): Interval {
  return b.low <= 0 && b.high >= 0 ? anything : corners(a, b, (x, y) => x / y);
}

/** Floored division. A divisor is taken to be at least 1: that is proved elsewhere. */
export function floorDivideIntervals(a: Interval, b: Interval): Interval {
  return corners(a, atLeastOne(b), (x, y) => Math.floor(x / y));
}

/** Floored remainder, with a divisor of at least 1. */
export function moduloIntervals(a: Interval, b: Interval): Interval {
  const divisor = atLeastOne(b);
  if (a.low >= 0 && a.high < divisor.low) return a;
  if (isExact(divisor) && Math.floor(a.low / divisor.low) === Math.floor(a.high / divisor.low)) {
    const base = Math.floor(a.low / divisor.low) * divisor.low;
    return interval(a.low - base, a.high - base);
  }
  return { low: 0, high: a.low >= 0 ? Math.min(a.high, divisor.high - 1) : divisor.high - 1 };
}

export function absInterval({ low, high }: Interval): Interval {
  if (low >= 0) return { low, high };
  return { low: high < 0 ? -high : 0, high: Math.max(-low, high) };
}

/** The image of a function that nowhere falls. */
export function mapRising({ low, high }: Interval, f: (x: number) => number): Interval {
  return interval(f(low), f(high));
}

function corners(a: Interval, b: Interval, f: (x: number, y: number) => number): Interval {
  const values = [f(a.low, b.low), f(a.low, b.high), f(a.high, b.low), f(a.high, b.high)];
  return interval(Math.min(...values), Math.max(...values));
}

/** 0 times infinity is 0 here: an infinite bound stands for values that are large but finite. */
function multiply(x: number, y: number): number {
  return x === 0 || y === 0 ? 0 : x * y;
}

function atLeastOne({ low, high }: Interval): Interval {
  return { low: Math.max(1, low), high: Math.max(1, low, high) };
}
