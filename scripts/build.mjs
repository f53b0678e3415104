#!/usr/bin/env node
// Builds dist/: the command line, the library and the runtime as bundles, and their types.
//
//   node scripts/build.mjs                          everything, into dist/
//   node scripts/build.mjs --bundles-only FOLDER    the bundles alone, into another folder of the project
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [flag, folder] = process.argv.slice(2);
const bundlesOnly = flag === '--bundles-only';
if ((flag !== undefined && !bundlesOnly) || (bundlesOnly && folder === undefined)) {
  console.error('usage: node scripts/build.mjs [--bundles-only FOLDER]');
  process.exit(2);
}
const dist = bundlesOnly ? resolve(root, folder) : join(root, 'dist');

/** Heavy or native packages stay outside: they are imported only where a launcher is printed or a device is opened. */
const external = ['ts-morph', 'prettier', 'webgpu', 'koffi', '@sparticuz/chromium'];

const options = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  external,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
};

rmSync(dist, { recursive: true, force: true });

await Promise.all([
  // What a start does not need is split off and loaded by the command that asks for it.
  build({
    ...options,
    entryPoints: { main: 'cli/main.ts' },
    outdir: join(dist, 'cli'),
    platform: 'node',
    target: 'node20',
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    // commander is CommonJS and asks for Node's own modules by `require`.
    banner: {
      js: "import { createRequire as makeRequire_ } from 'node:module'; const require = makeRequire_(import.meta.url);",
    },
  }),
  // The compiler and the runtime run in browsers too, and share their common parts, so that an app which imports both
  // holds them once.
  build({
    ...options,
    entryPoints: {
      'compiler/index': 'compiler/index.ts',
      'runtime/index': 'runtime/index.ts',
      'runtime/node/index': 'runtime/node/index.ts',
      'runtime/cuda/index': 'runtime/cuda/index.ts',
    },
    outdir: dist,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: [...external, 'node:*'],
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    minifyWhitespace: false,
  }),
]);

const main = join(dist, 'cli', 'main.js');
if (!readFileSync(main, 'utf8').startsWith('#!')) throw new Error('dist/cli/main.js lost its first line.');
chmodSync(main, 0o755);

if (!bundlesOnly) {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'scripts', 'tsconfig.types.json')], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
