import type { Random } from './random.ts';

/** How the tensors of a case are stored. */
export interface TensorFields {
  /** Head dimension of v; `headDim` of q and k is the same for all cases. */
  readonly dimV: number;
  readonly layout: 'bhnd' | 'bnhd';
  readonly dtype: 'f32' | 'f16';
}

/** Head dimension of q and k in every case: the smallest that kernels of all targets take. */
export const headDim = 16;

/** What the fields are where the text does not name them. */
export const plainTensors: TensorFields = { dimV: headDim, layout: 'bhnd', dtype: 'f32' };

/** The fields of tensors: plain ones in half of all cases. */
export function generateTensors(random: Random): TensorFields {
  if (random.chance(0.5)) return plainTensors;
  return {
    dimV: random.pick([4, 8, headDim, headDim, 20]),
    layout: random.pick(['bhnd', 'bnhd']),
    dtype: random.pick(['f32', 'f32', 'f16']),
  };
}

/** The fields as members of an attention; those that are plain need no line. */
export function printTensors({ dimV, layout, dtype }: TensorFields): string[] {
  return [
    `dim ${headDim}`,
    ...(dimV === plainTensors.dimV ? [] : [`dim_v ${dimV}`]),
    ...(layout === plainTensors.layout ? [] : [`layout ${layout}`]),
    ...(dtype === plainTensors.dtype ? [] : [`dtype ${dtype}`]),
  ];
}

/** The same with one field plain. */
export function* plainerTensors(fields: TensorFields): Generator<TensorFields> {
  for (const name of ['dimV', 'layout', 'dtype'] as const) {
    if (fields[name] !== plainTensors[name]) yield { ...fields, [name]: plainTensors[name] };
  }
}
