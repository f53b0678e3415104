import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileSource } from '../../cli/compile-file.ts';
import { emitStage } from '../../cli/emit-stages.ts';
import type { Stage } from '../../cli/stages.ts';
import { goldenCases } from './golden-cases.ts';
import type { GoldenCase } from './golden-cases.ts';
import { testTerminal } from '../cli/test-terminal.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const update = process.env.UPDATE_GOLDENS === '1';

/** The launcher ends in .txt, so that it is neither compiled nor formatted with the project. */
const fileNames: Readonly<Record<Stage, string>> = {
  ast: 'ast.json',
  mask: 'mask.txt',
  graph: 'graph.txt',
  schedule: 'schedule.txt',
  kernels: 'kernels.txt',
  wgsl: 'kernels.wgsl',
  cuda: 'kernels.cu',
  launcher: 'launcher.ts.txt',
  json: 'descriptor.json',
};

async function render({ file, stages }: GoldenCase): Promise<Map<string, string>> {
  const terminal = testTerminal({ cwd: root });
  const source = { name: file, text: readFileSync(join(root, file), 'utf8') };
  const texts = new Map<string, string>();
  for (const target of ['wgsl', 'cuda'] as const) {
    const wanted = stages.filter((stage) => (stage === 'cuda') === (target === 'cuda'));
    if (wanted.length === 0) continue;
    const defaults = target === 'cuda' ? ({ dtype: 'bf16' } as const) : {};
    const options = { verify: true, printAfter: ['all'], target, defaults };
    const result = compileSource(source, options, terminal);
    expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    for (const unit of result.units) {
      for (const stage of wanted) {
        const name = fileNames[stage];
        const path = result.units.length === 1 ? name : `${unit.name}.${name}`;
        texts.set(path, await emitStage(stage, unit, { ...result, source }));
      }
    }
  }
  return texts;
}

function readFolder(folder: string): Map<string, string> {
  try {
    return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  } catch {
    return new Map();
  }
}

describe('goldens', () => {
  it.each(goldenCases)('keep every stage of $name (UPDATE_GOLDENS=1 accepts a change)', async (golden) => {
    const folder = join(here, golden.name);
    const texts = await render(golden);
    if (update) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      for (const [path, text] of texts) writeFileSync(join(folder, path), text);
    }
    const kept = readFolder(folder);
    expect([...kept.keys()].sort()).toEqual([...texts.keys()].sort());
    for (const [path, text] of texts) expect(text, path).toBe(kept.get(path));
  });

  it('come out the same when they are made again', async () => {
    for (const golden of goldenCases) expect(await render(golden)).toEqual(await render(golden));
  });

  it('hold nothing of this machine', () => {
    for (const { name } of goldenCases) {
      for (const [path, text] of readFolder(join(here, name))) {
        expect(text.includes(root), `${name}/${path} names the checkout`).toBe(false);
        expect(/\b20\d\d-\d\d-\d\d\b/.test(text), `${name}/${path} holds a date`).toBe(false);
      }
    }
  });

  it('leave no folder behind', () => {
    const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual(goldenCases.map(({ name }) => name).sort());
  });
});
