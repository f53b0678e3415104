import type { CudaField } from '../cuda/descriptor.ts';
import type { UniformField } from '../kernel-descriptor.ts';
import { fieldValue, type UniformValues } from './pack-uniforms.ts';

/** Where a field lies in the struct, in bytes. */
export interface PlacedField {
  readonly field: CudaField;
  readonly offset: number;
}

/** A C struct of fields of a module: natural alignment, padded to the largest. */
export interface ParamsLayout {
  readonly fields: readonly PlacedField[];
  readonly bytes: number;
  readonly alignment: number;
}

const SIZES = { i32: 4, u32: 4, f32: 4, i64: 8, pointer: 8, 'tensor-map': 128 } as const;
const ALIGNMENTS = { ...SIZES, 'tensor-map': 64 } as const;

/** Places fields as C does. */
export function layOutParams(fields: readonly CudaField[]): ParamsLayout {
  let end = 0;
  let alignment = 1;
  const placed = fields.map((field) => {
    const own = ALIGNMENTS[field.type];
    const offset = Math.ceil(end / own) * own;
    end = offset + SIZES[field.type];
    alignment = Math.max(alignment, own);
    return { field, offset };
  });
  return { fields: placed, bytes: Math.max(1, Math.ceil(end / alignment) * alignment), alignment };
}

/** Everything that a field of the struct can ask for. */
export interface ParamsValues extends UniformValues {
  /** Into how many each tile of queries of the pass is cut. */
  readonly parts: number;
}

/** The struct with every number in place; addresses and tensor maps, which a launch brings, are zero. */
export function packParams({ fields, bytes }: ParamsLayout, values: ParamsValues): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(bytes);
  const view = new DataView(block.buffer);
  for (const { field, offset } of fields) {
    if (field.type === 'pointer' || field.type === 'tensor-map') continue;
    const value = numberOf(field, values);
    switch (field.type) {
      case 'f32':
        view.setFloat32(offset, value, true);
        break;
      case 'i32':
        view.setInt32(offset, whole(field, value, -(2 ** 31), 2 ** 31 - 1), true);
        break;
      case 'u32':
        view.setUint32(offset, whole(field, value, 0, 2 ** 32 - 1), true);
        break;
      case 'i64':
        view.setBigInt64(offset, BigInt(whole(field, value, -(2 ** 53) + 1, 2 ** 53 - 1)), true);
        break;
    }
  }
  return block;
}

function numberOf({ name, source }: CudaField, values: ParamsValues): number {
  switch (source.kind) {
    case 'scale-log2':
      return values.scale * Math.LOG2E;
    case 'grid':
      return values.symbols.batch * values.symbols.heads;
    case 'parts':
      return values.parts;
    case 'pointer':
    case 'tensor-map':
      throw new Error(`the parameter "${name}" is an address, but its type is a number`);
    default:
      return fieldValue({ name, source } satisfies Pick<UniformField, 'name' | 'source'>, values);
  }
}

function whole(field: CudaField, value: number, low: number, high: number): number {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`the parameter "${field.name}" is ${value}, which is no ${field.type}`);
  }
  return value;
}
