import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { version } from '../compiler/version.ts';

/** The rules of docs/ARCHITECTURE.md that a machine can check, read off the import statements of the sources. */
const root = fileURLToPath(new URL('..', import.meta.url));
const rooms = ['compiler', 'runtime', 'cli'];

/** Types alone: what the compiler hands to the runtime. */
const cudaTypes = 'runtime/cuda/descriptor.ts';

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = rooms.flatMap((room) => typescriptFiles(join(root, room)));
const imports = files.flatMap(importsOf);
const relativeImports = imports.filter(({ to }) => to.startsWith(root)).map(inRepository);

describe('rooms', () => {
  it('runtime imports nothing from the compiler or the command line', () => {
    expect(arrows('runtime/', /^(compiler|cli)\//)).toEqual([]);
  });

  it('the compiler imports nothing from the command line, nor what only Node has', () => {
    expect(arrows('compiler/', /^(cli|runtime\/(node|webgpu|cuda))\//, cudaTypes)).toEqual([]);
  });

  it('the launch code knows of CUDA what its descriptor says, and is browser-safe with it', () => {
    expect(
      arrows('runtime/(arrays|errors|launch|mask|schedule)', /^runtime\/(node|webgpu|cuda)\//, cudaTypes),
    ).toEqual([]);
    expect(arrows(cudaTypes, /^runtime\/cuda\//)).toEqual([]);
  });

  it('codegen reads the IRs, never the parser or the passes', () => {
    expect(arrows('compiler/codegen/', /^compiler\/(parser|passes)\//)).toEqual([]);
  });

  it('no target prints with what another one prints with', () => {
    expect(arrows('compiler/codegen/cuda/', /^compiler\/codegen\/wgsl\//)).toEqual([]);
    expect(arrows('compiler/codegen/(wgsl|[a-z-]+\\.ts)', /^compiler\/codegen\/cuda\//)).toEqual([]);
    expect(arrows('compiler/codegen/[a-z-]+\\.ts', /^compiler\/codegen\/wgsl\//)).toEqual([]);
  });

  it('the IRs know neither parser, passes nor codegen', () => {
    expect(arrows('compiler/ir/', /^compiler\/(parser|passes|codegen)\//)).toEqual([]);
  });

  it('only the command line, runtime/node and runtime/cuda use Node', () => {
    const users = imports.filter(({ to }) => to.startsWith('node:')).map(({ from }) => relative(root, from));
    expect(users.filter((file) => !/^(cli|runtime\/(node|cuda))\//.test(file))).toEqual([]);
  });

  it.each(['runtime/mask', 'runtime/schedule', 'compiler/passes/lower'])(
    'no chapter of %s imports in a circle',
    (room) => {
      const chapterOf = (file: string) => file.slice(room.length + 1).split('/')[0];
      const between = relativeImports
        .filter(({ from, to }) => from.startsWith(`${room}/`) && to.startsWith(`${room}/`))
        .map(({ from, to }) => ({ from: chapterOf(from), to: chapterOf(to) }))
        .filter(({ from, to }) => from !== to);
      expect(between.length).toBeGreaterThan(20);
      expect(circles(between)).toEqual([]);
    },
  );

  it('no file imports in a circle', () => {
    expect(circles(relativeImports)).toEqual([]);
  });
});

it('version.ts says what package.json says', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(version).toBe(manifest.version);
});

/** Arrows from files that begin like `from` to files that are like `to`, but not to the file `except`. */
function arrows(from: string, to: RegExp, except?: string): string[] {
  const begins = new RegExp(`^${from}`);
  return relativeImports
    .filter((entry) => begins.test(entry.from) && to.test(entry.to) && entry.to !== except)
    .map((entry) => `${entry.from} -> ${entry.to}`);
}

/** Every circle found from some file, as the chain of its files. Type-only imports count: a reader goes in circles too. */
function circles(arrowsOfFiles: readonly Import[]): string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of arrowsOfFiles) targets.set(from, [...(targets.get(from) ?? []), to]);
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      found.push([...path.slice(at), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return found;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const statements = text.matchAll(/^(?:import|export)\s+[^'"`;]*?from\s+'([^']+)'|import\('([^']+)'\)/gm);
  return [...statements].map(([, from, dynamic]) => {
    const path = from ?? dynamic;
    return { from: file, to: path.startsWith('.') ? resolve(dirname(file), path) : path };
  });
}

function inRepository({ from, to }: Import): Import {
  return { from: relative(root, from), to: relative(root, to) };
}

function typescriptFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}
