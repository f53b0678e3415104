import { describe, expect, it } from 'vitest';
import { cudaTargets } from '../../compiler/cost/index.ts';
import { compile } from '../../compiler/index.ts';
import type { CompileOptions } from '../../compiler/index.ts';
import type { Schedule } from '../../compiler/ir/schedule.ts';
import { cudaLayoutTargets } from '../../compiler/passes/layout/cuda-layout-targets.ts';

function schedule(mask: string, options: CompileOptions = {}, fields = 'heads 2 dim 64'): Schedule {
  const text = `attention a { mask ${mask} ${fields} dtype bf16 }`;
  const result = compile(
    { name: 'test.sa', text },
    { target: 'cuda', until: 'plan', verify: true, ...options },
  );
  expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return result.units[0].schedule!;
}

const layout = ({ alternatives }: Schedule) => alternatives[0].name;

describe('the schedule of CUDA kernels', () => {
  it.each([
    ['causal', 'plain'],
    ['window(each: 64)', 'plain'],
    ['causal & stride(4)', 'residues of 4'],
    ['causal & (window(keys: 128) | stride(128))', 'plain + residues of 128'],
    ['causal & columns(every: 64, at: 63..<64)', 'keys by residues of 64'],
    ['j == i | j == i - 100', 'diagonals'],
  ])('%s: %s', (mask, name) => {
    expect(layout(schedule(mask))).toBe(name);
  });

  it('lays boxes over grids', () => {
    const over = 'over image(y: 256, x: 256)';
    const { passes } = schedule('neighborhood((80, 80))', {}, `${over} heads 1 dim 64`);
    expect(passes[0].queries.kind).toBe('boxes');
    // For each kernel of both families, and for few queries.
    expect(passes[0].shapes.map(({ queries, keys }) => [queries, keys])).toEqual(
      expect.arrayContaining([
        [128, 128],
        [128, 64],
        [16, 64],
      ]),
    );
    for (const { queries, keys, extents } of passes[0].shapes) {
      for (const box of extents.queries) expect(box.reduce((a, b) => a * b)).toBe(queries);
      for (const box of extents.keys) expect(box.reduce((a, b) => a * b)).toBe(keys);
    }
  });

  it('lays boxes of fewer slots than a tile over axes that powers of two do not divide', () => {
    const over = 'over video(t: 5, y: 30, x: 50)';
    const { passes } = schedule('neighborhood((3, 7, 7))', {}, `${over} heads 1 dim 64`);
    const slots = passes[0].shapes.flatMap(({ queries, extents }) =>
      extents.queries.map((box) => box.reduce((a, b) => a * b) / queries),
    );
    expect(Math.max(...slots)).toBe(1);
    expect(Math.min(...slots)).toBeLessThan(1);
    expect(Math.min(...slots)).toBeGreaterThanOrEqual(0.75);
  });

  it('can be told not to', () => {
    const both = 'causal & (window(keys: 128) | stride(128))';
    expect(schedule(both, { noLayout: true, noSplit: true }).passes).toHaveLength(1);
    expect(schedule(both, { noSplit: true }).passes).toHaveLength(1);
    expect(layout(schedule('causal & stride(4)', { noLayout: true }))).toBe('plain');
  });

  it('takes no strategy that some device has no kernel for', () => {
    const mask = 'j == i | j == i - 100';
    const without = cudaTargets.map((target) => ({ ...target, diagonal: [] }));
    expect(layout(schedule(mask, { cudaTargets: without }))).toBe('plain');
    const [old] = cudaTargets.filter((target) => target.class === 'cuda-sm80');
    expect(layout(schedule(mask, { cudaTargets: [old] }))).toBe('diagonals');
  });
});

describe('cudaLayoutTargets', () => {
  const plain = { kind: 'positions' } as const;
  const dense = { queries: plain, keys: plain, strategy: 'dense' } as const;
  const diagonal = { queries: plain, keys: plain, strategy: 'diagonal' } as const;

  it('has the tiles of each family, the newest first, and lends diagonals to the newer one', () => {
    const found = cudaLayoutTargets({ dim: 64, dimV: 64, nodes: [] }, cudaTargets);
    expect(found.map((target) => target.class)).toEqual(['cuda-sm90a', 'cuda-sm80']);
    expect(found.map(({ tileOf }) => tileOf(dense))).toEqual([
      { queries: 128, keys: 128 },
      { queries: 128, keys: 64 },
    ]);
    expect(found[0].tileOf(diagonal)).toEqual(found[1].tileOf(diagonal));
    expect(found[1].tileOf(diagonal)).not.toBeNull();
    for (const { sizes, tileOf } of found) {
      expect(sizes).toContainEqual(tileOf(dense));
      expect(sizes).toContainEqual({ queries: 16, keys: 64 });
    }
  });

  it('leaves families out that have no tile for the head dimensions', () => {
    const narrow = cudaTargets.map((target) =>
      target.class === 'cuda-sm90a' ? { ...target, tiles: target.tiles.slice(0, 1) } : target,
    );
    const classes = (dim: number) =>
      cudaLayoutTargets({ dim, dimV: dim, nodes: [] }, narrow).map((each) => each.class);
    expect(classes(64)).toEqual(['cuda-sm90a', 'cuda-sm80']);
    expect(classes(128)).toEqual(['cuda-sm80']);
  });
});
