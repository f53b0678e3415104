import type { Strides } from '../launch/tensor-layout.ts';

/** The strides of a dense tensor: [batch, heads, n, width] or [batch, n, heads, width]. */
export function layoutStrides(layout: 'bhnd' | 'bnhd', heads: number, n: number, width: number): Strides {
  return layout === 'bhnd'
    ? { batch: heads * n * width, head: n * width, row: width }
    : { batch: n * heads * width, head: width, row: heads * width };
}

export type { Strides };
