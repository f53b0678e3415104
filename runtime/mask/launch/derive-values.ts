import { wordsPerRow } from '../../arrays.ts';
import type { HostArray } from '../../arrays.ts';
import { partSymbols } from '../../declarations.ts';
import type { DerivedDeclaration } from '../../declarations.ts';
import { SparsecError } from '../../errors.ts';
import { maxHostInteger } from '../../limits.ts';
import { createBinder } from '../normal-form/bind.ts';
import { blockMask } from './block-mask.ts';
import type { BoundMask } from '../bound/bound-mask.ts';
import { evaluateProgram, type Environment } from '../exact/evaluate.ts';
import { hilbertCurve } from './hilbert-curve.ts';
import type { MaskProgram } from '../program/nodes.ts';
import { partSignature } from './part-signature.ts';
import { drawColumns, RandomStream } from './random-list.ts';
import { tabulateProgram } from '../exact/tabulate-program.ts';

/** Scalars and arrays while a launch is prepared; derived values are added as they are computed. */
export interface LaunchValues {
  readonly scalars: Record<string, number>;
  readonly arrays: Record<string, HostArray>;
}

/** Computes the derived values in order, in float64, and adds them to `values`. */
export function deriveValues(derived: readonly DerivedDeclaration[], values: LaunchValues): void {
  for (const declaration of derived) {
    if (declaration.kind === 'scalar') {
      const value = evaluateProgram(declaration.program, environmentOf(values));
      const what = titleOf(declaration);
      values.scalars[declaration.name] =
        declaration.type === 'int' ? checkInteger(what, value) : checkReal(what, value);
    } else {
      values.arrays[declaration.name] = deriveArray(declaration, values);
    }
  }
}

function deriveArray(
  declaration: Exclude<DerivedDeclaration, { kind: 'scalar' }>,
  values: LaunchValues,
): HostArray {
  switch (declaration.kind) {
    case 'table':
      return tabulate(declaration, values);
    case 'random-list':
      return randomList(declaration, values);
    case 'constant':
      return declaration.type === 'int'
        ? { kind: 'int', dims: declaration.dims, data: Int32Array.from(declaration.values) }
        : { kind: 'real', dims: declaration.dims, data: Float64Array.from(declaration.values) };
    case 'segments':
      return segmentEdges(declaration, values);
    case 'ranks':
      return ranksOf(declaration.of, values);
    case 'curve': {
      const { name, sizes } = declaration;
      const box = sizes.map((size) => sizeOf(`a size of ${name}`, size, values));
      checkCount(
        `the number of cells of ${name}`,
        box.reduce((product, size) => product * size, 1),
      );
      const data = hilbertCurve(box);
      return { kind: 'int', dims: [data.length], data };
    }
    case 'block-mask':
      return deriveBlockMask(declaration, values);
  }
}

/** What was written, or the name of a value that no single place wrote. */
function titleOf({ name, text }: DerivedDeclaration & { kind: 'scalar' | 'table' }): string {
  return text === undefined ? name : `"${text}"`;
}

function tabulate(declaration: DerivedDeclaration & { kind: 'table' }, values: LaunchValues): HostArray {
  const { over, program } = declaration;
  const title = titleOf(declaration);
  const size = sizeOf(`the length of ${declaration.name}`, declaration.size, values);
  const check = declaration.type === 'real' ? checkReal : checkInteger;
  const isValid = declaration.type === 'real' ? Number.isFinite : isHostInteger;
  const data = declaration.type === 'real' ? new Float64Array(size) : new Int32Array(size);
  tabulateProgram(program, over, size, environmentOf(values), (first, column) => {
    const end = Math.min(size, first + column.length);
    for (let index = first; index < end; index++) {
      const value = column[index - first];
      data[index] = isValid(value) ? value : check(elementOf(title, index), value);
    }
  });
  return data instanceof Float64Array
    ? { kind: 'real', dims: [size], data }
    : { kind: 'int', dims: [size], data };
}

/** Put together where an element is refused only: there are as many as tokens. */
function elementOf(title: string, index: number): string {
  return `${title} at index ${index}`;
}

function randomList(
  declaration: DerivedDeclaration & { kind: 'random-list' },
  values: LaunchValues,
): HostArray {
  const { name } = declaration;
  const rows = sizeOf(`the rows of ${name}`, declaration.rows, values);
  const columns = sizeOf(`the columns of ${name}`, declaration.columns, values);
  // Any number may be asked for: a row holds as many columns as there are.
  const wanted = evaluateProgram(declaration.perRow, environmentOf(values));
  const perRow = checkCount(`the columns a row of ${name}`, Math.min(wanted, columns));
  const seed = checkInteger(`the seed of ${name}`, evaluateProgram(declaration.seed, environmentOf(values)));
  const width = Math.min(perRow, columns);
  checkCount(`the number of keys that ${name} draws`, rows * width);
  const starts = new Int32Array(rows + 1);
  const list = new Int32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    drawColumns(new RandomStream(seed, row), columns, list, row * width, width);
    starts[row + 1] = (row + 1) * width;
  }
  return { kind: 'list', dims: [rows], starts, values: list };
}

