import { describe, expect, it } from 'vitest';
import { attentionOf, disagreements, lowerOne } from './lower-text.ts';
import type { Pair } from './lower-text.ts';

const div = (a: number, b: number) => Math.floor(a / b);
const mod = (a: number, b: number) => a - b * Math.floor(a / b);

/** Row-major coordinates of a position; null outside of the grid. */
function cellOf(p: number, sizes: readonly number[]): number[] | null {
  if (p < 0 || p >= sizes.reduce((a, b) => a * b, 1)) return null;
  const found: number[] = [];
  for (let at = sizes.length - 1, rest = p; at >= 0; at--) {
    found.unshift(mod(rest, sizes[at]));
    rest = div(rest, sizes[at]);
  }
  return found;
}

/** A predicate over the cells of a grid; false where one of the positions is none. */
function onGrid(sizes: readonly number[], rule: (i: number[], j: number[]) => boolean) {
  return ({ i, j }: Pair) => {
    const [a, b] = [cellOf(i, sizes), cellOf(j, sizes)];
    return a !== null && b !== null && rule(a, b);
  };
}

const pattern = (space: string, set: string, parameters = '') =>
  lowerOne(`pattern p${parameters} over ${space} = ${set}`, { defaults: { heads: 1 } });

describe('spaces', () => {
  it('number the cells of a grid row by row, and what lies behind attends nothing', () => {
    const graph = pattern('video(t: 2, h: 3, w: 5)', 'i.t == j.t & abs(i.w - j.w) <= 1 | i.h < j.h');
    const predicate = onGrid(
      [2, 3, 5],
      (a, b) => (a[0] === b[0] && Math.abs(a[2] - b[2]) <= 1) || a[1] < b[1],
    );
    for (const launch of [{ nk: 30 }, { nk: 37 }, { nk: 22, nq: 25 }, { nk: 33, nq: 2 }]) {
      expect(disagreements(graph, launch, predicate)).toEqual([]);
    }
  });

  it('call axes as their sizes', () => {
    const graph = pattern('(h, w)', 'i.h == j.h & i.w + j.w < w', '(h: int = 4, w: int = 7)');
    const predicate = onGrid([4, 7], (a, b) => a[0] === b[0] && a[1] + b[1] < 7);
    expect(disagreements(graph, { nk: 31 }, predicate)).toEqual([]);
  });

  it('take sizes from n and from launch parameters', () => {
    const grid = 'pattern p(w: int) over image(y: max(1, n div w), x: w) = i.x == j.x & i.y < image.y - 1';
    const graph = lowerOne(`${grid}\n${attentionOf('p(wide)', 'launch wide: int in 1..64 = 5')}`);
    const predicate = onGrid([5, 5], (a, b) => a[1] === b[1] && a[0] < 4);
    expect(disagreements(graph, { nk: 27, launch: { wide: 5 } }, predicate)).toEqual([]);
    expect(
      disagreements(
        graph,
        { nk: 27, launch: { wide: 8 } },
        onGrid([3, 8], (a, b) => a[1] === b[1] && a[0] < 2),
      ),
    ).toEqual([]);
  });

  it('concatenate regions', () => {
    const graph = pattern(
      'text(6) + video(t: 3, r: 4) + tail(2)',
      'i in text | global(tail) | i in video & j in video & i.t == j.t & i.video mod 2 == j.r mod 2',
    );
    const inVideo = (p: number) => p >= 6 && p < 18;
    const predicate = ({ i, j }: Pair) => {
      if (i < 0 || i >= 20 || j >= 20) return false;
      const frames =
        inVideo(i) && inVideo(j) && div(i - 6, 4) === div(j - 6, 4) && (i - 6) % 2 === ((j - 6) % 4) % 2;
      return i < 6 || i >= 18 || j >= 18 || frames;
    };
    for (const nk of [20, 23, 15]) expect(disagreements(graph, { nk }, predicate)).toEqual([]);
  });

  it('count inside a region', () => {
    const graph = pattern(
      'text(5) + video(t: 3, r: 4)',
      'within(video) { i + j < n & i.t <= j.t & neighborhood(3) }',
    );
    const clamped = (x: number, size: number) => Math.min(Math.max(x - 1, 0), size - 3);
    const predicate = ({ i, j }: Pair) => {
      const [a, b] = [cellOf(i - 5, [3, 4]), cellOf(j - 5, [3, 4])];
      if (a === null || b === null || i - 5 + j - 5 >= 12 || a[0] > b[0]) return false;
      return [3, 4].every((size, at) => b[at] >= clamped(a[at], size) && b[at] < clamped(a[at], size) + 3);
    };
    for (const nk of [17, 19]) expect(disagreements(graph, { nk }, predicate)).toEqual([]);
  });

  it('pass their axes to patterns without a space', () => {
    const text = 'pattern row = i.y == j.y\npattern p over image(y: 3, x: 4) = row & i.x >= j.x';
    const graph = lowerOne(`${text}\n${attentionOf('p')}`);
    const predicate = onGrid([3, 4], (a, b) => a[0] === b[0] && a[1] >= b[1]);
    expect(disagreements(graph, { nk: 13 }, predicate)).toEqual([]);
  });

  it('number cells by tiles, the last of which may be padded', () => {
    for (const [sizes, tile] of [
      [
        [6, 8],
        [3, 2],
      ],
      [
        [5, 7],
        [2, 3],
      ],
      [
        [4, 4, 5],
        [2, 4, 2],
      ],
    ] as const) {
      const names = ['a', 'b', 'c'].slice(0, sizes.length);
      const axes = names.map((name, at) => `${name}: ${sizes[at]}`).join(', ');
      const same = names.map((name) => `abs(i.${name} - j.${name}) <= 1`).join(' & ');
      const graph = pattern(`grid(${axes}, order: tiles(${tile.join(', ')}))`, same);
      const cells = tileMajor(sizes, tile);
      const predicate = ({ i, j }: Pair) => {
        const [a, b] = [cells[i] ?? null, cells[j] ?? null];
        return a !== null && b !== null && a.every((x, at) => Math.abs(x - b[at]) <= 1);
      };
      for (const nk of [cells.length, cells.length + 3])
        expect(disagreements(graph, { nk }, predicate)).toEqual([]);
    }
  });

  it('number cells along a Morton curve', () => {
    for (const [height, width] of [
      [8, 8],
      [4, 7],
    ]) {
      const graph = pattern(`image(y: ${height}, x: ${width}, order: morton)`, 'i.y <= j.y & i.x <= j.x');
      const bits = (p: number, first: number) =>
        [0, 1, 2].reduce((sum, b) => sum + (((p >> (2 * b + first)) & 1) << b), 0);
      const cell = (p: number) => {
        const [y, x] = [bits(p, 1), bits(p, 0)];
        return p >= 0 && p < 64 && y < height && x < width ? [y, x] : null;
      };
      const predicate = ({ i, j }: Pair) => {
        const [a, b] = [cell(i), cell(j)];
        return a !== null && b !== null && a[0] <= b[0] && a[1] <= b[1];
      };
      expect(disagreements(graph, { nk: 64 }, predicate)).toEqual([]);
    }
  });

  it('hold for the mask and the bindings of an attention', () => {
    const members = 'launch w: int in 1..64 = 5\nlet near = abs(i.y - j.y) <= 1';
    const graph = lowerOne(
      attentionOf('near & i.x == j.x | i in text', members, 'heads 1\n  over text(3) + image(y: 4, x: w)'),
    );
    for (const w of [5, 2]) {
      const predicate = ({ i, j }: Pair) => {
        if (i < 0 || i >= 3 + 4 * w || j >= 3 + 4 * w) return false;
        const [dy, dx] = [div(i - 3, w) - div(j - 3, w), mod(i - 3, w) - mod(j - 3, w)];
        return i < 3 || (Math.abs(dy) <= 1 && dx === 0);
      };
      expect(disagreements(graph, { nk: 26, launch: { w } }, predicate)).toEqual([]);
    }
  });

  it('keep the cells of a band', () => {
    const graph = pattern('band(s, e, width: 3, size: 9)', 'i.s == j.s | i.e == j.e');
    const rest = pattern('band(s, e, width: 3)', 'i.s == j.s | i.e == j.e');
    const cell = (p: number, rows: number) => {
      const [s, e] = [div(p, 7), div(p, 7) + mod(p, 7) - 3];
      return p >= 0 && s < rows && e >= 0 && e < rows ? [s, e] : null;
    };
    const predicate =
      (rows: number) =>
      ({ i, j }: Pair) => {
        const [a, b] = [cell(i, rows), cell(j, rows)];
        return a !== null && b !== null && (a[0] === b[0] || a[1] === b[1]);
      };
    expect(disagreements(graph, { nk: 63 }, predicate(9))).toEqual([]);
    expect(disagreements(rest, { nk: 45 }, predicate(6))).toEqual([]);
    expect(disagreements(rest, { nk: 5 }, predicate(0))).toEqual([]);
  });
});

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

