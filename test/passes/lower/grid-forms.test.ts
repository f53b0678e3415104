import { describe, expect, it } from 'vitest';
import { div, mod, onGrid, pattern } from './grid-cells.ts';
import { attentionOf, disagreements, lowerOne } from './lower-text.ts';

/** NATTEN on one axis, by enumeration of the dilation group. */
function natten(length: number, k: number, s: number, d: number, causal: boolean, edge = 'clamp') {
  return (x: number, y: number): boolean => {
    const group = Array.from({ length }, (_, at) => at).filter((at) => at % d === x % d);
    const [own, other] = [group.indexOf(x), group.indexOf(y)];
    if (other < 0) return false;
    const last = group.length - 1;
    if (causal) return other <= own && Math.min(own - (own % s) + s - 1, last) - other < k;
    const first = Math.min(own - (own % s) + div(s, 2), last) - div(k, 2);
    if (edge === 'truncate') return other >= first && other < first + k;
    if (edge === 'wrap')
      return Array.from({ length: k }, (_, at) => mod(first + at, group.length)).includes(other);
    const start = Math.max(0, Math.min(first, group.length - k));
    return other >= start && other < start + k;
  };
}

const every = (rules: readonly ((x: number, y: number) => boolean)[]) => (a: number[], b: number[]) =>
  rules.every((rule, axis) => rule(a[axis], b[axis]));

describe('forms on grids', () => {
  const check = (sizes: readonly number[], set: string, rule: (a: number[], b: number[]) => boolean) => {
    const names = ['x', 'y', 'z'].slice(0, sizes.length);
    const space = `grid(${names.map((name, at) => `${name}: ${sizes[at]}`).join(', ')})`;
    const graph = pattern(space, set);
    const total = sizes.reduce((a, b) => a * b, 1);
    for (const nk of [total, total + 5, total - 3]) {
      expect(disagreements(graph, { nk }, onGrid(sizes, rule)), `${space} ${set} ${nk}`).toEqual([]);
    }
    expect(disagreements(graph, { nk: total, nq: 4 }, onGrid(sizes, rule)), `${space} ${set}`).toEqual([]);
  };

  it('neighborhood has a window, stride, dilation and direction on every axis', () => {
    check(
      [5, 12],
      'neighborhood((3, 6), stride: (2, 4), dilation: (1, 2), causal: (false, true))',
      every([natten(5, 3, 2, 1, false), natten(12, 6, 4, 2, true)]),
    );
    check(
      [7, 9],
      'neighborhood((4, 3), stride: (4, 1), dilation: 2)',
      every([natten(7, 4, 4, 2, false), natten(9, 3, 1, 2, false)]),
    );
    check(
      [3, 4, 5],
      'neighborhood((3, 2, 5))',
      every([natten(3, 3, 1, 1, false), natten(4, 2, 1, 1, false), natten(5, 5, 1, 1, false)]),
    );
    check([6, 5], 'neighborhood(3)', every([natten(6, 3, 1, 1, false), natten(5, 3, 1, 1, false)]));
  });

  it('neighborhood cuts its window or wraps it around', () => {
    for (const edge of ['truncate', 'wrap']) {
      check(
        [5, 9],
        `neighborhood((3, 4), stride: (1, 2), dilation: (1, 2), edge: ${edge})`,
        every([natten(5, 3, 1, 1, false, edge), natten(9, 4, 2, 2, false, edge)]),
      );
    }
    const ring = lowerOne(attentionOf('neighborhood(5, edge: wrap)'));
    for (const nk of [11, 5, 3]) {
      const rule = natten(nk, 5, 1, 1, false, 'wrap');
      expect(disagreements(ring, { nk }, ({ i, j }) => rule(i, j))).toEqual([]);
    }
  });

  it('tiles slides by whole tiles', () => {
    const axis = (size: number, t: number, w: number) => (x: number, y: number) => {
      const count = Math.ceil(size / t);
      const start = Math.max(0, Math.min(div(x, t) - div(w, 2), count - w));
      return div(y, t) >= start && div(y, t) < start + w;
    };
    check([8, 12], 'tiles((2, 3), window: (3, 2))', every([axis(8, 2, 3), axis(12, 3, 2)]));
    check([7, 10], 'tiles(3, window: 1)', every([axis(7, 3, 1), axis(10, 3, 1)]));
  });

  it('shifted_window keeps apart what the shift brings together', () => {
    const axis = (size: number, w: number, s: number) => (x: number, y: number) => {
      const label = (at: number) => {
        const p = mod(at - s, size);
        return `${div(p, w)} ${s === 0 ? 0 : p < size - w ? 0 : p < size - s ? 1 : 2}`;
      };
      return label(x) === label(y);
    };
    check([6, 8], 'shifted_window((3, 4), shift: (1, 2))', every([axis(6, 3, 1), axis(8, 4, 2)]));
    check([7, 5], 'shifted_window(3, shift: 2)', every([axis(7, 3, 2), axis(5, 3, 2)]));
    check([6, 4], 'shifted_window(2)', every([axis(6, 2, 0), axis(4, 2, 0)]));
    const text = 'pattern p(s: int) over image(y: 6, x: 6) = shifted_window(3, shift: s)';
    const graph = lowerOne(`${text}\n${attentionOf('p(s)', 'launch s: int in 0..2 = 1')}`);
    for (const s of [0, 1, 2]) {
      const rule = onGrid([6, 6], every([axis(6, 3, s), axis(6, 3, s)]));
      expect(disagreements(graph, { nk: 37, launch: { s } }, rule)).toEqual([]);
    }
  });

  it('axial and within(axis(…)) go along one axis', () => {
    check([3, 4, 5], 'axial(y)', (a, b) => a[0] === b[0] && a[2] === b[2]);
    check(
      [4, 6],
      'within(axis(x)) { causal & i + j < n }',
      (a, b) => a[1] === b[1] && b[0] <= a[0] && a[0] + b[0] < 4,
    );
    check([4, 6], 'within(axis(y)) { window(each: 1, edge: clamp) }', (a, b) => {
      const start = Math.max(0, Math.min(a[1] - 1, 3));
      return a[0] === b[0] && b[1] >= start && b[1] < start + 3;
    });
  });

  it('cross goes by steps along the own row and column', () => {
    const along = (a: number[], b: number[], steps: (axis: number) => number) => {
      const differing = a.map((_, axis) => axis).filter((axis) => a[axis] !== b[axis]);
      return differing.length === 1 && steps(differing[0]) % 3 === 0;
    };
    const sizes = [7, 6];
    check(sizes, 'cross(every: 3)', (a, b) => along(a, b, (axis) => Math.abs(a[axis] - b[axis])));
    check(sizes, 'cross(every: 3, wrap: true)', (a, b) =>
      along(a, b, (axis) => mod(a[axis] - b[axis], sizes[axis])),
    );
  });
});
