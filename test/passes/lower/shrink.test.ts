import { describe, expect, it } from 'vitest';
import { div, pattern } from './grid-cells.ts';
import { attentionOf, disagreements, lowerOne } from './lower-text.ts';
import type { Pair } from './lower-text.ts';

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
