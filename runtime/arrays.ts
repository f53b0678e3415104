/**
 * Run-time arrays in host memory, normalised from whatever the caller gave (nested arrays, typed arrays).
 * Shapes are in elements, row-major. See ./read-arrays.ts for the checks.
 */
export type HostArray =
  | { readonly kind: 'int'; readonly dims: readonly number[]; readonly data: Int32Array }
  | { readonly kind: 'real'; readonly dims: readonly number[]; readonly data: Float64Array }
  /** `words` holds ceil(last dim / 32) words for each row along the last dimension, least significant bit first. */
  | { readonly kind: 'bits'; readonly dims: readonly number[]; readonly words: Uint32Array }
  /** Row r (row-major over dims) holds the ascending, distinct values values[starts[r] .. starts[r + 1] - 1]. */
  | {
      readonly kind: 'list';
      readonly dims: readonly number[];
      readonly starts: Int32Array;
      readonly values: Int32Array;
    };

export type HostArrays = Readonly<Record<string, HostArray>>;

/** Words of one row of packed bits. */
export function wordsPerRow(columns: number): number {
  return Math.ceil(columns / 32);
}