function segmentEdges(
  { of, edge }: DerivedDeclaration & { kind: 'segments' },
  values: LaunchValues,
): HostArray {
  const array = values.arrays[of];
  if (array?.kind !== 'int') throw new Error(`segments need the int array "${of}"`);
  const columns = array.dims[array.dims.length - 1];
  const data = new Int32Array(array.data.length);
  for (let row = 0; row < data.length; row += columns) {
    for (let begin = 0; begin < columns;) {
      let end = begin + 1;
      while (end < columns && array.data[row + end] === array.data[row + begin]) end++;
      data.fill(edge === 'start' ? begin : end, row + begin, row + end);
      begin = end;
    }
  }
  return { kind: 'int', dims: array.dims, data };
}

/** How many bits are set before each position, and behind the last one how many there are. */
function ranksOf(of: string, values: LaunchValues): HostArray {
  const array = values.arrays[of];
  if (array?.kind !== 'bits') throw new Error(`ranks need the bit array "${of}"`);
  const columns = array.dims[array.dims.length - 1];
  const words = wordsPerRow(columns);
  const rows = array.dims.slice(0, -1).reduce((product, size) => product * size, 1);
  const data = new Int32Array(rows * (columns + 1));
  for (let row = 0; row < rows; row++) {
    const first = row * (columns + 1);
    let [count, word] = [0, 0];
    for (let at = 0; at < columns; at++) {
      word = (at & 31) === 0 ? array.words[row * words + (at >>> 5)] : word >>> 1;
      data[first + at] = count;
      count += word & 1;
    }
    data[first + columns] = count;
  }
  return { kind: 'int', dims: [...array.dims.slice(0, -1), columns + 1], data };
}

function deriveBlockMask(
  { name, positions, block, set, perHead, rule, canvas }: DerivedDeclaration & { kind: 'block-mask' },
  values: LaunchValues,
): HostArray {
  const size = (what: string, program: MaskProgram) => sizeOf(`the ${what} of ${name}`, program, values);
  const side = Math.ceil(size('length', positions) / Math.max(1, size('block', block)));
  const heads = perHead ? values.scalars.heads : 1;
  if (heads * side * side > MAX_ELEMENTS) {
    const shape = `${perHead ? `${heads} x ` : ''}${side} x ${side}`;
    throw new SparsecError('limit', name, `${name} has ${shape} blocks, beyond the limit of ${MAX_ELEMENTS}`);
  }
  const ofHead = (head: number) =>
    blockMask({
      signatureOf: partSignature(set, { ...environmentOf(values), head }),
      bind: bindParts(set, values, head),
      positions: size('length', positions),
      block: size('block', block),
      rule,
      canvas: {
        start: size('start', canvas.start),
        length: size('part', canvas.length),
        count: size('number of parts', canvas.count),
      },
    });
  const first = ofHead(0);
  if (!perHead) return first;
  const words = new Uint32Array(heads * first.words.length);
  for (let head = 0; head < heads; head++) {
    words.set((head === 0 ? first : ofHead(head)).words, head * first.words.length);
  }
  return { kind: 'bits', dims: [heads, ...first.dims], words };
}

/** The set of a pair of parts. */
function bindParts(
  set: MaskProgram,
  values: LaunchValues,
  head: number,
): (row: number, column: number) => BoundMask {
  return (row, column) => {
    const scalars = { ...values.scalars, [partSymbols.row]: row, [partSymbols.column]: column };
    return createBinder(set, scalars, values.arrays)(0, head);
  };
}

/** A launch never allocates more than this for one derived array: 2^28 elements. */
const MAX_ELEMENTS = 2 ** 28;

function sizeOf(what: string, program: MaskProgram, values: LaunchValues): number {
  return checkCount(what, evaluateProgram(program, environmentOf(values)));
}

function checkCount(what: string, value: number): number {
  const size = checkInteger(what, value);
  if (size < 0) throw new SparsecError('range', what, `${what} is ${size}; it must be at least 0`);
  if (size > MAX_ELEMENTS)
    throw new SparsecError('limit', what, `${what} is ${size}, beyond the limit of ${MAX_ELEMENTS}`);
  return size;
}

function checkInteger(what: string, value: number): number {
  if (isHostInteger(value)) return value;
  checkReal(what, value);
  if (!Number.isInteger(value)) throw new SparsecError('range', what, `${what} is ${value}, not an integer`);
  throw new SparsecError('range', what, `${what} is ${value}, beyond the limit of ±${maxHostInteger}`);
}

function isHostInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= maxHostInteger;
}

function checkReal(what: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new SparsecError('range', what, `${what} is ${value}, not a finite number`);
}

function environmentOf({ scalars, arrays }: LaunchValues): Environment {
  return { symbols: scalars, arrays };
}
