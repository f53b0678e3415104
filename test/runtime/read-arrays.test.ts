import { describe, expect, it } from 'vitest';
import type { ArrayDeclaration } from '../../runtime/declarations.ts';
import { SparsecError } from '../../runtime/errors.ts';
import { feedArray, MaskBuilder, type NodeId } from '../../runtime/mask/index.ts';
import { readArrays } from '../../runtime/read-arrays.ts';

const size = (draw: (b: MaskBuilder) => NodeId) => {
  const builder = new MaskBuilder();
  return builder.finish(draw(builder));
};

function declare(kind: ArrayDeclaration['kind'], names: readonly string[], sorted = false): ArrayDeclaration {
  const dims = names.map((name) => size((b) => (/^\d+$/.test(name) ? b.int(Number(name)) : b.symbol(name))));
  return { name: 'a', kind, dims, dimNames: names, sorted, feed: null, doc: '' };
}

const scalars = { batch: 2, heads: 3, nq: 4, nk: 4 };
const read = (declaration: ArrayDeclaration, value: unknown) =>
  readArrays([declaration], { a: value }, scalars).a;

function refusal(declaration: ArrayDeclaration, value: unknown): SparsecError {
  try {
    read(declaration, value);
  } catch (error) {
    if (error instanceof SparsecError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('readArrays', () => {
  it('reads nested arrays, typed arrays and numbers of any kind alike', () => {
    const declaration = declare('int', ['batch', 'nk']);
    const expected = { kind: 'int', dims: [2, 4], data: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
    expect(
      read(declaration, [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ]),
    ).toEqual(expected);
    expect(read(declaration, [Int16Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8)])).toEqual(expected);
    expect(read(declaration, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8))).toEqual(expected);
    expect(read(declaration, BigInt64Array.of(1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n))).toEqual(expected);
    expect(read(declaration, read(declaration, expected))).toEqual(expected);
  });

  it('packs bits by rows of whole words, least significant first', () => {
    const columns = Array.from({ length: 33 }, (_, at) => at === 0 || at === 32);
    const bits = read(declare('bits', ['batch', '33']), [columns, columns.map((bit) => (bit ? 0 : 1))]);
    expect(bits).toEqual({ kind: 'bits', dims: [2, 33], words: Uint32Array.of(1, 1, 0xfffffffe, 0) });
  });

  it('reads lists nested or padded, in ascending order without repetition', () => {
    const declaration = declare('list', ['batch']);
    const expected = {
      kind: 'list',
      dims: [2],
      starts: Int32Array.of(0, 2, 3),
      values: Int32Array.of(1, 5, 0),
    };
    expect(read(declaration, [[5, 1, 5], [0]])).toEqual(expected);
    expect(read(declaration, Int32Array.of(5, 1, -1, 0, -1, -1))).toEqual(expected);
    expect(read(declare('list', []), [3, 1])).toMatchObject({
      starts: Int32Array.of(0, 2),
      values: Int32Array.of(1, 3),
    });
  });

  it.each([
    [declare('int', ['batch', 'nk']), undefined, 'missing', 'a: int[batch = 2, nk = 4] was not given'],
    [
      declare('int', ['batch', 'nk']),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      'shape',
      '3 along dimension 1',
    ],
    [declare('int', ['batch', 'nk']), [[1, 2, 3, 4]], 'shape', '1 along dimension 0'],
    [declare('int', ['nk']), Int32Array.of(1, 2), 'shape', '2 elements'],
    [declare('int', ['nk']), 'abcd', 'shape', '"abcd"'],
    [declare('int', ['nk']), [1, 2, 0.5, 4], 'type', 'element 2 of "a" is 0.5'],
    [declare('int', ['nk']), [1, 2, 2 ** 31, 4], 'range', '2147483648'],
    [declare('int', ['nk'], true), [1, 3, 2, 4], 'order', 'element 2 is 2 after 3'],
    [declare('bits', ['nk']), [true, false, 2, true], 'type', 'element 2 of "a" is 2, not a boolean'],
    [declare('real', ['nk']), [0, 1, NaN, 2], 'type', 'NaN'],
    [declare('list', ['batch']), [[1], [2, -5]], 'range', 'row 1'],
    [declare('list', ['batch']), [[1], [-1, 2]], 'range', 'only pads the end'],
    [declare('list', ['batch'], true), [[1, 1], [2]], 'order', 'element 1 is 1 after 1'],
    [declare('list', ['batch']), [[1]], 'shape', '1 along dimension 0'],
  ] as const)('refuses what does not fit (%#)', (declaration, value, code, message) => {
    const error = refusal(declaration, value);
    expect(error).toMatchObject({ code, argument: 'a' });
    expect(error.message).toContain(message);
  });

  it('lets a sorted array start again in every row', () => {
    expect(
      read(declare('int', ['batch', 'nk'], true), [
        [1, 1, 2, 9],
        [0, 0, 0, 1],
      ]),
    ).toMatchObject({ dims: [2, 4] });
    expect(
      read(declare('list', ['batch'], true), [
        [4, 9],
        [1, 2],
      ]),
    ).toMatchObject({ dims: [2] });
  });

  it('names an array that is not declared', () => {
    expect(() => readArrays([declare('int', ['nk'])], { a: [1, 2, 3, 4], b: [1] }, scalars)).toThrow(
      '"b" is not an input',
    );
  });
});

describe('feeds', () => {
  it('hold documents of about the given length, sorted, and the same every time', () => {
    const declaration = declare('int', ['batch', '1000'], true);
    const array = feedArray(declaration, { kind: 'documents', length: 64 }, scalars);
    if (array.kind !== 'int') throw new Error('not an int array');
    expect(feedArray(declaration, { kind: 'documents', length: 64 }, scalars)).toEqual(array);
    expect(read(declaration, array)).toBe(array);
    const lengths = new Map<number, number>();
    for (const id of array.data.subarray(0, 1000)) lengths.set(id, (lengths.get(id) ?? 0) + 1);
    const whole = [...lengths.values()].slice(0, -1);
    expect(Math.min(...whole)).toBeGreaterThanOrEqual(32);
    expect(Math.max(...whole)).toBeLessThanOrEqual(96);
  });

  it('shuffle the indices of every row, and keep random integers below a limit', () => {
    const shuffled = feedArray(declare('int', ['3', '40']), { kind: 'shuffled', seed: 5 }, scalars);
    if (shuffled.kind !== 'int') throw new Error('not int');
    const rows = [0, 1, 2].map((row) => [...shuffled.data.subarray(40 * row, 40 * row + 40)]);
    const upwards = Array.from({ length: 40 }, (_, at) => at);
    for (const row of rows) {
      expect(row).not.toEqual(upwards);
      expect([...row].sort((a, b) => a - b)).toEqual(upwards);
    }
    expect(rows[0]).not.toEqual(rows[1]);
    const feed = { kind: 'random', seed: 3, density: 0.5, below: 3 } as const;
    const below = feedArray(declare('int', ['40']), feed, scalars);
    if (below.kind !== 'int') throw new Error('not int');
    expect([...new Set(below.data)].sort()).toEqual([0, 1, 2]);
  });

  it('fill every kind of array with what fits its declaration', () => {
    const random = { kind: 'random', seed: 3, density: 0.25 } as const;
    for (const kind of ['int', 'bits', 'list', 'real'] as const) {
      const declaration = declare(kind, ['batch', '100']);
      const array = feedArray(declaration, random, scalars);
      expect(read(declaration, array)).toBe(array);
    }
    const bits = feedArray(declare('bits', ['32', '320']), random, scalars);
    if (bits.kind !== 'bits') throw new Error('not bits');
    const set = [...bits.words].reduce(
      (count, word) => count + word.toString(2).replaceAll('0', '').length,
      0,
    );
    expect(set / (32 * 320)).toBeCloseTo(0.25, 1);
    expect(feedArray(declare('int', ['batch']), { kind: 'full' }, scalars)).toMatchObject({
      data: Int32Array.of(4, 4),
    });
    expect(feedArray(declare('int', ['3']), { kind: 'values', values: [7, 8, 9] }, scalars)).toMatchObject({
      data: Int32Array.of(7, 8, 9),
    });
  });
});
