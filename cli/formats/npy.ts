import { halfToNumber } from './half.ts';

/**
 * NumPy's .npy files (numpy/lib/_format.py, versions 1.0 to 3.0): the magic bytes, the header as a Python dictionary,
 * the elements. Read: booleans, signed and unsigned integers, floats of 2 to 8 bytes, little-endian, C order. Written:
 * `|b1`, `<i4`, `<f4`.
 */
export interface NpyArray {
  /** NumPy's letters: `|b1`, `<i4`, `<f2` … */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** One number an element, C order; booleans are 0 and 1. 64-bit integers must be safe integers. */
  readonly data: Float64Array;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Throws an Error that names what is wrong with the file. */
export function readNpy(bytes: Uint8Array): NpyArray {
  if (bytes.length < 10 || magic.some((byte, at) => bytes[at] !== byte)) {
    throw new Error('is not a .npy file: its magic bytes are missing');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6] >= 2;
  if (wide && bytes.length < 12) throw new Error('ends inside its header');
  const headerStart = wide ? 12 : 10;
  const dataStart = headerStart + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (dataStart > bytes.length) throw new Error('ends inside its header');
  const header = new TextDecoder().decode(bytes.subarray(headerStart, dataStart));
  const dtype = /'descr'\s*:\s*'([^']+)'/.exec(header)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const dims = /'shape'\s*:\s*\(([^)]*)\)/.exec(header)?.[1];
  if (dtype === undefined || fortran === undefined || dims === undefined) {
    throw new Error('has a header without a plain descr, fortran_order and shape');
  }
  const shape = dims
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map(Number);
  if (fortran === 'True' && shape.length > 1) {
    throw new Error('is in Fortran order; save it with numpy.ascontiguousarray');
  }
  const reader = readers[dtype];
  if (!reader) throw new Error(`has the dtype ${dtype}; read are ${Object.keys(readers).join(', ')}`);
  const count = shape.reduce((product, dim) => product * dim, 1);
  const found = (bytes.length - dataStart) / reader.bytes;
  if (found < count)
    throw new Error(`holds ${Math.floor(found)} elements of the ${count} that its shape names`);
  const data = new Float64Array(count);
  for (let at = 0; at < count; at++) data[at] = reader.read(view, dataStart + at * reader.bytes);
  return { dtype, shape, data };
}

/** The bytes of a .npy file (version 1.0, header padded so that the elements start at a multiple of 64). */
export function writeNpy(
  dtype: '|b1' | '<i4' | '<f4',
  shape: readonly number[],
  data: ArrayLike<number>,
): Uint8Array {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${dims}), }`;
  const headerLength = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const size = dtype === '|b1' ? 1 : 4;
  const bytes = new Uint8Array(10 + headerLength + data.length * size);
  const view = new DataView(bytes.buffer);
  bytes.set([...magic, 1, 0]);
  view.setUint16(8, headerLength, true);
  bytes.set(new TextEncoder().encode(dictionary.padEnd(headerLength - 1) + '\n'), 10);
  const start = 10 + headerLength;
  for (let at = 0; at < data.length; at++) {
    if (dtype === '|b1') bytes[start + at] = data[at] ? 1 : 0;
    else if (dtype === '<i4') view.setInt32(start + at * 4, data[at], true);
    else view.setFloat32(start + at * 4, data[at], true);
  }
  return bytes;
}

interface ElementReader {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

const readers: Readonly<Record<string, ElementReader>> = {
  '|b1': { bytes: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
  '|i1': { bytes: 1, read: (view, at) => view.getInt8(at) },
  '|u1': { bytes: 1, read: (view, at) => view.getUint8(at) },
  '<i2': { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  '<u2': { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  '<i4': { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  '<u4': { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  '<i8': { bytes: 8, read: (view, at) => safeInteger(view.getBigInt64(at, true)) },
  '<u8': { bytes: 8, read: (view, at) => safeInteger(view.getBigUint64(at, true)) },
  '<f2': { bytes: 2, read: (view, at) => halfToNumber(view.getUint16(at, true)) },
  '<f4': { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  '<f8': { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
};

function safeInteger(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new Error(`holds the integer ${value}, beyond 2^53`);
  return number;
}
