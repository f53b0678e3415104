import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Source } from '../compiler/diagnostics/diagnostic.ts';
import { InputError } from './failures.ts';
import type { Terminal } from './terminal.ts';

/** The name that messages give to what came from stdin. */
export const stdinName = '<stdin>';

/** Reads a file named on the command line; `-` is stdin. */
export async function readSource(file: string, terminal: Terminal): Promise<Source> {
  if (file === '-') return { name: stdinName, text: decode(await terminal.readStdin(), stdinName) };
  return { name: file, text: decode(readBytes(file, terminal), file) };
}

/** The bytes of a file named on the command line; an InputError where it cannot be read. */
export function readBytes(file: string, terminal: Terminal): Uint8Array {
  try {
    return readFileSync(resolve(terminal.cwd, file));
  } catch (error) {
    throw new InputError(`cannot read "${file}": ${reasonOf(error)}`);
  }
}

/** The text of a file that another file names, as `compile` asks for it; null where there is none. */
export function siblingReader(terminal: Terminal): (path: string, from: string) => Source | null {
  return (path, from) => {
    const name = isAbsolute(path) || from === stdinName ? path : join(dirname(from), path);
    try {
      return { name, text: decode(readFileSync(resolve(terminal.cwd, name)), name) };
    } catch {
      return null;
    }
  };
}

/** Why a file could not be used, in words. `missing` is what is not there: the file, or the folder to write it to. */
export function reasonOf(error: unknown, missing: 'file' | 'folder' = 'file'): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return `no such ${missing}`;
  if (code === 'EISDIR') return 'it is a directory';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'a part of its path is a file';
  return error instanceof Error ? error.message : String(error);
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(`cannot read "${name}": it is not UTF-8 text`);
  }
}
