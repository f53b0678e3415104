import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
import type { AttentionDescriptor } from '../../../runtime/descriptor.ts';
import type {
  CudaAttention,
  CudaAttentionOptions,
  CudaDescriptor,
  CudaDevice,
} from '../../../runtime/cuda/index.ts';
import type { Attention } from '../../../runtime/index.ts';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const RUNTIME = join(ROOT, 'runtime', 'index.ts');
const CUDA = join(ROOT, 'runtime', 'cuda', 'index.ts');

/** What every generated module exports. */
export interface LauncherModule {
  readonly create: (device: GPUDevice) => Attention;
  readonly descriptor: AttentionDescriptor;
  readonly wgsl: string;
}

/** Bundles a generated module with the runtime, as an app's bundler would, and imports it. */
export function loadModule(text: string): Promise<LauncherModule> {
  return bundle(text, 'browser');
}

/** What every module generated for CUDA exports; `images` where code was compiled beside it. */
export interface CudaLauncherModule {
  readonly create: (device: CudaDevice, options?: CudaAttentionOptions) => CudaAttention;
  readonly descriptor: CudaDescriptor;
  readonly cuda: string;
  readonly images?: Readonly<Record<string, URL>>;
}

/** The same for Node, where `koffi` stays a package. */
export function loadCudaModule(text: string): Promise<CudaLauncherModule> {
  return bundle(text, 'node');
}

async function bundle<Module>(text: string, platform: 'browser' | 'node'): Promise<Module> {
  const folder = await mkdtemp(join(tmpdir(), 'launcher-'));
  try {
    const outfile = join(folder, 'module.mjs');
    await build({
      stdin: { contents: text, loader: 'ts', resolveDir: ROOT },
      alias: { 'sparsec/runtime/cuda': CUDA, 'sparsec/runtime': RUNTIME },
      bundle: true,
      format: 'esm',
      platform,
      external: ['koffi'],
      target: 'es2022',
      outfile,
      logLevel: 'silent',
    });
    return (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as Module;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What strict TypeScript says of some files in one folder: `file:line: message`. */
export function diagnose(files: Readonly<Record<string, string>>): string[] {
  const folder = join(ROOT, 'virtual');
  const texts = new Map(Object.entries(files).map(([name, text]) => [join(folder, name), text]));
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    types: ['@webgpu/types', 'node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUnusedLocals: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
    paths: { 'sparsec/runtime': [RUNTIME], 'sparsec/runtime/cuda': [CUDA] },
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, directoryExists, getSourceFile } = host;
  host.getCurrentDirectory = () => ROOT;
  host.readFile = (name) => texts.get(name) ?? readFile(name);
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.directoryExists = (name) => name === folder || (directoryExists?.(name) ?? true);
  host.getSourceFile = (name, version, ...rest) => {
    const text = texts.get(name);
    return text === undefined
      ? getSourceFile(name, version, ...rest)
      : ts.createSourceFile(name, text, version);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return [...texts.keys()].flatMap((name) => {
    const file = program.getSourceFile(name);
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return found.map(({ start, messageText }) => {
      const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
      return `${name.slice(folder.length + 1)}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  });
}
