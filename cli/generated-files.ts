import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { compileImage, findNvcc, imageName } from './compile-image.ts';
import { emitStage } from './emit-stages.ts';
import type { CompiledFile } from './emit-stages.ts';
import { InputError } from './failures.ts';
import { reasonOf } from './sources.ts';
import type { Stage } from './stages.ts';
import type { Terminal } from './terminal.ts';

/** What `compile` writes for one attention besides its kernels, by the ending of the file. */
const endings: readonly (readonly [ending: string, stage: Stage])[] = [
  ['.ts', 'launcher'],
  ['.json', 'json'],
];

/** Texts, and code that nvcc made. */
export type Outputs = ReadonlyMap<string, string | Uint8Array>;

/**
 * File names and contents of everything that a compilation writes. `architectures` are those that nvcc makes code for,
 * in files of their own. An attention NAME is written to `NAME.ts` and so on; where several files hold that name, to
 * `FILE.NAME.ts`.
 *
 * @throws {InputError} where two files of one name hold an attention of one name, where there is no nvcc, or where it refuses a kernel.
 */
export async function collectOutputs(
  compiled: readonly CompiledFile[],
  architectures: readonly string[],
  terminal: Terminal,
): Promise<Outputs> {
  const nvcc = architectures.length > 0 ? findNvcc(architectures.join(','), terminal) : '';
  const outputs = new Map<string, string | Uint8Array>();
  const names = compiled.flatMap(({ units }) => units.map(({ name }) => name));
  const owners = new Map<string, string>();
  for (const file of compiled) {
    for (const unit of file.units) {
      const isShared = names.indexOf(unit.name) !== names.lastIndexOf(unit.name);
      const name = isShared ? `${stemOf(file.source.name)}.${unit.name}` : unit.name;
      const other = owners.get(name);
      if (other !== undefined) {
        throw new InputError(
          `"${other}" and "${file.source.name}" both hold "${unit.name}": they would write the same files`,
        );
      }
      owners.set(name, file.source.name);
      const { cuda } = unit;
      const files = architectures.map(
        (architecture) => [architecture, imageName(name, architecture)] as const,
      );
      const images = files.length > 0 ? Object.fromEntries(files) : undefined;
      const [kernels, ending] = cuda ? (['cuda', '.cu'] as const) : (['wgsl', '.wgsl'] as const);
      outputs.set(name + ending, await emitStage(kernels, unit, file));
      for (const [ending, stage] of endings)
        outputs.set(name + ending, await emitStage(stage, unit, file, images));
      for (const [architecture, image] of files) {
        outputs.set(image, await compileImage(nvcc, name, cuda!.cuda.code, architecture));
      }
    }
  }
  return outputs;
}

/** The name of a file without folders and `.sa`; `stdin` for what came from there. */
function stemOf(file: string): string {
  return basename(file, '.sa').replace(/^<stdin>$/, 'stdin');
}

export function writeOutputs(folder: string, outputs: Outputs, terminal: Terminal): void {
  const target = resolve(terminal.cwd, folder);
  try {
    makeFolder(target);
    for (const [name, text] of outputs) {
      writeFileSync(join(target, name), text);
      terminal.err.write(`wrote ${join(folder, name)}\n`);
    }
  } catch (error) {
    throw new InputError(`cannot write to "${folder}": ${reasonOf(error, 'folder')}`);
  }
}

/**
 * The folder and those above it that are missing. One by one: where a file system refuses new folders as missing ones
 * (/proc), the recursive form of Node never returns.
 */
function makeFolder(folder: string): void {
  if (existsSync(folder) && statSync(folder).isDirectory()) return;
  const above = dirname(folder);
  if (above !== folder) makeFolder(above);
  mkdirSync(folder);
}

/** A file that is not what would be written now. */
export interface StaleFile {
  readonly path: string;
  readonly reason: 'missing' | 'differs';
}

export function findStale(folder: string, outputs: Outputs, terminal: Terminal): StaleFile[] {
  const stale: StaleFile[] = [];
  for (const [name, text] of outputs) {
    const path = join(folder, name);
    const found = readIfThere(resolve(terminal.cwd, path));
    const wanted = Buffer.from(text);
    if (found === null || !found.equals(wanted))
      stale.push({ path, reason: found === null ? 'missing' : 'differs' });
  }
  return stale;
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
