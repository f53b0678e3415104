import { wordsPerRow, type HostArray } from '../arrays.ts';

export interface CutArray {
  /** Equal for equal cuts of one array. */
  readonly name: string;
  readonly array: HostArray;
}

/**
 * The part of an array at constant leading indices, as a view of the same memory; null where an index lies outside.
 * Lists are read through one row number and are not cut.
 */
export function cutArray(array: HostArray, name: string, leading: readonly number[]): CutArray | null {
  if (leading.length === 0) return { name, array };
  let row = 0;
  for (let axis = 0; axis < leading.length; axis++) {
    const index = leading[axis];
    if (!(index >= 0 && index < array.dims[axis])) return null;
    row = row * array.dims[axis] + index;
  }
  const dims = array.dims.slice(leading.length);
  const cutName = `${name}[${leading.join(',')}]`;
  switch (array.kind) {
    case 'int': {
      const size = productOf(dims);
      return {
        name: cutName,
        array: { kind: 'int', dims, data: array.data.subarray(row * size, (row + 1) * size) },
      };
    }
    case 'real': {
      const size = productOf(dims);
      return {
        name: cutName,
        array: { kind: 'real', dims, data: array.data.subarray(row * size, (row + 1) * size) },
      };
    }
    case 'bits': {
      const size = productOf(dims.slice(0, -1)) * wordsPerRow(dims[dims.length - 1]);
      return {
        name: cutName,
        array: { kind: 'bits', dims, words: array.words.subarray(row * size, (row + 1) * size) },
      };
    }
    case 'list':
      return { name, array };
  }
}

function productOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
