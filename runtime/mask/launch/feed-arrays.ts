import { wordsPerRow, type HostArray, type HostArrays } from '../../arrays.ts';
import type { ArrayDeclaration, ArrayFeed } from '../../declarations.ts';
import { SparsecError } from '../../errors.ts';
import { dimensionsOf, readArray, type Scalars } from '../../read-arrays.ts';
import { RandomStream } from './random-list.ts';

/** The arrays that have a feed and are not in `given`, filled; see {@link feedArray}. */
export function feedArrays(
  declarations: readonly ArrayDeclaration[],
  given: Readonly<Record<string, unknown>>,
  scalars: Scalars,
): HostArrays {
  const fed: Record<string, HostArray> = {};
  for (const declaration of declarations) {
    if (given[declaration.name] !== undefined || declaration.feed === null) continue;
    fed[declaration.name] = feedArray(declaration, declaration.feed, scalars);
  }
  return fed;
}

/** Defaults are for trying things out; larger ones must be given. */
const MAX_ELEMENTS = 2 ** 31;

/**
 * Default contents of an array; the same for the same sizes, on every host. Each row along the last dimension:
 * - `documents`: ids 0, 0, …, 1, … of documents whose lengths are drawn from length/2 .. 3 length/2 (at least 1).
 * - `full`: every element is nk. `constant`: every element is the value (for bits: not 0).
 * - `random`: bits and list members are set with probability `density` (lists over 0 .. nk - 1); integers are uniform
 *   in 0 .. below - 1 (nk - 1), reals in [-1, 1). A sorted array is sorted.
 * - `shuffled`: 0 .. width - 1 in a random order, by Fisher and Yates.
 */
export function feedArray(declaration: ArrayDeclaration, feed: ArrayFeed, scalars: Scalars): HostArray {
  if (feed.kind === 'values') return readArray(declaration, feed.values, scalars);
  const dims = dimensionsOf(declaration, scalars);
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (count > MAX_ELEMENTS) {
    const message = `the default of "${declaration.name}" would have ${count} elements, beyond the limit of ${MAX_ELEMENTS}`;
    throw new SparsecError('limit', declaration.name, message);
  }
  const width = declaration.kind === 'list' ? scalars.nk : (dims[dims.length - 1] ?? 1);
  const rows = declaration.kind === 'list' ? count : width === 0 ? 0 : count / width;
  const rowAt = (row: number) => feedRow(declaration, feed, width, row, scalars);
  switch (declaration.kind) {
    case 'int':
    case 'real': {
      const data = declaration.kind === 'int' ? new Int32Array(count) : new Float64Array(count);
      for (let row = 0; row < rows; row++) data.set(rowAt(row), row * width);
      return data instanceof Int32Array ? { kind: 'int', dims, data } : { kind: 'real', dims, data };
    }
    case 'bits': {
      const stride = wordsPerRow(width);
      const words = new Uint32Array(rows * stride);
      for (let row = 0; row < rows; row++) {
        rowAt(row).forEach((value, column) => {
          if (value !== 0) words[row * stride + (column >>> 5)] |= 1 << (column & 31);
        });
      }
      return { kind: 'bits', dims, words };
    }
    case 'list': {
      const starts = new Int32Array(rows + 1);
      const values: number[] = [];
      for (let row = 0; row < rows; row++) {
        rowAt(row).forEach((value, column) => {
          if (value !== 0) values.push(column);
        });
        starts[row + 1] = values.length;
      }
      return { kind: 'list', dims, starts, values: Int32Array.from(values) };
    }
  }
}

/** One row of elements; for bits and lists, 0 or not 0 a column. */
function feedRow(
  declaration: ArrayDeclaration,
  feed: Exclude<ArrayFeed, { kind: 'values' }>,
  width: number,
  row: number,
  scalars: Scalars,
): number[] {
  switch (feed.kind) {
    case 'documents':
      return documentIds(feed.length, width, row);
    case 'full':
      return new Array<number>(width).fill(scalars.nk);
    case 'constant':
      return new Array<number>(width).fill(feed.value);
    case 'shuffled': {
      const stream = new RandomStream(feed.seed, row);
      const order = Array.from({ length: width }, (_, at) => at);
      for (let last = width - 1; last > 0; last--) {
        const drawn = stream.below(last + 1);
        [order[last], order[drawn]] = [order[drawn], order[last]];
      }
      return order;
    }
    case 'random': {
      const stream = new RandomStream(feed.seed, row);
      const below = feed.below ?? scalars.nk;
      const drawn = Array.from({ length: width }, () =>
        randomElement(declaration.kind, feed.density, stream, below),
      );
      return declaration.sorted && declaration.kind !== 'list' ? drawn.sort((a, b) => a - b) : drawn;
    }
  }
}

function randomElement(
  kind: ArrayDeclaration['kind'],
  density: number,
  stream: RandomStream,
  below: number,
): number {
  if (kind === 'int') return stream.below(below);
  return kind === 'real' ? 2 * stream.uniform() - 1 : stream.uniform() < density ? 1 : 0;
}

function documentIds(length: number, width: number, row: number): number[] {
  const stream = new RandomStream(length, row);
  const ids: number[] = [];
  for (let id = 0; ids.length < width; id++) {
    const size = Math.max(1, Math.ceil(length / 2) + stream.below(Math.max(1, Math.floor(length))));
    for (let at = 0; at < size && ids.length < width; at++) ids.push(id);
  }
  return ids;
}
