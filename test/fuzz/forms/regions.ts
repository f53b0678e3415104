import { floorDiv, floorMod } from '../term.ts';
import type { Form } from '../term.ts';
import { spaceForm } from './ordered-grids.ts';

/** Steps of a causal or centred neighborhood on one axis, by the rule of the language page without a dilation. */
function isNear(
  x: number,
  y: number,
  size: number,
  kernel: number,
  stride: number,
  causal: boolean,
): boolean {
  const group = x - floorMod(x, stride);
  if (causal) return y <= x && Math.min(group + stride - 1, size - 1) - y < kernel;
  const leader = Math.min(group + floorDiv(stride, 2), size - 1);
  const start = Math.max(0, Math.min(leader - floorDiv(kernel, 2), size - kernel));
  return start <= y && y < start + kernel;
}

const differences = (a: readonly number[], b: readonly number[]) => a.map((x, axis) => x - b[axis]);

/** Spaces of several regions, and grids of three axes. */
export const regionForms: readonly Form[] = [
  spaceForm(
    'two grids and text',
    ['h', 'w', 'm', 'reach'],
    'over left(y: h, x: w) + text(m) + right(v: w, u: h) =\n' +
      '  global(text) & i - j in -reach..reach | within(left) { axial(y) & neighborhood((reach, 1)) } |\n' +
      '  within(right) { window(keys: reach) & i.u == j.u } | i in left & j in right & i.y == j.u & j.v < left.x - 1',
    (p, [h, w, m]) => {
      const [text, right] = [h * w, h * w + m];
      if (p < 0 || p >= right + w * h) return null;
      if (p < text) return [0, p, floorDiv(p, w), floorMod(p, w)];
      return p < right ? [1, p] : [2, p, floorDiv(p - right, h), floorMod(p - right, h)];
    },
    (a, b, [h, w, , k]) => {
      const isNearText = (a[0] === 1 || b[0] === 1) && Math.abs(a[1] - b[1]) <= k;
      if (isNearText || a[0] === 1 || b[0] === 1) return isNearText;
      if (a[0] === 0 && b[0] === 2) return a[2] === b[3] && b[2] < w - 1;
      if (a[0] !== b[0]) return false;
      if (a[0] === 2) return a[1] - b[1] >= 0 && a[1] - b[1] < k && a[3] === b[3];
      return a[3] === b[3] && isNear(a[2], b[2], h, k, 1, false);
    },
  ),
  spaceForm(
    'neighborhood of a video',
    ['t', 'h', 'w', 'reach', 'steps'],
    'over video(t: t, h: h, w: w) =\n' +
      '  neighborhood((reach + steps, reach, 2), stride: (steps, 1, 2), causal: (true, false, false)) & (i.h - j.h) mod 3 != 1 &\n' +
      '  i + j < video.n + video.t',
    (p, [t, h, w]) =>
      p < 0 || p >= t * h * w ? null : [floorDiv(p, h * w), floorMod(floorDiv(p, w), h), floorMod(p, w), p],
    (a, b, [t, h, w, k, s]) =>
      isNear(a[0], b[0], t, k + s, s, true) &&
      isNear(a[1], b[1], h, k, 1, false) &&
      isNear(a[2], b[2], w, 2, 2, false) &&
      floorMod(a[1] - b[1], 3) !== 1 &&
      a[3] + b[3] < t * h * w + t,
  ),
  spaceForm(
    'axes of a video',
    ['t', 'h', 'w', 'reach'],
    'over video(t: t, h: h, w: w) =\n' +
      '  within(axis(t)) { window(each: reach, step: 2) } | cross(every: reach) & causal | tiles((1, reach, 2), window: (2, 1, 1))',
    (p, [t, h, w]) =>
      p < 0 || p >= t * h * w ? null : [floorDiv(p, h * w), floorMod(floorDiv(p, w), h), floorMod(p, w), p],
    (a, b, [t, h, w, k]) => {
      const away = differences(a, b).slice(0, 3);
      const moved = away.flatMap((x, axis) => (x === 0 ? [] : [axis]));
      if (away[1] === 0 && away[2] === 0 && away[0] % 2 === 0 && Math.abs(away[0]) <= 2 * k) return true;
      if (moved.length === 1 && away[moved[0]] % k === 0 && b[3] <= a[3]) return true;
      return [t, h, w].every((size, axis) => {
        const [side, count] = [[1, k, 2][axis], [2, 1, 1][axis]];
        const most = Math.ceil(size / side) - count;
        const start = Math.max(0, Math.min(floorDiv(a[axis], side) - floorDiv(count, 2), most));
        const place = floorDiv(b[axis], side);
        return start <= place && place < start + count;
      });
    },
  ),
  {
    ...spaceForm(
      'grid of as many rows as there are keys',
      ['w', 'reach'],
      'over text(1) + image(y: max(1, (n - 1) div w), x: w) =\n  i.image - j.image in 0..reach & (i + 1).x == j.x | within(image) { axial(x) & i.y < image.y - reach }',
      (p, [w], { n }) => {
        const rows = Math.max(1, floorDiv(n - 1, w));
        return p < 0 || p > rows * w ? null : [p, floorDiv(p - 1, w), floorMod(p - 1, w), rows];
      },
      (a, b, [w, k]) =>
        (a[0] - b[0] >= 0 && a[0] - b[0] <= k && floorMod(a[0], w) === b[2]) ||
        (a[0] > 0 && b[0] > 0 && a[1] === b[1] && a[1] < a[3] - k),
    ),
    isDrawn: true,
  },
];
