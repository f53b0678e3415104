import { describe, expect, it } from 'vitest';
import { compile } from '../../../compiler/index.ts';
import { nominalLaunch } from '../../../compiler/passes/layout/nominal-launch.ts';
import { ProductCounter } from '../../../compiler/passes/layout/count-products.ts';
import { factorizations } from '../../../compiler/passes/layout/factorizations.ts';
import { findPeriods } from '../../../compiler/passes/layout/find-periods.ts';
import { numberView } from '../../../compiler/passes/layout/number-view.ts';
import type { NumberedRegion } from '../../../compiler/passes/layout/number-view.ts';
import { spaceView } from '../../../compiler/passes/layout/space-views.ts';
import { readBranches } from '../../../compiler/passes/layout/read-branches.ts';
import { rangesOfGraph } from '../../../compiler/ir/find-ranges.ts';
import { evaluateBound } from '../../../runtime/mask/exact/evaluate.ts';

/** The coordinates of a position in a region, null where it is not in it. */
function coordinatesIn({ base, axes, digits }: NumberedRegion, position: number): number[] | null {
  let rest = position - base;
  if (rest < 0) return null;
  const found = new Array<number>(axes.length);
  for (const at of digits) {
    const { size, stride } = axes[at];
    const coordinate = Math.floor(rest / stride);
    if (coordinate >= size) return null;
    found[at] = coordinate;
    rest -= coordinate * stride;
  }
  return rest === 0 ? found : null;
}

function graphOf(text: string) {
  const result = compile({ name: 'test.sa', text }, { until: 'lower' });
  if (!result.ok) throw new Error(result.diagnostics[0].message);
  return result.units[0].graph;
}

describe('ProductCounter', () => {
  it.each([
    ['neighborhood((5, 3))', [2, 4], [4, 2]],
    ['neighborhood((3, 7), stride: (3, 2))', [4, 2], [2, 2]],
    ['abs(i.y - j.y) + abs(i.x - j.x) < 4', [2, 4], [2, 4]],
    ['causal & axial(x)', [1, 8], [2, 4]],
  ] as const)('counts the tiles of %s as every pair says', (mask, own, other) => {
    const graph = graphOf(`pattern p over image(y: 12, x: 16) = ${mask}`);
    const nominal = nominalLaunch(graph);
    if (typeof nominal === 'string') throw new Error(nominal);
    const bound = nominal.launched.bind(0, 0);
    const queries = numberView(spaceView('queries', graph.space!, []), 'queries', nominal);
    const keys = numberView(spaceView('keys', graph.space!, []), 'keys', nominal);
    const boxes = (regions: typeof keys, box: readonly number[]) =>
      regions.map(({ axes }) => (axes.length === 2 ? box : [8]));
    const counts = new ProductCounter([bound], queries, keys, 8).count(
      boxes(queries, own),
      boxes(keys, other),
    );
    const live = new Map<string, number>();
    const grid = keys.find(({ axes }) => axes.length === 2)!;
    const tileOf = (position: number, box: readonly number[]) =>
      coordinatesIn(grid, position)!.map((coordinate, axis) => Math.floor(coordinate / box[axis]));
    for (let i = 0; i < 192; i++) {
      for (let j = 0; j < 192; j++) {
        const key = `${tileOf(i, own).join()} ${tileOf(j, other).join()}`;
        if (evaluateBound(bound, i, j)) live.set(key, (live.get(key) ?? 0) + 1);
      }
    }
    const full = [...live.values()].filter((pairs) => pairs === 8 * other[0] * other[1]).length;
    expect(counts).toEqual({ queryTiles: 24, fullTiles: full, partialTiles: live.size - full });
  });
});

describe('findPeriods', () => {
  const periodsOf = (text: string) => {
    const graph = graphOf(text);
    const scalars = { nq: 4096, nk: 4096, offset: 0, heads: 2, batch: 1, layer: 0, d: 5 };
    return findPeriods(graph.nodes[0].mask, rangesOfGraph(graph), scalars).map(
      ({ side, stride, modulus, name }) => `${side} ${stride} ${modulus} ${name}`,
    );
  };

  it.each([
    ['pattern p = causal', []],
    ['pattern p = window(each: 9, step: 4)', ['query 1 4 4', 'key 1 4 4']],
    ['pattern p = columns(every: 16, at: 0..<2)', ['key 1 16 16']],
    ['pattern p = block(8) { stride(4) }', ['query 8 4 4', 'key 8 4 4']],
    ['pattern p = i mod 6 == 0 & j mod 9 == 0', ['query 1 6 6', 'key 1 9 9']],
    [
      'attention a { launch d: int in 1..64 = 5 mask window(each: 9, step: d) heads 1 dim 8 }',
      ['query 1 5 d', 'key 1 5 d'],
    ],
  ])('%s', (text, expected) => {
    expect(new Set(periodsOf(text))).toEqual(new Set(expected));
  });
});

describe('factorizations', () => {
  it('are all of them, none above its limit', () => {
    expect(factorizations(8, [8, 8])).toEqual([
      [1, 8],
      [2, 4],
      [4, 2],
      [8, 1],
    ]);
    expect(factorizations(8, [2, 8])).toEqual([
      [1, 8],
      [2, 4],
    ]);
    expect(factorizations(32, [32, 32, 32])).toHaveLength(21);
    expect(factorizations(32, [2, 2])).toHaveLength(6);
  });
});

describe('readBranches', () => {
  it.each([
    ['causal', 1],
    ['causal & (window(keys: 5) | stride(4))', 2],
    ['if head == 0 then causal else (stride(3) | columns(every: 7, at: 0..<1))', 3],
    ['(stride(2) | stride(3)) & (stride(5) | stride(7))', 4],
  ])('%s has %i', (mask, count) => {
    expect(readBranches(graphOf(`pattern p = ${mask}`).nodes[0].mask)).toHaveLength(count);
  });
});
