import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cudaTargets } from '../../../compiler/cost/index.ts';
import { compileExamples } from '../../examples/load-examples.ts';
import { cudaModule } from './modules.ts';

const folder = join(import.meta.dirname, 'goldens');
const update = process.env.UPDATE_GOLDENS === '1';

/** A run table with a list; row bounds; every step of the score but a bias. */
const golden = ['longformer encoder', 'mistral decoder', 'gpt_oss decoder'];
const units = compileExamples({ until: 'lower' });

it.each(golden)('the text of %s is as it was (UPDATE_GOLDENS=1 accepts a change)', (name) => {
  const file = join(folder, `${name.replace(' ', '.')}.cu`);
  const { code } = cudaModule({ ...units.get(name)!.graph, dtype: 'bf16' }, cudaTargets).cuda;
  if (update) writeFileSync(file, code);
  expect(existsSync(file) && readFileSync(file, 'utf8')).toBe(code);
});

it('no other file lies beside the goldens', () => {
  expect(readdirSync(folder).sort()).toEqual(golden.map((name) => `${name.replace(' ', '.')}.cu`).sort());
});
