import type { TensorFields } from './generate-tensors.ts';

/** Sizes of a tensor, [batch, heads, rows, width]. */
export interface TensorSizes {
  readonly batch: number;
  readonly heads: number;
  readonly rows: number;
  readonly width: number;
}

/** Values in the order [batch, heads, rows, width] as a layout stores them. */
export function arrange(
  values: Float32Array,
  sizes: TensorSizes,
  layout: TensorFields['layout'],
): Float32Array {
  const stored = new Float32Array(values.length);
  forEachElement(sizes, layout, (dense, at) => {
    stored[at] = values[dense];
  });
  return stored;
}

/** Stored values in the order [batch, heads, rows, width]. */
export function arrangeBack(
  stored: ArrayLike<number>,
  sizes: TensorSizes,
  layout: TensorFields['layout'],
): Float64Array {
  const { batch, heads, rows, width } = sizes;
  const values = new Float64Array(batch * heads * rows * width);
  forEachElement(sizes, layout, (dense, at) => {
    values[dense] = stored[at];
  });
  return values;
}

function forEachElement(
  { batch, heads, rows, width }: TensorSizes,
  layout: TensorFields['layout'],
  visit: (dense: number, stored: number) => void,
): void {
  let dense = 0;
  for (let b = 0; b < batch; b++) {
    for (let head = 0; head < heads; head++) {
      for (let row = 0; row < rows; row++) {
        const stored = layout === 'bhnd' ? (b * heads + head) * rows + row : (b * rows + row) * heads + head;
        for (let at = 0; at < width; at++) visit(dense++, stored * width + at);
      }
    }
  }
}
