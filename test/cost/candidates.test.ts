import { describe, expect, it } from 'vitest';
import {
  cudaTargets,
  describeLayout,
  listCandidates,
  listCudaCandidates,
  onlyLayout,
  targets,
  tunedCudaTargets,
  tunedTargets,
} from '../../compiler/cost/index.ts';
import type { TunedLayout } from '../../compiler/cost/index.ts';
import { compile } from '../../compiler/index.ts';
import type { CompileOptions } from '../../compiler/index.ts';

const text = (dtype: string, dim: number, mask = 'causal & window(each: 40) & (j - i) mod 3 != 1') =>
  `attention a {\n  mask ${mask}\n  heads 1\n  dim ${dim}\n  dtype ${dtype}\n}\n`;

/** The kernels that a candidate is measured by, or the diagnostic that refuses it. An exception is neither. */
function kernelsOf(source: string, options: CompileOptions): readonly string[] | string {
  const result = compile({ name: 'a.sa', text: source }, { ...options, verify: true });
  if (!result.ok) return result.diagnostics[0].name;
  const [unit] = result.units;
  return (unit.cuda ?? unit.descriptor)!.passes.flatMap(({ kernels }) => kernels.map(({ name }) => name));
}

describe('candidates', () => {
  it('are the layouts of the table, and near them others, each once', () => {
    for (const table of targets) {
      for (const list of ['tiled', 'smallQuery', 'diagonal'] as const) {
        const given = listCandidates(table, list, 'table').map(({ layout }) => layout);
        expect(given).toEqual(table[list]);
        const near = listCandidates(table, list, 'near');
        expect(near.slice(0, given.length).map(({ layout }) => layout)).toEqual(given);
        expect(near.length).toBeGreaterThan(given.length);
        expect(new Set(near.map(({ layout }) => JSON.stringify(Object.entries(layout).sort()))).size).toBe(
          near.length,
        );
      }
    }
    for (const table of cudaTargets) {
      const given = listCudaCandidates(table, 'tiles', 100, 'table').map(({ layout }) => layout);
      expect(given).toEqual(
        table.tiles.filter(({ upTo }) => upTo >= 100).map((tile) => ({ ...tile, upTo: 100 })),
      );
      expect(listCudaCandidates(table, 'tiles', 100, 'near').length).toBeGreaterThan(given.length);
      expect(listCudaCandidates(table, 'tiles', 300, 'near')).toEqual([]);
    }
  });

  it.each([16, 128])('of WGSL compile at dim %i, or are refused by a diagnostic', (dim) => {
    let served = 0;
    for (const table of targets) {
      for (const candidate of listCandidates(table, 'tiled', 'near')) {
        const found = kernelsOf(text('f32', dim), { targets: onlyLayout([table], candidate) });
        if (typeof found === 'string') expect(found, describeLayout(candidate)).toBe('head-dim-not-served');
        else served++;
      }
    }
    expect(served).toBeGreaterThan(10);
  });

  it.each([64, 128, 256])('of CUDA compile at dim %i, or are refused by a diagnostic', (dim) => {
    let served = 0;
    for (const table of cudaTargets) {
      for (const candidate of listCudaCandidates(table, 'tiles', dim, 'near')) {
        const only = onlyLayout(cudaTargets, candidate);
        const found = kernelsOf(text('bf16', dim), { target: 'cuda', cudaTargets: only });
        if (typeof found === 'string') expect(found, describeLayout(candidate)).toBe('head-dim-not-served');
        else {
          served++;
          expect(found.filter((name) => !name.includes('few'))).toHaveLength(1);
        }
      }
    }
    expect(served).toBeGreaterThan(3);
  });

  it('of diagonals compile', () => {
    const [sm80] = cudaTargets;
    for (const candidate of listCudaCandidates(sm80, 'diagonal', 64, 'near')) {
      const only = onlyLayout(cudaTargets, candidate);
      const source = text('bf16', 64, 'causal & powers_of_two()');
      const found = kernelsOf(source, { target: 'cuda', cudaTargets: only });
      expect(found, describeLayout(candidate)).toBeInstanceOf(Array);
    }
  });
});

describe('tuned tables', () => {
  const layout = { upTo: 64, warps: 4, rows: 16, keys: 32, stages: 3, blocks: 1 };
  const tuned = (of: 'cuda-sm80' | 'cuda-sm90a'): TunedLayout => ({
    target: 'cuda',
    class: of,
    list: 'tiles',
    layout,
  });

  it('put the layout first; a family that the device would prefer gives way', () => {
    const [sm80, sm90a] = cudaTargets;
    expect(tunedCudaTargets(cudaTargets, [tuned('cuda-sm80')])).toEqual([
      { ...sm80, tiles: [layout, ...sm80.tiles] },
      { ...sm90a, tiles: [] },
    ]);
    expect(tunedCudaTargets(cudaTargets, [tuned('cuda-sm90a')])).toEqual([
      sm80,
      { ...sm90a, tiles: [layout, ...sm90a.tiles] },
    ]);
    const wgsl: TunedLayout = {
      target: 'wgsl',
      class: 'gpu',
      list: 'diagonal',
      layout: { x: 4, y: 4, rows: 1, columns: 2 },
    };
    expect(tunedCudaTargets(cudaTargets, [wgsl])).toEqual(cudaTargets);
    expect(tunedTargets(targets, [wgsl, tuned('cuda-sm80')]).map(({ diagonal }) => diagonal[0])).toEqual([
      wgsl.layout,
      targets[1].diagonal[0],
    ]);
  });

  it('are said in words', () => {
    expect(describeLayout(tuned('cuda-sm80'))).toBe(
      'cuda-sm80 tiles 64x32, 4 warps of 16 rows, 3 stages, blocks 1',
    );
    const overlapped = { ...tuned('cuda-sm90a'), layout: { ...layout, overlap: true, apart: false } };
    expect(describeLayout(overlapped as TunedLayout)).toMatch(/blocks 1, overlap$/);
  });
});
