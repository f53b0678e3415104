import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { emitStage } from './emit-stages.ts';
import type { CompiledFile } from './emit-stages.ts';
import { InputError } from './failures.ts';
import { reasonOf } from './sources.ts';
import type { Stage } from './stages.ts';
import type { Terminal } from './terminal.ts';

/** What `compile` writes for one attention, by the ending of the file. */
const endings: readonly (readonly [ending: string, stage: Stage])[] = [
  ['.wgsl', 'wgsl'],
  ['.ts', 'launcher'],
  ['.json', 'json'],
];

/** File names and contents of everything that a compilation writes. */
export async function collectOutputs(
  compiled: readonly CompiledFile[],
): Promise<ReadonlyMap<string, string>> {
  const outputs = new Map<string, string>();
  const owners = new Map<string, string>();
  for (const file of compiled) {
    for (const unit of file.units) {
      const other = owners.get(unit.name);
      if (other !== undefined) {
        throw new InputError(
          `"${other}" and "${file.source.name}" both hold "${unit.name}": they would write the same files`,
        );
      }
      owners.set(unit.name, file.source.name);
      for (const [ending, stage] of endings)
        outputs.set(unit.name + ending, await emitStage(stage, unit, file));
    }
  }
  return outputs;
}

export function writeOutputs(folder: string, outputs: ReadonlyMap<string, string>, terminal: Terminal): void {
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

export function findStale(
  folder: string,
  outputs: ReadonlyMap<string, string>,
  terminal: Terminal,
): StaleFile[] {
  const stale: StaleFile[] = [];
  for (const [name, text] of outputs) {
    const path = join(folder, name);
    const found = readIfThere(resolve(terminal.cwd, path));
    if (found !== text) stale.push({ path, reason: found === null ? 'missing' : 'differs' });
  }
  return stale;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
