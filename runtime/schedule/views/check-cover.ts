import type { BoundRegion, BoundView } from '../../view.ts';

/** Consecutive positions. */
export interface PositionRange {
  readonly from: number;
  readonly count: number;
}

/**
 * Checks that a view of boxes holds no position of a range twice, and, for queries, each of them.
 *
 * Regions whose axes are the digits of a number (strides 1, size of the axis below, …) hold neighbouring positions, and
 * are compared by their ends; others position by position.
 *
 * @throws {Error} naming a position.
 */
export function checkCover(
  { regions }: BoundView,
  { from, count }: PositionRange,
  side: 'queries' | 'keys',
): void {
  const filled = regions.filter((region) => region.tiles > 0);
  const spans = filled.map(spanOf);
  const fail = (position: number, what: string) => {
    throw new Error(`position ${position} stands ${what} in the view of the ${side}`);
  };
  if (spans.every((span) => span !== null)) {
    const sorted = spans
      .map(([first, last]) => [Math.max(first, from), Math.min(last, from + count - 1)])
      .filter(([first, last]) => first <= last)
      .sort((a, b) => a[0] - b[0]);
    let next = from;
    for (const [first, last] of sorted) {
      if (first < next) fail(first, 'twice');
      if (first > next && side === 'queries') fail(next, 'nowhere');
      next = last + 1;
    }
    if (next < from + count && side === 'queries') fail(next, 'nowhere');
    return;
  }
  const seen = new Uint8Array(count);
  for (const region of filled) {
    forEachPosition(region, (position) => {
      if (position < from || position >= from + count) return;
      if (seen[position - from]++ > 0) fail(position, 'twice');
    });
  }
  if (side === 'queries') {
    const missing = seen.indexOf(0);
    if (missing >= 0) fail(from + missing, 'nowhere');
  }
}

/** First and last position of a region without gaps or repetitions; null where that is not plain to see. */
function spanOf({ base, axes }: BoundRegion): readonly [number, number] | null {
  let length = 1;
  for (const { size, stride } of axes.filter((axis) => axis.size > 1).sort((a, b) => a.stride - b.stride)) {
    if (stride !== length) return null;
    length *= size;
  }
  return [base, base + length - 1];
}

function forEachPosition({ base, axes }: BoundRegion, visit: (position: number) => void): void {
  const walk = (axis: number, position: number): void => {
    if (axis === axes.length) return visit(position);
    for (let at = 0; at < axes[axis].size; at++) walk(axis + 1, position + at * axes[axis].stride);
  };
  walk(0, base);
}
