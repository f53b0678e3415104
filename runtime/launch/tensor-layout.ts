import type { AttentionModel } from '../descriptor.ts';
import { SparsecError } from '../errors.ts';

/** Order of the axes in memory: [batch, heads, rows, dim] or [batch, rows, heads, dim]. */
export type Layout = AttentionModel['layout'];
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

/** What kernels ask of strides and extents, in elements. */
export interface TensorRules {
  /** Strides are multiples of it: what kernels load and store at once. */
  readonly vector: number;
  /** The largest extent that kernels can index. */
  readonly extent: number;
}

/** WGSL kernels load four elements at once and index in 32 bits. */
const wgslRules: TensorRules = { vector: 4, extent: 2 ** 31 - 1 };

/**
 * Layouts of all tensors of a launch. lse is always f32 in [batch, heads, nq].
 *
 * @throws {SparsecError} on another layout, on a stride that is no multiple of the rules' vector (4 by default), that lets rows of `out`
 * overlap, or on an extent over that of the rules (2^31 - 1 elements by default).
 */
export function layOutTensors(
  descriptor: Pick<AttentionModel, 'heads' | 'kvHeads' | 'dim' | 'dimV' | 'dimOut' | 'dtype' | 'layout'>,
  sizes: Required<Sizes>,
  options: LayoutOptions = {},
  rules = wgslRules,
): TensorLayouts {
  const { heads, kvHeads, dim, dimV, dimOut } = descriptor;
  const layout = options.layout ?? descriptor.layout;
  if (layout !== 'bhnd' && layout !== 'bnhd')
    throw new SparsecError('unknown', 'layout', `"layout" is "${String(layout)}"; it is bhnd or bnhd`);
  const elementBytes = descriptor.dtype === 'f32' ? 4 : 2;
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
    if (given) checkStrides(shape, rules);
    return { ...shape, extent: extentOf(shape, rules) };
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
    lse: { ...lseShape, extent: extentOf(lseShape, rules) },
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

function extentOf({ name, batch, heads, rows, dim, strides }: Shape, rules: TensorRules): number {
  const extent = (batch - 1) * strides.batch + (heads - 1) * strides.head + (rows - 1) * strides.row + dim;
  if (extent > rules.extent) {
    throw new SparsecError('limit', name, `${name} spans ${extent} elements, kernels index ${rules.extent}`);
  }
  return extent;
}

function checkStrides({ name, batch, heads, rows, dim, strides }: Shape, { vector }: TensorRules): void {
  for (const axis of ['batch', 'head', 'row'] as const) {
    const stride = strides[axis];
    if (!Number.isInteger(stride) || stride < 0 || stride % vector !== 0) {
      throw new SparsecError(
        'range',
        name,
        `strides.${name}.${axis} is ${stride}, it must be a multiple of ${vector}, not negative`,
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
