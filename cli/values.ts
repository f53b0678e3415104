import { InputError, UsageError } from './failures.ts';
import { readNpy } from './formats/npy.ts';
import type { NpyArray } from './formats/npy.ts';
import { parseAssignments } from './options.ts';
import { readBytes } from './sources.ts';
import type { Setting } from '../compiler/passes/lower/values/options.ts';
import type { Terminal } from './terminal.ts';

/** The values of `--set`: numbers, `true`, `false` and lists of numbers such as `[0, 5]`. */
export function parseSettings(texts: readonly string[]): Record<string, Setting> {
  const settings: Record<string, Setting> = {};
  for (const [name, text] of parseAssignments('--set', texts)) {
    const value = tryJson(text.replaceAll('_', ''));
    if (!isSetting(value)) {
      throw new UsageError(`--set ${name} takes a number, true, false or a list of numbers, not "${text}"`);
    }
    settings[name] = value;
  }
  return settings;
}

function isSetting(value: unknown): value is Setting {
  if (Array.isArray(value)) return value.every((element) => typeof element === 'number');
  return typeof value === 'number' || typeof value === 'boolean';
}

/** The values of `--array`: nested lists, from JSON text, `@file.json` or `@file.npy`. */
export function parseArrays(texts: readonly string[], terminal: Terminal): Record<string, unknown> {
  const arrays: Record<string, unknown> = {};
  for (const [name, text] of parseAssignments('--array', texts)) {
    arrays[name] = text.startsWith('@') ? readArrayFile(text.slice(1), terminal) : parseJsonArray(name, text);
  }
  return arrays;
}

/** A .npy file named on the command line. */
export function readNpyFile(file: string, terminal: Terminal): NpyArray {
  const bytes = readBytes(file, terminal);
  try {
    return readNpy(bytes);
  } catch (error) {
    throw new InputError(`"${file}" ${(error as Error).message}`);
  }
}

function readArrayFile(file: string, terminal: Terminal): unknown {
  if (file.endsWith('.npy')) {
    const { shape, data, dtype } = readNpyFile(file, terminal);
    return nest(data, shape, 0, 0, dtype === '|b1').value;
  }
  const value = tryJson(new TextDecoder().decode(readBytes(file, terminal)));
  if (value === undefined)
    throw new InputError(`"${file}" is not JSON; arrays are read from .json and .npy files`);
  return value;
}

function parseJsonArray(name: string, text: string): unknown {
  const value = tryJson(text);
  if (value === undefined) {
    throw new UsageError(`--array ${name} takes @FILE or JSON text such as [0, 0, 1], not "${text}"`);
  }
  return value;
}

/** Nested lists out of elements in C order. */
function nest(
  data: Float64Array,
  shape: readonly number[],
  axis: number,
  at: number,
  boolean: boolean,
): { readonly value: unknown; readonly next: number } {
  if (axis === shape.length) return { value: boolean ? data[at] !== 0 : data[at], next: at + 1 };
  const list: unknown[] = [];
  let next = at;
  for (let index = 0; index < shape[axis]; index++) {
    const element = nest(data, shape, axis + 1, next, boolean);
    list.push(element.value);
    next = element.next;
  }
  return { value: list, next };
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
