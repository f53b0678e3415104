import type { AttentionDescriptor } from '../../../runtime/descriptor.ts';
import type { Strides } from '../../../runtime/index.ts';
import type { TensorLayout } from '../../../runtime/launch/tensor-layout.ts';
import { sequence } from './window-reference.ts';

type Shape = Pick<AttentionDescriptor, 'heads' | 'kvHeads' | 'dim' | 'dimV' | 'dimOut' | 'layout'>;

/** Every tensor, and its batch, heads and rows, at other distances. */
export function gappedStrides(shape: Shape, nq: number, nk: number) {
  const { heads, kvHeads, dim, dimV, dimOut, layout } = shape;
  const strides = (count: number, rows: number, width: number, gap: number): Strides => {
    const inner = width + gap;
    const own =
      layout === 'bhnd'
        ? { row: inner, head: rows * inner + 2 * gap }
        : { row: count * inner + 2 * gap, head: inner };
    const span = layout === 'bhnd' ? count * own.head : rows * own.row;
    return { ...own, batch: span + 3 * gap };
  };
  return {
    q: strides(heads, nq, dim, 4),
    k: strides(kvHeads, nk, dim, 8),
    v: strides(kvHeads, nk, dimV, 12),
    out: strides(heads, nq, dimOut, 16),
  };
}

/** Numbers in -2 .. 2, NaN between the rows. */
export function tensorWithGaps(layout: TensorLayout, seed: number): Float32Array {
  const values = new Float32Array(layout.extent).fill(NaN);
  const numbers = sequence(layout.batch * layout.heads * layout.rows * layout.dim, seed);
  forEachRow(layout, (dense, at) => {
    for (let d = 0; d < layout.dim; d++) values[at + d] = 4 * numbers[dense + d];
  });
  return values;
}

/** Dense [batch, heads, rows, dim]. */
export function withoutGaps(layout: TensorLayout, values: Float32Array): Float64Array {
  const dense = new Float64Array(layout.batch * layout.heads * layout.rows * layout.dim);
  forEachRow(layout, (to, from) => dense.set(values.subarray(from, from + layout.dim), to));
  return dense;
}

function forEachRow(layout: TensorLayout, visit: (dense: number, strided: number) => void): void {
  const { batch, heads, rows, dim, strides } = layout;
  for (let b = 0; b < batch; b++) {
    for (let head = 0; head < heads; head++) {
      for (let row = 0; row < rows; row++) {
        const strided = b * strides.batch + head * strides.head + row * strides.row;
        visit(((b * heads + head) * rows + row) * dim, strided);
      }
    }
  }
}
