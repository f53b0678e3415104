import { hilbertCurve } from '../../../runtime/mask/hilbert-curve.ts';
import { floorDiv, floorMod } from '../term.ts';
import type { Form } from '../term.ts';
import { spaceForm } from './ordered-grids.ts';

type Step = readonly [y: number, x: number];

/**
 * The cells of a rectangle along the generalized Hilbert curve of J. Cerveny, after the text of his `gilbert3d.py`
 * (github.com/jakubcerveny/gilbert) for boxes that are flat: `a` is the side that the curve follows, `b` the other one.
 */
function gilbert([y, x]: Step, a: Step, b: Step): Step[] {
  const [width, height] = [a, b].map(([down, right]) => Math.abs(down + right));
  const [stepA, stepB] = [a, b].map(([down, right]): Step => [Math.sign(down), Math.sign(right)]);
  const at = (...steps: readonly Step[]): Step => [
    steps.reduce((sum, [down]) => sum + down, y),
    steps.reduce((sum, [, right]) => sum + right, x),
  ];
  const times = ([down, right]: Step, count: number): Step => [down * count, right * count];
  const less = (whole: Step, part: Step): Step => [whole[0] - part[0], whole[1] - part[1]];
  if (height === 1) return Array.from({ length: width }, (_, count) => at(times(stepA, count)));
  if (width === 1) return Array.from({ length: height }, (_, count) => at(times(stepB, count)));
  const halfOf = ([down, right]: Step, step: Step): Step => {
    const half: Step = [floorDiv(down, 2), floorDiv(right, 2)];
    const isOdd = Math.abs(half[0] + half[1]) % 2 === 1 && Math.abs(down + right) > 2;
    return isOdd ? [half[0] + step[0], half[1] + step[1]] : half;
  };
  const [halfA, halfB] = [halfOf(a, stepA), halfOf(b, stepB)];
  if (2 * width > 3 * height) return [...gilbert([y, x], halfA, b), ...gilbert(at(halfA), less(a, halfA), b)];
  const lastA = less(a, stepA);
  return [
    ...gilbert([y, x], halfB, halfA),
    ...gilbert(at(halfB), a, less(b, halfB)),
    ...gilbert(at(lastA, less(halfB, stepB)), times(halfB, -1), times(less(a, halfA), -1)),
  ];
}

const curves = new Map<string, readonly Step[]>();

/** The curve follows the longer side first, the rows where both are equal. */
function curveOf(height: number, width: number): readonly Step[] {
  const key = `${height} ${width}`;
  const known = curves.get(key);
  if (known !== undefined) return known;
  const [down, right]: readonly Step[] = [
    [height, 0],
    [0, width],
  ];
  const curve = height >= width ? gilbert([0, 0], down, right) : gilbert([0, 0], right, down);
  curves.set(key, curve);
  return curve;
}

/** Grids along Hilbert curves. */
export const curveForms: readonly Form[] = [
  spaceForm(
    'grid along a Hilbert curve',
    ['h', 'w', 'most'],
    'over image(y: h, x: w, order: hilbert) =\n  i.y == j.y & j <= i | abs(i.x - j.x) < most & abs(i.y - j.y) < most',
    (p, [h, w]) => curveOf(h, w)[p]?.concat(p) ?? null,
    (a, b, [, , most]) =>
      (a[0] === b[0] && b[2] <= a[2]) || (Math.abs(a[1] - b[1]) < most && Math.abs(a[0] - b[0]) < most),
  ),
  // The order of three axes is the compiler's own, and is held against what a curve has to be by its own tests.
  spaceForm(
    'video along a Hilbert curve',
    ['t', 'h', 'w', 'most'],
    'over video(t: t, h: h, w: w, order: hilbert) =\n  window(each: most) & i.h == j.h | i.t == j.t & i.w >= j.w',
    (p, [t, h, w]) => {
      const cell = p < 0 ? undefined : hilbertCurve([t, h, w])[p];
      return cell === undefined
        ? null
        : [floorDiv(cell, h * w), floorMod(floorDiv(cell, w), h), floorMod(cell, w), p];
    },
    (a, b, [, , , most]) =>
      (Math.abs(a[3] - b[3]) <= most && a[1] === b[1]) || (a[0] === b[0] && a[2] >= b[2]),
  ),
];
