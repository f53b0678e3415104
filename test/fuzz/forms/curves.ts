import type { Form } from '../term.ts';
import { cellOnCurve } from './gilbert-curve.ts';
import { spaceForm } from './ordered-grids.ts';

/** Grids along Hilbert curves. */
export const curveForms: readonly Form[] = [
  spaceForm(
    'grid along a Hilbert curve',
    ['h', 'w', 'most'],
    'over image(y: h, x: w, order: hilbert) =\n  i.y == j.y & j <= i | abs(i.x - j.x) < most & abs(i.y - j.y) < most',
    (p, [h, w]) => cellOnCurve(p, [h, w])?.concat(p) ?? null,
    (a, b, [, , most]) =>
      (a[0] === b[0] && b[2] <= a[2]) || (Math.abs(a[1] - b[1]) < most && Math.abs(a[0] - b[0]) < most),
  ),
  spaceForm(
    'video along a Hilbert curve',
    ['t', 'h', 'w', 'most'],
    'over video(t: t, h: h, w: w, order: hilbert) =\n  window(each: most) & i.h == j.h | i.t == j.t & i.w >= j.w',
    (p, [t, h, w]) => cellOnCurve(p, [t, h, w])?.concat(p) ?? null,
    (a, b, [, , , most]) =>
      (Math.abs(a[3] - b[3]) <= most && a[1] === b[1]) || (a[0] === b[0] && a[2] >= b[2]),
  ),
];
