import koffi from 'koffi';
import { describe, expect, test } from 'vitest';
import type { CudaField } from '../../../runtime/cuda/descriptor.ts';
import { layOutParams, packParams, type ParamsValues } from '../../../runtime/launch/pack-params.ts';

const TYPES = ['i32', 'u32', 'f32', 'i64', 'pointer'] as const;
const C_TYPES = { i32: 'int32_t', u32: 'uint32_t', f32: 'float', i64: 'int64_t', pointer: 'void *' } as const;

function fieldOf(type: CudaField['type'], index: number): CudaField {
  const source =
    type === 'pointer'
      ? ({ kind: 'pointer', of: 'q' } as const)
      : ({ kind: 'symbol', name: `s${index}` } as const);
  return { name: `field${index}`, type, source };
}

describe('layOutParams', () => {
  test('places fields as the C compiler of koffi does, in every order of three', () => {
    for (const a of TYPES) {
      for (const b of TYPES) {
        for (const c of TYPES) {
          const fields = [a, b, c, a].map(fieldOf);
          const struct = koffi.struct(
            Object.fromEntries(fields.map(({ name, type }) => [name, C_TYPES[type as 'i32']])),
          );
          const placed = layOutParams(fields);
          expect(placed.bytes).toBe(koffi.sizeof(struct));
          expect(placed.alignment).toBe(koffi.alignof(struct));
          for (const { field, offset } of placed.fields)
            expect(offset).toBe(koffi.offsetof(struct, field.name));
        }
      }
    }
  });

  test('puts tensor maps at multiples of 64 and pads the struct to them', () => {
    const map: CudaField = { name: 'map', type: 'tensor-map', source: { kind: 'tensor-map', tensor: 'q' } };
    const placed = layOutParams([fieldOf('i32', 0), map, fieldOf('i32', 1)]);
    expect(placed.fields.map(({ offset }) => offset)).toEqual([0, 64, 192]);
    expect(placed).toMatchObject({ bytes: 256, alignment: 64 });
  });
});

describe('packParams', () => {
  const values = (symbols: Record<string, number>): ParamsValues => ({
    symbols,
    scale: 0.5,
    layouts: {} as ParamsValues['layouts'],
    sections: new Map(),
    arrays: {},
    queryTiles: 3,
    parts: 1,
    views: [],
  });

  test('writes numbers little-endian at their offsets and leaves addresses zero', () => {
    const fields: CudaField[] = [
      fieldOf('i32', 0),
      fieldOf('pointer', 1),
      fieldOf('i64', 2),
      { name: 'scale', type: 'f32', source: { kind: 'scale-log2' } },
      { name: 'grid', type: 'u32', source: { kind: 'grid' } },
    ];
    const layout = layOutParams(fields);
    const block = packParams(layout, values({ s0: -7, s2: 2 ** 40 + 5, batch: 3, heads: 4 }));
    const view = new DataView(block.buffer);
    expect(view.getInt32(0, true)).toBe(-7);
    expect(view.getBigUint64(8, true)).toBe(0n);
    expect(view.getBigInt64(16, true)).toBe(2n ** 40n + 5n);
    expect(view.getFloat32(24, true)).toBe(Math.fround(0.5 * Math.LOG2E));
    expect(view.getUint32(28, true)).toBe(12);
  });

  test.each([
    ['i32', 2 ** 31],
    ['u32', -1],
    ['i64', 0.5],
    ['i32', NaN],
  ] as const)('refuses what is no %s: %s', (type, value) => {
    const layout = layOutParams([fieldOf(type, 0)]);
    expect(() => packParams(layout, values({ s0: value }))).toThrow(
      `the parameter "field0" is ${value}, which is no ${type}`,
    );
  });
});
