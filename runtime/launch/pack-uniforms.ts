import type { HostArrays } from '../arrays.ts';
import type { UniformField } from '../kernel-descriptor.ts';
import type { PassViews } from './bind-views.ts';
import type { TensorLayouts } from './tensor-layout.ts';

/** Everything a field of the uniform block can ask for. */
export interface UniformValues {
  /** nq, nk, offset, heads, batch, layer, launch parameters, derived scalars. */
  readonly symbols: Readonly<Record<string, number>>;
  readonly scale: number;
  readonly layouts: TensorLayouts;
  /** First element of every arena section, in 32-bit words. */
  readonly sections: ReadonlyMap<string, number>;
  readonly arrays: HostArrays;
  /** Of the pass that the block is for; where its tiles are cut into parts, the parts of all of them. */
  readonly queryTiles: number;
  /** Of every pass. */
  readonly views: readonly PassViews[];
}

/** The uniform block: one 4-byte word a field, little-endian as WebGPU has it, padded to 16 bytes. */
export function packUniforms(fields: readonly UniformField[], values: UniformValues): ArrayBuffer {
  const block = new ArrayBuffer(Math.max(16, Math.ceil((fields.length * 4) / 16) * 16));
  const view = new DataView(block);
  fields.forEach((field, index) => {
    const value = fieldValue(field, values);
    if (field.type === 'f32') view.setFloat32(index * 4, value, true);
    else if (field.type === 'i32')
      view.setInt32(index * 4, checked(field, value, -(2 ** 31), 2 ** 31 - 1), true);
    else view.setUint32(index * 4, checked(field, value, 0, 2 ** 32 - 1), true);
  });
  return block;
}

/** The number that a field asks for. */
export function fieldValue(
  { source, name }: Pick<UniformField, 'source' | 'name'>,
  values: UniformValues,
): number {
  switch (source.kind) {
    case 'symbol':
      return known(values.symbols[source.name], name, source.name);
    case 'scale':
      return values.scale;
    case 'stride':
      return values.layouts[source.tensor].strides[source.axis];
    case 'section':
      return known(values.sections.get(source.section), name, source.section);
    case 'dim':
      return known(values.arrays[source.array]?.dims[source.dim], name, `${source.array}[${source.dim}]`);
    case 'query-tiles':
      return values.queryTiles;
    case 'view':
      return viewValue(source, name, values.views);
  }
}

function viewValue(
  { pass, side, region, axis, value }: UniformField['source'] & { kind: 'view' },
  field: string,
  views: UniformValues['views'],
): number {
  const bound = views[pass]?.[side]?.regions[region];
  const where = `${side} of pass ${pass}, region ${region}`;
  if (axis === null) {
    if (value === 'base' || value === 'tiles') return known(bound?.[value], field, `${value} of ${where}`);
    throw new Error(`the uniform "${field}" needs the ${value} of no axis`);
  }
  if (value === 'base' || value === 'tiles')
    throw new Error(`the uniform "${field}" needs the ${value} of an axis`);
  return known(bound?.axes[axis]?.[value], field, `${value} of ${where}, axis ${axis}`);
}

function known(value: number | undefined, field: string, source: string): number {
  if (value === undefined) throw new Error(`the uniform "${field}" needs "${source}", which has no value`);
  return value;
}

function checked(field: UniformField, value: number, low: number, high: number): number {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`the uniform "${field.name}" is ${value}, which is no ${field.type}`);
  }
  return value;
}