describe('shrink', () => {
  type Cells = (i: number, j: number) => boolean;

  /** Blocks by counting every pair of every part. */
  function keptBlocks(
    n: number,
    b: number,
    parts: readonly (readonly [from: number, to: number])[],
    live: Cells,
    keep: (columns: number[], rows: number) => boolean,
  ) {
    const kept = new Set<string>();
    for (const [r0, r1] of parts) {
      for (const [c0, c1] of parts) {
        for (let bi = div(r0, b); bi < div(r0, b) + Math.ceil((r1 - r0) / b); bi++) {
          for (let bj = div(c0, b); bj < div(c0, b) + Math.ceil((c1 - c0) / b); bj++) {
            const inside = (from: number, to: number, block: number) =>
              Array.from({ length: b }, (_, at) => block * b + at).filter(
                (at) => at >= from && at < Math.min(to, n),
              );
            const rows = inside(r0, r1, bi);
            const columns = inside(c0, c1, bj).map((j) => rows.filter((i) => live(i, j)).length);
            if (rows.length > 0 && columns.length > 0 && keep(columns, rows.length)) kept.add(`${bi} ${bj}`);
          }
        }
      }
    }
    return kept;
  }

  const rules = {
    any: (columns: number[]) => columns.some((pairs) => pairs > 0),
    all: (columns: number[], rows: number) => columns.every((pairs) => pairs === rows),
    'columns(denser: 0.4, share: 0.5)': (columns: number[], _: number, b = 4) => {
      const alive = columns.filter((pairs) => pairs > 0).length;
      return columns.filter((pairs) => pairs / b > 0.4).length / (alive + 1e-9) > 0.5;
    },
  };

  it.each(Object.entries(rules))('%s keeps whole blocks', (rule, keep) => {
    const graph = lowerOne(
      attentionOf(`shrink(4, ${rule}) { abs(i - j) <= 3 & (i + j) mod 5 != 0 | j == n - 1 }`),
    );
    for (const n of [1, 4, 13, 30]) {
      const live: Cells = (i, j) => (Math.abs(i - j) <= 3 && (i + j) % 5 !== 0) || j === n - 1;
      const kept = keptBlocks(n, 4, [[0, n]], live, keep);
      expect(disagreements(graph, { nk: n }, ({ i, j }) => kept.has(`${div(i, 4)} ${div(j, 4)}`))).toEqual(
        [],
      );
    }
  });

  it.each(Object.entries(rules))('%s counts each pair of parts of a canvas', (rule, keep) => {
    const set = 'abs(i.r - j.r) <= 3 & (i.f + j.f) mod 3 != 1';
    const graph = pattern('video(f: 5, r: 7) + text(6)', `shrink(4, ${rule}, canvas: f) { ${set} }`);
    const parts = Array.from({ length: 5 }, (_, f) => [7 * f, 7 * f + 7] as const);
    const live: Cells = (i, j) => Math.abs((i % 7) - (j % 7)) <= 3 && (div(i, 7) + div(j, 7)) % 3 !== 1;
    const kept = keptBlocks(41, 4, parts, live, keep);
    const predicate = ({ i, j }: Pair) => kept.has(`${div(i, 4)} ${div(j, 4)}`);
    expect(disagreements(graph, { nk: 41 }, predicate)).toEqual([]);
    expect(disagreements(graph, { nk: 41, nq: 9 }, predicate)).toEqual([]);
  });

  it('reads inputs, the layer and rounded sizes', () => {
    const set = 'abs(i - j) <= w & ids[j] != layer | j < floor(0.1 * n)';
    const text = attentionOf(
      `shrink(b, any) { ${set} }`,
      'launch w: int in 0..9 = 2\nlaunch b: int in 1..9 = 3\ninput ids: int[n]',
    );
    const n = 23;
    const ids = Array.from({ length: n }, (_, at) => div(at, 5));
    const live: Cells = (i, j) => (Math.abs(i - j) <= 4 && ids[j] !== 2) || j < 2;
    const kept = keptBlocks(n, 5, [[0, n]], live, rules.any);
    const launch = { nk: n, layer: 2, launch: { w: 4, b: 5 }, arrays: { ids } };
    expect(
      disagreements(lowerOne(text), launch, ({ i, j }) => kept.has(`${div(i, 5)} ${div(j, 5)}`)),
    ).toEqual([]);
  });
});

/** The cell at each position, tiles row by row and cells of a tile row by row; null for padding. */
function tileMajor(sizes: readonly number[], tile: readonly number[]): (readonly number[] | null)[] {
  const grids = (dims: readonly number[]): number[][] =>
    dims.reduce<number[][]>(
      (rows, size) => rows.flatMap((row) => Array.from({ length: size }, (_, x) => [...row, x])),
      [[]],
    );
  const counts = sizes.map((size, at) => Math.ceil(size / tile[at]));
  return grids(counts).flatMap((t) =>
    grids(tile).map((r) => {
      const cell = r.map((x, at) => t[at] * tile[at] + x);
      return cell.every((x, at) => x < sizes[at]) ? cell : null;
    }),
  );
}
