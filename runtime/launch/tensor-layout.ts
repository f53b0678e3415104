import type { AttentionDescriptor } from '../descriptor.ts';
import { SparsecError } from '../errors.ts';

/** Order of the axes in memory: [batch, heads, rows, dim] or [batch, rows, heads, dim]. */
export type Layout = AttentionDescriptor['layout'];
export type TensorName = 'q' | 'k' | 'v' | 'out' | 'lse';

/** Elements between neighbours along an axis; neighbours along dim are adjacent. */
export interface Strides {
  readonly batch: number;
  readonly head: number;
  readonly row: number;
}

/** Where a tensor's elements lie. `dim` is 1 for lse. */
export interface TensorLayout {
  readonly name: TensorName;
  readonly batch: number;
  readonly heads: number;
  readonly rows: number;
  readonly dim: number;
  readonly strides: Strides;
  /** Elements from the first to behind the last one. */
  readonly extent: number;
  readonly elementBytes: 2 | 4;
}

export interface Sizes {
  /** 1 by default. */
  readonly batch?: number;
  /** Query rows. */
  readonly nq: number;
  /** Keys. */
  readonly nk: number;
}

/** What differs from the descriptor's default order of axes; strides go before the layout. */
export interface LayoutOptions {
  readonly layout?: Layout;
  readonly strides?: Partial<Readonly<Record<'q' | 'k' | 'v' | 'out', Strides>>>;
}

export type TensorLayouts = Readonly<Record<TensorName, TensorLayout>>;

/** The kernels load and store four elements at once. */
const VECTOR = 4;

/**
 * Layouts of all tensors of a launch. lse is always f32 in [batch, heads, nq].
 *
 * @throws {SparsecError} on a stride that is no multiple of 4, that lets rows of `out` overlap, or on an
 * extent over 2^31 - 1 elements (kernels index in 32 bits).
 */
export function layOutTensors(
  descriptor: AttentionDescriptor,
  sizes: Required<Sizes>,
  options: LayoutOptions = {},
): TensorLayouts {
  const { heads, kvHeads, dim, dimV, dimOut } = descriptor;
  const layout = options.layout ?? descriptor.layout;
  const elementBytes = descriptor.dtype === 'f16' ? 2 : 4;
  const make = (
    name: 'q' | 'k' | 'v' | 'out',
    tensorHeads: number,
    rows: number,
    width: number,
  ): TensorLayout => {
    const given = options.strides?.[name];
    const strides = given ?? contiguous(layout, tensorHeads, rows, width);
    const shape = {
      name,
      batch: sizes.batch,
      heads: tensorHeads,
      rows,
      dim: width,
      strides,
      elementBytes,
    } as const;
    if (given) checkStrides(shape);
    return { ...shape, extent: extentOf(shape) };
  };
  const lseShape = {
    name: 'lse',
    batch: sizes.batch,
    heads,
    rows: sizes.nq,
    dim: 1,
    strides: contiguous('bhnd', heads, sizes.nq, 1),
    elementBytes: 4,
  } as const;
  return {
    q: make('q', heads, sizes.nq, dim),
    k: make('k', kvHeads, sizes.nk, dim),
    v: make('v', kvHeads, sizes.nk, dimV),
    out: make('out', heads, sizes.nq, dimOut),
    lse: { ...lseShape, extent: extentOf(lseShape) },
  };
}

/** The shape as a caller would write it, for messages: `[2, 4, 100, 64]`. */
export function shapeText(tensor: TensorLayout, layout: Layout): string {
  const { batch, heads, rows, dim } = tensor;
  if (tensor.name === 'lse') return `[${batch}, ${heads}, ${rows}]`;
  return layout === 'bhnd'
    ? `[${batch}, ${heads}, ${rows}, ${dim}]`
    : `[${batch}, ${rows}, ${heads}, ${dim}]`;
}

function contiguous(layout: Layout, heads: number, rows: number, dim: number): Strides {
  return layout === 'bhnd'
    ? { batch: heads * rows * dim, head: rows * dim, row: dim }
    : { batch: rows * heads * dim, head: dim, row: heads * dim };
}

type Shape = Omit<TensorLayout, 'extent'>;

function extentOf({ name, batch, heads, rows, dim, strides }: Shape): number {
  const extent = (batch - 1) * strides.batch + (heads - 1) * strides.head + (rows - 1) * strides.row + dim;
  if (extent > 2 ** 31 - 1)
    throw new SparsecError('limit', name, `${name} spans ${extent} elements, kernels index 2147483647`);
  return extent;
}

function checkStrides({ name, batch, heads, rows, dim, strides }: Shape): void {
  for (const axis of ['batch', 'head', 'row'] as const) {
    const stride = strides[axis];
    if (!Number.isInteger(stride) || stride < 0 || stride % VECTOR !== 0) {
      throw new SparsecError(
        'range',
        name,
        `strides.${name}.${axis} is ${stride}, it must be a multiple of ${VECTOR}, not negative`,
      );
    }
  }
  if (name !== 'out') return;
  const axes = [
    { size: batch, stride: strides.batch },
    { size: heads, stride: strides.head },
    { size: rows, stride: strides.row },
  ].filter((axis) => axis.size > 1);
  let covered = dim;
  for (const axis of axes.sort((a, b) => a.stride - b.stride)) {
    if (axis.stride < covered) {
      throw new SparsecError(
        'shape',
        name,
        `strides.${name} lets rows overlap: a stride of ${axis.stride} over ${covered} elements`,
      );
    }
    covered += (axis.size - 1) * axis.stride;
  }
}
