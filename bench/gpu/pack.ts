// Packs what `run.sh` needs on a machine without node and npm into one folder, which git ignores:
//
//   npx tsx bench/gpu/pack.ts [--folder .gpu-kit] [--webgpu]
//
// node as xz, the benchmark and the command line as bundles, koffi for Linux on x64; with --webgpu Dawn too. Everything
// else (specifications, Python, scripts) is in the repository. The folder stays under 64 MiB. Programs are packed as they
// are now: pack again after a change. Node itself is kept where it is of this version.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { optionOf } from '../benchmark.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const limit = 64 * 2 ** 20;
const args = process.argv.slice(2);
const folder = join(root, optionOf(args, 'folder', '.gpu-kit'));
const find = createRequire(import.meta.url);

for (const part of ['bundle', 'node_modules']) rmSync(join(folder, part), { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const external = ['koffi', 'webgpu', 'ts-morph', 'prettier', '@sparticuz/chromium', 'prettier/*'];
// Two folders below the root, as the sources are: they find `spec-examples/` from where they lie.
for (const [name, entry] of [
  ['bench', 'bench/gpu/main.ts'],
  ['sparsec', 'cli/main.ts'],
]) {
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: join(folder, 'bundle', `${name}.mjs`),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external,
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as makeRequire_ } from 'node:module'; const require = makeRequire_(import.meta.url);",
    },
  });
}

copyPackage('koffi', (name) => !/^\/(doc|vendor)(\/|$)/.test(name));
copyPackage('@koromix/koffi-linux-x64', (name) => !name.includes('/musl'));
if (args.includes('--webgpu'))
  copyPackage('webgpu', (name) => !/\/dist\/(darwin|win32|linux-arm)/.test(name));

// The driver is not looked for where there may be one: its absence is said by a program that found everything else.
const tried = spawnSync(process.execPath, [join(folder, 'bundle', 'bench.mjs'), 'info'], {
  env: { ...process.env, SPARSEC_CUDA_DRIVER: '/nowhere' },
  encoding: 'utf8',
});
if (!tried.stderr.includes('no CUDA driver was found'))
  throw new Error(`the kit does not start: ${tried.stderr}`);

const [node, version] = [join(folder, 'node.xz'), join(folder, 'node.version')];
if (!existsSync(version) || !existsSync(node) || readFileSync(version, 'utf8') !== process.version) {
  rmSync(version, { force: true });
  const stdio = ['ignore', openSync(node, 'w'), 'inherit'] as const;
  execFileSync('xz', ['-6', '-T0', '--stdout', process.execPath], { stdio: [...stdio] });
  writeFileSync(version, process.version);
}

const bytes = sizeOf(folder);
console.log(`${folder}: ${(bytes / 2 ** 20).toFixed(1)} MiB`);
if (bytes > limit) {
  console.error(`that is over ${limit / 2 ** 20} MiB`);
  process.exitCode = 1;
}

function copyPackage(name: string, keep: (path: string) => boolean): void {
  const from = packageFolder(name);
  cpSync(from, join(folder, 'node_modules', name), {
    recursive: true,
    dereference: true,
    filter: (path) => keep(path.slice(from.length)),
  });
}

function packageFolder(name: string): string {
  // From koffi, since its native part is a dependency of its own.
  const finder = name.startsWith('@koromix/') ? createRequire(find.resolve('koffi')) : find;
  let path = dirname(finder.resolve(name));
  while (!path.endsWith(`node_modules/${name}`)) path = dirname(path);
  return path;
}

function sizeOf(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
