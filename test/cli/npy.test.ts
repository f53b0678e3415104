import { describe, expect, it } from 'vitest';
import { readNpy, writeNpy } from '../../cli/formats/npy.ts';

/** A file as numpy.save writes it: header and raw little-endian bytes. */
function npy(header: string, body: readonly number[], version = 1): Uint8Array {
  const text = header.padEnd(header.length + 3) + '\n';
  const length =
    version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.from([
    0x93,
    ...Buffer.from('NUMPY'),
    version,
    0,
    ...length,
    ...Buffer.from(text),
    ...body,
  ]);
}

describe('readNpy', () => {
  it.each([
    ['|b1', [1, 0, 1], [1, 0, 1]],
    ['|i1', [255, 1, 128], [-1, 1, -128]],
    ['<i2', [255, 255, 1, 0], [-1, 1]],
    ['<u2', [255, 255], [65535]],
    ['<i4', [0, 0, 0, 128], [-(2 ** 31)]],
    ['<i8', [255, 255, 255, 255, 255, 255, 255, 255], [-1]],
    // numpy.array([1, -2, 65504, 5.9604645e-08, inf], dtype=numpy.float16)
    ['<f2', [0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x00, 0x00, 0x7c], [1, -2, 65504, 2 ** -24, Infinity]],
    ['<f4', [0, 0, 0x80, 0x3f], [1]],
    ['<f8', [0, 0, 0, 0, 0, 0, 0xf0, 0xbf], [-1]],
  ])('reads %s', (dtype, body, expected) => {
    const header = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${expected.length},), }`;
    for (const version of [1, 2]) {
      expect(readNpy(npy(header, body, version))).toEqual({
        dtype,
        shape: [expected.length],
        data: Float64Array.from(expected),
      });
    }
  });

  it('reads shapes of no, one and several dimensions', () => {
    const read = (shape: string) =>
      readNpy(npy(`{'descr': '|u1', 'fortran_order': False, 'shape': (${shape}), }`, [1, 2, 3, 4, 5, 6]))
        .shape;
    expect(read('')).toEqual([]);
    expect(read('6,')).toEqual([6]);
    expect(read('2, 3')).toEqual([2, 3]);
  });

  it.each([
    ['no magic', Uint8Array.of(1, 2, 3), 'magic bytes'],
    ['an empty file', new Uint8Array(0), 'magic bytes'],
    [
      'a cut header',
      npy("{'descr': '|b1', 'fortran_order': False, 'shape': (1,), }", [1]).slice(0, 20),
      'header',
    ],
    [
      'too few elements',
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", [0, 0, 0, 0]),
      '1 elements of the 2',
    ],
    ['complex numbers', npy("{'descr': '<c8', 'fortran_order': False, 'shape': (0,), }", []), 'dtype <c8'],
    ['big-endian numbers', npy("{'descr': '>f4', 'fortran_order': False, 'shape': (0,), }", []), 'dtype >f4'],
    [
      'Fortran order',
      npy("{'descr': '|b1', 'fortran_order': True, 'shape': (1, 1), }", [1]),
      'Fortran order',
    ],
    [
      'an integer beyond 2^53',
      npy("{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }", [1, 0, 0, 0, 0, 0, 0x20, 0]),
      'beyond 2^53',
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readNpy(bytes)).toThrow(message);
  });
});

describe('writeNpy', () => {
  it.each([
    ['|b1', [2, 3], [1, 0, 1, 0, 0, 1]],
    ['<i4', [2], [-5, 2 ** 31 - 1]],
    ['<f4', [1, 1, 2], [0.5, -1.25]],
  ] as const)('writes %s so that it reads back', (dtype, shape, data) => {
    const bytes = writeNpy(dtype, shape, data);
    expect(readNpy(bytes)).toEqual({ dtype, shape: [...shape], data: Float64Array.from(data) });
  });

  it('starts the elements at a multiple of 64', () => {
    expect(writeNpy('|b1', [1], [1]).length % 64).toBe(1);
  });

  it('writes the header that numpy.save writes', () => {
    const text = Buffer.from(writeNpy('<f4', [3], [0, 0, 0])).toString('latin1');
    expect(text.slice(10, 128)).toBe(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }".padEnd(117) + '\n',
    );
  });
});
