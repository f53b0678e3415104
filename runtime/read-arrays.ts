import { wordsPerRow, type HostArray, type HostArrays } from './arrays.ts';
import type { ArrayDeclaration } from './declarations.ts';
import { SparsecError } from './errors.ts';
import { maxHostInteger } from './limits.ts';
import { evaluateProgram } from './mask/exact/evaluate.ts';

/** What a caller may give for an array: nested arrays, a flat typed array (row-major), or an array that was read. */
export type ArrayValue = HostArray | ArrayLike<unknown>;

/** Symbols that dimensions may use: batch, heads, nq, nk, launch parameters. */
export type Scalars = Readonly<Record<string, number>>;

/**
 * Reads the arrays of a launch, each against its declaration.
 *
 * int and real: numbers (bigint too); bits: booleans, 0 or 1; list: rows of distinct integers >= 0, nested or a
 * rectangle whose rows end in -1. Rows of a list are put in ascending order unless that order was promised. A nested
 * array must have the declared shape; a flat one its number of elements.
 *
 * @throws {SparsecError} for a missing or undeclared array, a wrong shape or element, a broken promise of order.
 */
export function readArrays(
  declarations: readonly ArrayDeclaration[],
  values: Readonly<Record<string, unknown>>,
  scalars: Scalars,
): HostArrays {
  const declared = new Set(declarations.map(({ name }) => name));
  for (const name of Object.keys(values)) {
    if (declared.has(name) || values[name] === undefined) continue;
    const known = declarations.length === 0 ? 'there are none' : `there are ${[...declared].join(', ')}`;
    throw new SparsecError('unknown', name, `"${name}" is not an input of this attention; ${known}`);
  }
  const arrays: Record<string, HostArray> = {};
  for (const declaration of declarations) {
    arrays[declaration.name] = readArray(declaration, values[declaration.name], scalars);
  }
  return arrays;
}

/** The dimensions of an array, in elements (rows for a list). */
export function dimensionsOf(declaration: ArrayDeclaration, scalars: Scalars): number[] {
  return declaration.dims.map((dim) => evaluateProgram(dim, { symbols: scalars }));
}

/** Reads one array; see {@link readArrays}. */
export function readArray(declaration: ArrayDeclaration, value: unknown, scalars: Scalars): HostArray {
  const dims = dimensionsOf(declaration, scalars);
  if (value === undefined || value === null) {
    throw new SparsecError(
      'missing',
      declaration.name,
      `the input ${describe(declaration, dims)} was not given`,
    );
  }
  const array = isHostArray(value)
    ? checkHostArray(declaration, value, dims)
    : readRaw(declaration, value, dims);
  if (declaration.sorted) checkOrder(declaration, array);
  return array;
}

function readRaw(declaration: ArrayDeclaration, value: unknown, dims: readonly number[]): HostArray {
  switch (declaration.kind) {
    case 'int': {
      const elements = flatten(declaration, value, dims);
      const data = new Int32Array(elements.length);
      for (let at = 0; at < data.length; at++) data[at] = integerAt(declaration, elements, at);
      return { kind: 'int', dims, data };
    }
    case 'real': {
      const elements = flatten(declaration, value, dims);
      return {
        kind: 'real',
        dims,
        data: Float64Array.from(elements, (element, at) => realOf(declaration, element, at)),
      };
    }
    case 'bits':
      return packBits(dims, flatten(declaration, value, dims), (element, at) =>
        bitOf(declaration, element, at),
      );
    case 'list':
      return readList(declaration, value, dims);
  }
}

/** Packs row-major elements, `read` giving each as a boolean. */
export function packBits<T>(
  dims: readonly number[],
  elements: ArrayLike<T>,
  read: (element: T, at: number) => boolean,
): HostArray {
  const columns = dims.length === 0 ? 1 : dims[dims.length - 1];
  const stride = wordsPerRow(columns);
  const rows = columns === 0 ? 0 : elements.length / columns;
  const words = new Uint32Array(rows * stride);
  for (let at = 0; at < elements.length; at++) {
    if (!read(elements[at], at)) continue;
    const column = at % columns;
    words[((at - column) / columns) * stride + (column >>> 5)] |= 1 << (column & 31);
  }
  return { kind: 'bits', dims, words };
}

function readList(declaration: ArrayDeclaration, value: unknown, dims: readonly number[]): HostArray {
  const rowCount = productOf(dims);
  const rows = rowsOf(declaration, value, dims);
  const starts = new Int32Array(rowCount + 1);
  const values: number[] = [];
  rows.forEach((row, at) => {
    const given: number[] = [];
    for (let index = 0; index < row.length; index++) given.push(integerAt(declaration, row, index));
    while (given.length > 0 && given[given.length - 1] === -1) given.pop();
    const negative = given.find((element) => element < 0);
    if (negative !== undefined) {
      const where =
        negative === -1 ? 'before its end; -1 only pads the end of a row' : 'a list holds integers >= 0';
      throw new SparsecError(
        'range',
        declaration.name,
        `row ${at} of the list "${declaration.name}" has ${negative}: ${where}`,
      );
    }
    const ordered = declaration.sorted ? given : [...given].sort((a, b) => a - b);
    ordered.forEach((element, index) => {
      if (declaration.sorted || index === 0 || ordered[index - 1] !== element) values.push(element);
    });
    starts[at + 1] = values.length;
  });
  return { kind: 'list', dims, starts, values: Int32Array.from(values) };
}

