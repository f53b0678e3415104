import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cudaTargets } from '../../../compiler/cost/index.ts';
import type { CudaDescriptor } from '../../../runtime/cuda/descriptor.ts';
import { compileExamples } from '../../examples/load-examples.ts';
import { chosenModule, specify } from './modules.ts';

const folder = join(import.meta.dirname, 'goldens');
const update = process.env.UPDATE_GOLDENS === '1';
const units = compileExamples({ until: 'lower' });
const oldest = cudaTargets.filter((target) => target.class === 'cuda-sm80');

const example = (name: string, targets = cudaTargets): CudaDescriptor =>
  chosenModule({ ...units.get(name)!.graph, dtype: 'bf16' }, targets);
const far = [0, 1000, 2000, 3000].map((distance) => `i - j == ${distance}`).join(' | ');

/** As the cost model schedules them; those of both families first. */
const goldens: Readonly<Record<string, () => CudaDescriptor>> = {
  // A run table, and words of listed keys.
  'longformer.encoder': () => example('longformer encoder'),
  // Row bounds.
  'mistral.decoder': () => example('mistral decoder'),
  // Every step of the score but a bias.
  'gpt_oss.decoder': () => example('gpt_oss decoder'),
  // A score of its own.
  'score_mods.kerple': () => example('score_mods kerple', oldest),
  // Boxes over a video.
  'natten_3d.video': () => example('natten_3d video', oldest),
  // Two passes of one softmax, one of them in boxes of residues.
  'sparse_transformer.strided': () => example('sparse_transformer strided', oldest),
  // Parted rows over listed keys.
  'lut.encoder': () => example('lut encoder'),
  // Weights without a softmax.
  'seqboat.encoder_laplace': () => example('seqboat encoder_laplace'),
  // Diagonals.
  'far.diagonals': () => chosenModule(specify(far, 'heads 2 dim 64', 'bf16'), oldest),
};

it.each(Object.entries(goldens))(
  'the text of %s is as it was (UPDATE_GOLDENS=1 accepts a change)',
  (name, module) => {
    const file = join(folder, `${name}.cu`);
    const { code } = module().cuda;
    if (update) writeFileSync(file, code);
    expect(existsSync(file) && readFileSync(file, 'utf8')).toBe(code);
  },
);

it('no other file lies beside the goldens', () => {
  expect(readdirSync(folder).sort()).toEqual(
    Object.keys(goldens)
      .map((name) => `${name}.cu`)
      .sort(),
  );
});
