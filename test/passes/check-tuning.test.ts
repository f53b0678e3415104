import { describe, expect, it } from 'vitest';
import { compile, readTuning, renderText } from '../../compiler/index.ts';
import type { TunedLayout, Tuning } from '../../compiler/index.ts';

const source = { name: 'near.sa', text: 'attention near {\n  mask causal\n  heads 1\n  dim 64\n}\n' };
const wgsl: TunedLayout = {
  target: 'wgsl',
  class: 'software',
  list: 'tiled',
  layout: { x: 2, y: 2, rows: 4, columns: 4 },
};
const cuda: TunedLayout = {
  target: 'cuda',
  class: 'cuda-sm80',
  list: 'tiles',
  layout: { upTo: 64, warps: 4, rows: 16, keys: 32, stages: 2, blocks: 1 },
};
const tuning = (layouts: readonly TunedLayout[], changes: Partial<Tuning> = {}): Tuning => ({
  ...{ attention: 'near', dim: 64, dimV: 64, dtype: 'f32', layouts },
  ...changes,
});

/** The names of the kernels, and what was said. */
function compiled(tuned: readonly Tuning[], target: 'wgsl' | 'cuda' = 'wgsl') {
  const result = compile(source, {
    tuned,
    target,
    ...(target === 'cuda' && { defaults: { dtype: 'bf16' } }),
  });
  const [unit] = result.units;
  const kernels = (unit?.cuda ?? unit?.descriptor)?.passes.flatMap((pass) =>
    pass.kernels.map(({ name }) => name),
  );
  const said = result.diagnostics.map((diagnostic) => renderText([diagnostic], [source], { color: false }));
  return { ok: result.ok, kernels: kernels ?? [], said };
}

describe('a tuning', () => {
  it('decides the layout of its attention, of its class and target alone', () => {
    const plain = compiled([]);
    const tuned = compiled([tuning([wgsl, cuda])]);
    expect(tuned.said).toEqual([]);
    expect(tuned.kernels).toContain('attend_software_8x8');
    expect(tuned.kernels.filter((name) => !name.includes('software_8x8'))).toEqual(
      plain.kernels.filter((name) => name !== 'attend_software_32x32'),
    );
    expect(compiled([tuning([wgsl], { attention: 'far' })])).toEqual(plain);
    const inCuda = compiled([tuning([wgsl, cuda], { dtype: 'bf16' })], 'cuda');
    expect(inCuda.said).toEqual([]);
    expect(inCuda.kernels).toContain('attend_sm80_64x32');
    expect(inCuda.kernels.some((name) => name.includes('sm90a'))).toBe(false);
  });

  it('of another shape is not used, and a warning says so', () => {
    const { ok, kernels, said } = compiled([tuning([wgsl], { dim: 128, dtype: 'f16' })]);
    expect({ ok, kernels }).toEqual({ ok: true, kernels: compiled([]).kernels });
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('SA0705');
    expect(said[0]).toContain(
      'The tuning of "near" is not used: it was measured at dim 128, dim_v 64, f16, this is dim 64, dim_v 64, f32.',
    );
    expect(said[0]).toContain('near.sa:1:');
  });

  it('that does not fit is an error', () => {
    const wide: TunedLayout = { ...wgsl, layout: { x: 64, y: 64, rows: 1, columns: 1 } };
    const { ok, said } = compiled([tuning([wide])]);
    expect(ok).toBe(false);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('SA0706');
    expect(said[0]).toContain(
      'the tuned layout software tiled 64x64, 64x64 threads of 1x1 does not fit dim 64 and dim_v 64.',
    );
    const deep = { ...cuda, layout: { ...cuda.layout, stages: 99 } } as TunedLayout;
    expect(compiled([tuning([deep], { dtype: 'bf16' })], 'cuda').said[0]).toContain('SA0706');
  });
});

describe('readTuning', () => {
  const good = { sparsec: '0.1.0', tuning: tuning([wgsl, cuda]), candidates: [] };

  it('reads what tune writes', () => {
    expect(readTuning(JSON.parse(JSON.stringify(good)))).toEqual(good.tuning);
  });

  it.each([
    [[], 'the file must be an object'],
    [{}, '"tuning" must be an object'],
    [{ tuning: { ...good.tuning, attention: 7 } }, '"tuning.attention" must be a name'],
    [{ tuning: { ...good.tuning, dim: 0 } }, '"tuning.dim" must be an integer from 1 on'],
    [{ tuning: { ...good.tuning, dtype: 'f64' } }, '"tuning.dtype" must be f32, f16 or bf16'],
    [{ tuning: { ...good.tuning, layouts: {} } }, '"tuning.layouts" must be a list'],
    [
      { tuning: tuning([{ ...wgsl, class: 'cuda-sm80' } as never]) },
      'the class of "tuning.layouts[0]" must be software or gpu',
    ],
    [
      { tuning: tuning([wgsl, { ...cuda, list: 'tiled' } as never]) },
      'the list of "tuning.layouts[1]" must be tiles or smallQuery or diagonal',
    ],
    [
      { tuning: tuning([{ ...wgsl, target: 'metal' } as never]) },
      'the target of "tuning.layouts[0]" must be wgsl or cuda',
    ],
    [
      { tuning: tuning([{ ...wgsl, layout: { x: 1, y: 2, rows: 3 } } as never]) },
      'columns of "tuning.layouts[0]" must be an integer from 1 on',
    ],
  ])('refuses %j', (json, message) => {
    expect(() => readTuning(json)).toThrow(`is no tuning: ${message}`);
  });
});
