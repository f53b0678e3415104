import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A mask that the public code of a system produced. */
export interface VectorCase {
  readonly system: string;
  readonly case: string;
  readonly params: { readonly [name: string]: Json };
  readonly nq: number;
  readonly nk: number;
  readonly heads: number;
  /** [nq, nk], one mask for all heads, or [heads, nq, nk]. */
  readonly mask_shape: readonly number[];
  /** Base64 of the bits in C order, most significant bit first. */
  readonly mask: string;
  readonly count: number;
  readonly semantics: string;
}

/** Every `.json` file below a directory (or the file itself), sorted by path. */
export function findCaseFiles(path: string): string[] {
  if (path.endsWith('.json')) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(path, name));
}

/** Reads a case; throws with the file's name where a field is missing. */
export function readCase(file: string): VectorCase {
  const content = JSON.parse(readFileSync(file, 'utf8'));
  for (const field of ['system', 'case', 'params', 'nq', 'nk', 'heads', 'mask_shape', 'mask']) {
    if (!(field in content)) throw new Error(`${file}: the field "${field}" is missing`);
  }
  return content;
}

/** One byte a pair, 0 or 1, in the order of `mask_shape`. */
export function unpackBits(base64: string, length: number): Uint8Array {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length < Math.ceil(length / 8)) {
    throw new Error(`the mask holds ${bytes.length * 8} bits, its shape asks for ${length}`);
  }
  return Uint8Array.from({ length }, (_, index) => (bytes[index >> 3] >> (7 - (index & 7))) & 1);
}
