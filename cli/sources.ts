import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Source } from '../compiler/diagnostics/diagnostic.ts';
import { InputError } from './failures.ts';
import type { Terminal } from './terminal.ts';

/** The name that messages give to what came from stdin. */
export const stdinName = '<stdin>';

/** Reads a file named on the command line; `-` is stdin. */
export async function readSource(file: string, terminal: Terminal): Promise<Source> {
  if (file === '-') return { name: stdinName, text: textOf(await terminal.readStdin(), stdinName) };
  return { name: file, text: textOf(readBytes(file, terminal), file) };
}

/** The bytes of a file named on the command line; an InputError where it cannot be read. */
export function readBytes(file: string, terminal: Terminal): Uint8Array {
  try {
    return readFileSync(resolve(terminal.cwd, file));
  } catch (error) {
    throw new InputError(`cannot read "${file}": ${reasonOf(error)}`);
  }
}

/** A file that another file names: its text, null where there is none, or what is wrong with it. */
export type Sibling = string | null | { readonly problem: string };

/** Reads the files that other files name, as `compile` asks for them. */
export function siblingReader(terminal: Terminal): (path: string, from: string) => Sibling {
  return (path, from) => {
    const name = isAbsolute(path) || from === stdinName ? path : join(dirname(from), path);
    try {
      return decode(readFileSync(resolve(terminal.cwd, name))) ?? { problem: notText };
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      return missing ? null : { problem: reasonOf(error) };
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

const notText = 'it is not UTF-8 text';

function textOf(bytes: Uint8Array, name: string): string {
  const text = decode(bytes);
  if (text === null) throw new InputError(`cannot read "${name}": ${notText}`);
  return text;
}

/** Null where the bytes are not UTF-8. */
function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
