import { wordsPerRow, type HostArray } from '../../arrays.ts';

export interface CutArray {
  /** Equal for equal cuts of one array. */
  readonly name: string;
  readonly array: HostArray;
}

/** Constant indices before and behind those that vary. */
export interface ConstantIndices {
  readonly leading: readonly number[];
  readonly trailing: readonly number[];
}

/**
 * The part of an array at constant indices; null where one lies outside. At leading indices it is a view of the same
 * memory, at trailing ones (of int arrays only) a copy, in which the elements that are read stand side by side. Lists are
 * read through one row number and are not cut.
 */
export function cutArray(
  array: HostArray,
  name: string,
  { leading, trailing }: ConstantIndices,
): CutArray | null {
  const rows = cutRows(array, name, leading);
  return rows === null || trailing.length === 0 ? rows : cutColumns(rows, trailing);
}

function cutColumns({ name, array }: CutArray, trailing: readonly number[]): CutArray | null {
  if (array.kind !== 'int') throw new Error(`an array of kind ${array.kind} is not cut at trailing indices`);
  const dims = array.dims.slice(0, -trailing.length);
  let [place, step] = [0, 1];
  for (let axis = 0; axis < trailing.length; axis++) {
    const size = array.dims[dims.length + axis];
    if (!(trailing[axis] >= 0 && trailing[axis] < size)) return null;
    place = place * size + trailing[axis];
    step *= size;
  }
  const data = new Int32Array(productOf(dims));
  for (let at = 0; at < data.length; at++) data[at] = array.data[at * step + place];
  return { name: `${name}[.., ${trailing.join(',')}]`, array: { kind: 'int', dims, data } };
}

function cutRows(array: HostArray, name: string, leading: readonly number[]): CutArray | null {
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