/** The rows of a list, in row-major order of its dimensions. */
function rowsOf(
  declaration: ArrayDeclaration,
  value: unknown,
  dims: readonly number[],
): ArrayLike<unknown>[] {
  const count = productOf(dims);
  if (ArrayBuffer.isView(value)) {
    const flat = asArray(declaration, value, dims);
    if (count === 0 ? flat.length > 0 : flat.length % count !== 0) {
      throw wrongShape(declaration, dims, `${flat.length} elements, which is no multiple of ${count} rows`);
    }
    const width = count === 0 ? 0 : flat.length / count;
    return Array.from({ length: count }, (_, row) =>
      Array.prototype.slice.call(flat, row * width, (row + 1) * width),
    );
  }
  let rows: unknown[] = [value];
  dims.forEach((dim, axis) => {
    rows = rows.flatMap((part) => {
      const elements = asArray(declaration, part, dims);
      if (elements.length !== dim)
        throw wrongShape(declaration, dims, `${elements.length} along dimension ${axis}`);
      return Array.from(elements);
    });
  });
  return rows.map((row) => asArray(declaration, row, dims));
}

/** Row-major elements of a nested or flat array of the declared shape. */
function flatten(declaration: ArrayDeclaration, value: unknown, dims: readonly number[]): ArrayLike<unknown> {
  if (dims.length === 0 && !isArray(value)) return [value];
  const top = asArray(declaration, value, dims);
  const count = productOf(dims);
  if (ArrayBuffer.isView(value) || !isArray(top[0])) {
    if (top.length !== count) throw wrongShape(declaration, dims, `${top.length} elements`);
    return top;
  }
  const elements: unknown[] = [];
  const walk = (part: unknown, axis: number): void => {
    const items = asArray(declaration, part, dims);
    if (items.length !== dims[axis])
      throw wrongShape(declaration, dims, `${items.length} along dimension ${axis}`);
    for (let at = 0; at < items.length; at++) {
      if (axis + 1 < dims.length) walk(items[at], axis + 1);
      else elements.push(items[at]);
    }
  };
  walk(value, 0);
  return elements;
}

function integerAt(declaration: ArrayDeclaration, elements: ArrayLike<unknown>, at: number): number {
  const element = elements[at];
  const value = typeof element === 'bigint' ? Number(element) : element;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new SparsecError(
      'type',
      declaration.name,
      `element ${at} of "${declaration.name}" is ${show(element)}, not an integer`,
    );
  }
  if (Math.abs(value) > maxHostInteger) {
    const limit = `beyond the limit of ±${maxHostInteger}`;
    throw new SparsecError(
      'range',
      declaration.name,
      `element ${at} of "${declaration.name}" is ${value}, ${limit}`,
    );
  }
  return value;
}

function realOf(declaration: ArrayDeclaration, element: unknown, at: number): number {
  const value = typeof element === 'bigint' ? Number(element) : element;
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  throw new SparsecError(
    'type',
    declaration.name,
    `element ${at} of "${declaration.name}" is ${show(element)}, not a number`,
  );
}

function bitOf(declaration: ArrayDeclaration, element: unknown, at: number): boolean {
  if (element === true || element === 1 || element === 1n) return true;
  if (element === false || element === 0 || element === 0n) return false;
  throw new SparsecError(
    'type',
    declaration.name,
    `element ${at} of "${declaration.name}" is ${show(element)}, not a boolean`,
  );
}

function checkHostArray(declaration: ArrayDeclaration, array: HostArray, dims: readonly number[]): HostArray {
  if (array.kind !== declaration.kind) {
    const message = `"${declaration.name}" is of kind ${declaration.kind}, the array given is of kind ${array.kind}`;
    throw new SparsecError('type', declaration.name, message);
  }
  const fits = array.dims.length === dims.length && dims.every((dim, axis) => array.dims[axis] === dim);
  if (!fits) throw wrongShape(declaration, dims, `[${array.dims.join(', ')}]`);
  return array;
}

function checkOrder(declaration: ArrayDeclaration, array: HostArray): void {
  if (array.kind === 'bits') return;
  const strict = array.kind === 'list';
  const data = array.kind === 'list' ? array.values : array.data;
  const isStart = array.kind === 'list' ? rowStarts(array.starts) : null;
  const columns = array.dims[array.dims.length - 1];
  for (let at = 1; at < data.length; at++) {
    if (isStart ? isStart.has(at) : at % columns === 0) continue;
    if (strict ? data[at] > data[at - 1] : data[at] >= data[at - 1]) continue;
    const found = `element ${at} is ${data[at]} after ${data[at - 1]}`;
    throw new SparsecError(
      'order',
      declaration.name,
      `"${declaration.name}" is declared sorted, but ${found}`,
    );
  }
}

function rowStarts(starts: Int32Array): Set<number> {
  return new Set(starts);
}

function isHostArray(value: unknown): value is HostArray {
  return typeof value === 'object' && value !== null && 'kind' in value && 'dims' in value;
}

function isArray(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function asArray(declaration: ArrayDeclaration, value: unknown, dims: readonly number[]): ArrayLike<unknown> {
  if (isArray(value)) return value;
  throw wrongShape(declaration, dims, show(value));
}

function wrongShape(declaration: ArrayDeclaration, dims: readonly number[], found: string): SparsecError {
  return new SparsecError(
    'shape',
    declaration.name,
    `the input ${describe(declaration, dims)} was given ${found}`,
  );
}

/** `ids: int[batch = 2, n = 128]`. */
function describe(declaration: ArrayDeclaration, dims: readonly number[]): string {
  const shape = dims.map((dim, axis) => {
    const name = declaration.dimNames[axis];
    return name === undefined || name === String(dim) ? String(dim) : `${name} = ${dim}`;
  });
  return `${declaration.name}: ${declaration.kind}[${shape.join(', ')}]`;
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return `an ${Array.isArray(value) ? 'array' : 'object'}`;
  return String(value);
}

function productOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
