import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../compiler/version.ts';

/** Inside the project, as bundles find their packages from where they lie. */
const folder = join(process.cwd(), '.cache', 'test-bundles');
const main = join(folder, 'cli', 'main.js');

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs', '--bundles-only', folder]);
  expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sparsec(argv: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...argv], { input });
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
}

const source = 'attention near {\n  mask causal & window(keys: 3)\n  heads 1\n  dim 32\n}\n';

describe('the bundled command line', () => {
  it('is executable by itself', () => {
    expect(statSync(main).mode & 0o111).not.toBe(0);
    expect(readFileSync(main, 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true);
    expect(sparsec(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('does not load the compiler for help', () => {
    const loaded = readFileSync(main, 'utf8').match(/from"\.\/parts\/[^"]+"/g) ?? [];
    const sizes = loaded.map((text) => statSync(join(folder, 'cli', text.slice(6, -1))).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100_000);
  });

  it('reads stdin, prints to stdout, and exits as documented', () => {
    expect(sparsec(['mask', '-', '--n', '4', '--format', 'text'], source)).toEqual({
      status: 0,
      stdout: '1...\n11..\n111.\n.111\n',
      stderr: '',
    });
    expect(sparsec(['check', '-'], 'pattern p = windw(each: 1)').status).toBe(1);
    expect(sparsec(['check', '-', '--fromat']).status).toBe(2);
    expect(sparsec(['explain', '-', '--n', '100', '--format', 'json'], source).status).toBe(0);
    expect(sparsec(['compile', '-', '--emit', 'launcher'], source).stdout).toContain('sparsec/runtime');
    expect(sparsec(['run', '-', '--n', '10', '--device', 'reference'], source).stdout).toContain('\nok: ');
  });

  it('keeps its exit code where nobody reads the messages', () => {
    const command = `{ "${process.execPath}" "${main}" check - 3>&1 1>&2 2>&3; echo $? >&2; } | true`;
    const input = 'pattern p = windw(each: 1)\n'.repeat(2000);
    expect(spawnSync('sh', ['-c', command], { input }).stderr.toString()).toBe('1\n');
  });

  it('is content with a reader that stops early', () => {
    const command = `"${process.execPath}" "${main}" mask - --n 3000 | head -c 20`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { input: source });
    expect({ stdout: stdout.toString(), stderr: stderr.toString() }).toEqual({
      stdout: '{"nq":3000,"nk":3000',
      stderr: '',
    });
  });
});

describe('the bundled library', () => {
  it('compiles', async () => {
    const { compile } = await import(pathToFileURL(join(folder, 'compiler', 'index.js')).href);
    const { ok, units } = compile({ name: 'near.sa', text: source });
    expect({ ok, names: units.map(({ name }: { name: string }) => name) }).toEqual({
      ok: true,
      names: ['near'],
    });
  });

  it('shares the runtime between its entries', () => {
    const text = (path: string) => readFileSync(join(folder, path), 'utf8');
    expect(text('runtime/index.js')).not.toContain('class SparsecError');
    expect(text('compiler/index.js')).not.toContain('class SparsecError');
  });

  it.each(['runtime/index.js', 'compiler/index.js'])('%s bundles for browsers', async (entry) => {
    const { outputFiles } = await build({
      entryPoints: [join(folder, entry)],
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
      logLevel: 'silent',
      // Loaded only where a launcher is emitted; browsers that do so bring them themselves.
      external: ['ts-morph', 'prettier'],
    });
    expect(outputFiles[0].text).not.toMatch(/from\s*"node:/);
  });
});
