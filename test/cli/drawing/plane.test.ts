import { describe, expect, it } from 'vitest';
import { shareOfCells } from '../../../cli/drawing/share-of-cells.ts';
import { visitedCells } from '../../../cli/drawing/visited-cells.ts';
import { compile } from '../../../compiler/index.ts';
import { evaluateBound, launchMask } from '../../../runtime/mask/index.ts';

/** A specification launched on n x n pairs. */
function launched(mask: string, n: number) {
  const text = `attention a { mask ${mask} heads 1 dim 32 }`;
  const { units, diagnostics } = compile({ name: 'a.sa', text });
  if (units.length === 0) throw new Error(diagnostics[0].message);
  const descriptor = units[0].descriptor!;
  return { descriptor, mask: launchMask(descriptor, { batch: 1, nq: n, nk: n, arrays: {} }) };
}

describe('shareOfCells', () => {
  it.each([5, 37, 64])('counts every pair, the border clipped, n %i', (n) => {
    const { mask } = launched('causal & (window(keys: 9) | stride(5))', n);
    const bound = mask.bind(0, 0);
    const tile = 4;
    const shares = shareOfCells(bound, { nq: n, nk: n, offset: 0, tile });
    const cells = Math.ceil(n / tile);
    for (let cell = 0; cell < cells * cells; cell++) {
      const [row, column] = [Math.floor(cell / cells), cell % cells];
      let [live, all] = [0, 0];
      for (let i = row * tile; i < Math.min(n, (row + 1) * tile); i++) {
        for (let j = column * tile; j < Math.min(n, (column + 1) * tile); j++) {
          all++;
          if (evaluateBound(bound, i, j)) live++;
        }
      }
      expect(shares[cell]).toBeCloseTo(live / all, live === 0 || live === all ? 6 : 2);
    }
  });

  it.each([
    ['causal & window(keys: 9000)', (i: number, j: number) => j <= i && i - j < 9000],
    ['causal & j mod 4 == 1', (i: number, j: number) => j <= i && j % 4 === 1],
  ] as const)('estimates large planes from their schedule: %s', (text, keeps) => {
    const n = 50_000;
    const tile = 2048;
    const { mask } = launched(text, n);
    const start = performance.now();
    const shares = shareOfCells(mask.bind(0, 0), { nq: n, nk: n, offset: 0, tile });
    // n^2 evaluations would take minutes.
    expect(performance.now() - start).toBeLessThan(10_000);
    const cells = Math.ceil(n / tile);
    for (let cell = 0; cell < cells * cells; cell += 7) {
      const [top, left] = [Math.floor(cell / cells) * tile, (cell % cells) * tile];
      const [height, width] = [Math.min(tile, n - top), Math.min(tile, n - left)];
      let live = 0;
      const [down, across] = [37, 41];
      for (let a = 0; a < 64; a++) {
        for (let b = 0; b < 64; b++) {
          if (keeps(top + ((a * down) % height), left + ((b * across) % width))) live++;
        }
      }
      // The grid of 64 x 64 probes meets a strided set only nearly in proportion.
      expect(Math.abs(shares[cell] - live / 4096)).toBeLessThan(0.25);
      if (shares[cell] === 0) expect(live).toBe(0);
      if (shares[cell] === 1) expect(live).toBe(4096);
    }
  });
});

describe('visitedCells', () => {
  const cases = [
    'causal',
    'causal & window(keys: 40)',
    'causal & stride(8)',
    'window(each: 5, step: 4)',
    'causal & powers_of_two()',
    'causal & (window(keys: 20) | columns(every: 16, at: 0..<2))',
  ];
  it.each(cases.flatMap((text) => [40, 129].map((n) => [text, n] as const)))(
    '%s, n %i: every live pair is visited, and full tiles hold nothing else',
    (text, n) => {
      const { descriptor, mask } = launched(text, n);
      const passes = descriptor.passes.map((pass) => ({
        pass,
        kernel: pass.kernels.find(({ purpose, target }) => purpose === 'tiled' && target === 'software')!,
      }));
      const { visited, full, visitedPairs } = visitedCells(
        passes,
        mask,
        { item: 0, head: 0 },
        {
          nq: n,
          nk: n,
          offset: 0,
          tile: 1,
        },
      );
      const bound = mask.bind(0, 0);
      let [count, live] = [0, 0];
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const at = i * n + j;
          count += visited[at];
          if (evaluateBound(bound, i, j)) {
            live++;
            // A tile of another pass may hold the pair as well; it is dead there.
            if (passes.length === 1 ? visited[at] !== 1 : visited[at] < 1)
              expect.fail(`(${i}, ${j}): ${visited[at]} visits`);
          } else if (full[at] > 0) {
            expect.fail(`a full tile holds the dead pair (${i}, ${j})`);
          }
        }
      }
      expect(count).toBe(visitedPairs);
      expect(live).toBeGreaterThan(0);
    },
  );

  it('adds up to the same in larger cells', () => {
    const { descriptor, mask } = launched('causal & (window(keys: 20) | stride(16))', 150);
    const passes = descriptor.passes.map((pass) => ({ pass, kernel: pass.kernels[0] }));
    const sizes = { nq: 150, nk: 150, offset: 0 };
    const fine = visitedCells(passes, mask, { item: 0, head: 0 }, { ...sizes, tile: 1 });
    const coarse = visitedCells(passes, mask, { item: 0, head: 0 }, { ...sizes, tile: 8 });
    const cells = Math.ceil(150 / 8);
    let sum = 0;
    coarse.visited.forEach((share, cell) => {
      const [height, width] = [Math.floor(cell / cells), cell % cells].map((at) => Math.min(8, 150 - 8 * at));
      sum += share * height * width;
    });
    expect(sum).toBeCloseTo(fine.visitedPairs, 0);
    expect(coarse.visitedPairs).toBe(fine.visitedPairs);
  });
});
