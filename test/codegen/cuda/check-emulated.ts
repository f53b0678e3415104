import { feedArrays, launchScalars } from '../../../runtime/mask/index.ts';
import type { CudaDescriptor, CudaKernel } from '../../../runtime/cuda/descriptor.ts';
import { prepareCudaLaunch } from '../../../runtime/launch/prepare-cuda-launch.ts';
import type { CudaLaunch } from '../../../runtime/launch/prepare-cuda-launch.ts';
import type { TensorLayout } from '../../../runtime/launch/tensor-layout.ts';
import type { LaunchCase } from '../../examples/launch-cases.ts';
import { rowStarts } from '../../examples/poisoned-tensor.ts';
import type { Branches, Predicate } from '../../examples/predicates.ts';
import { referenceRows } from '../../examples/reference-rows.ts';
import { sampleRows } from '../../examples/sample-rows.ts';
import { Random } from '../../fuzz/random.ts';
import { decode, encode, roundingUnit } from './elements.ts';
import type { StoredType } from './elements.ts';
import type { Buffers, EmulatorOptions } from './emulate.ts';

/** One launch in the emulator, held against float64. */
export interface EmulatedReport {
  /** Largest |out - reference|, and what rounding explains; without a softmax the largest share of what it explains, and 1. */
  readonly error: number;
  readonly tolerance: number;
  /** Largest |lse - reference|; infinite where an infinity is not met. Null where there is no lse. */
  readonly lseError: number | null;
  /** Elements beside the rows of out that changed. */
  readonly strayWrites: number;
}

export interface EmulatedCase extends LaunchCase {
  readonly batch?: number;
  /** One for each pass; the first of each where nothing is said. */
  readonly kernels?: readonly CudaKernel[];
  readonly layout?: 'bhnd' | 'bnhd';
  /** Into how many parts tiles of queries are cut, where kernels can. */
  readonly parts?: number;
  readonly launch?: Readonly<Record<string, number>>;
  /** Changes elements of q, k and v before the launch; the reference sees the change. */
  readonly spoil?: (tensors: Readonly<Record<'q' | 'k' | 'v', Float32Array>>, layouts: Layouts) => void;
}

type Layouts = Readonly<Record<'q' | 'k' | 'v' | 'out' | 'lse', TensorLayout>>;

/** Runs a launch on buffers; the buffers afterwards. The emulator, or a device. */
export type Execute = (launch: CudaLaunch, buffers: Buffers) => Promise<Buffers>;

/** Loaded when it is asked for: a device needs neither the emulator nor a compiler for it. */
async function inEmulator(options: EmulatorOptions, ...given: Parameters<Execute>): Promise<Buffers> {
  const { emulate } = await import('./emulate.ts');
  return emulate(...given, options);
}

/** Elements of NaN behind every row, and rows of NaN behind those of every head. */
const guard = { columns: 8, rows: 3 };
const poison = 0xff;

/**
 * Launches the kernels, in the emulator or where `execute` does, on buffers whose unused elements are NaN and holds what
 * they wrote against dense float64 attention over the pairs that `keeps` says, which is not derived from the
 * specification.
 */
export async function checkEmulated(
  descriptor: CudaDescriptor,
  test: EmulatedCase,
  keeps: Predicate | Branches,
  options: EmulatorOptions & { readonly execute?: Execute } = {},
): Promise<EmulatedReport> {
  const { nq, nk, layer, batch = 1 } = test;
  const sizes = { batch, nq, nk, layer, launch: test.launch };
  const arrays = feedArrays(descriptor.inputs, {}, launchScalars(descriptor, sizes));
  const layout = test.layout ?? descriptor.layout;
  const kernels = test.kernels ?? descriptor.passes.map((pass) => pass.kernels[0]);
  const request = { ...sizes, arrays, layout, strides: guardedStrides(descriptor, layout, nq, nk) };
  const launch = prepareCudaLaunch(descriptor, kernels, request, () => test.parts ?? 1);
  const { layouts } = launch;
  const random = new Random(nq * 31 + nk);
  const tensors = {
    q: randomTensor(layouts.q, descriptor.dtype, random),
    k: randomTensor(layouts.k, descriptor.dtype, random),
    v: randomTensor(layouts.v, descriptor.dtype, random),
  };
  test.spoil?.(tensors, layouts);
  const execute = options.execute ?? ((...given) => inEmulator(options, ...given));
  const buffers = await execute(launch, {
    q: stored(tensors.q, layouts.q, descriptor.dtype),
    k: stored(tensors.k, layouts.k, descriptor.dtype),
    v: stored(tensors.v, layouts.v, descriptor.dtype),
    out: new Uint8Array((layouts.out.extent + guard.columns) * 2).fill(poison),
    lse: new Uint8Array(layouts.lse.extent * 4).fill(poison),
  });
  const out = new Uint16Array(buffers.out.buffer);
  const lse = new Float32Array(buffers.lse.buffer);

  let [error, largest, lseError] = [0, 0, 0];
  for (let item = 0; item < batch; item++) {
    const { heads, dim, dimV, dimOut } = descriptor;
    const queryTile = Math.max(...kernels.map(({ tile }) => tile.queries));
    const rows = sampleRows({ heads, nq, nk, width: dim + dimV }, queryTile, nq + item);
    const part = (name: 'q' | 'k' | 'v'): Float32Array =>
      tensors[name].subarray(item * layouts[name].strides.batch);
    const reference = referenceRows(
      descriptor,
      { ...sizes, arrays, item },
      { q: part('q'), k: part('k'), v: part('v') },
      layouts,
      keeps,
      rows,
    );
    const { strides } = layouts.out;
    rows.forEach(({ head, row }, at) => {
      const from = item * strides.batch + head * strides.head + row * strides.row;
      for (let d = 0; d < dimOut; d++) {
        const expected = reference.out[at * dimOut + d];
        largest = Math.max(largest, Math.abs(expected));
        const off = Math.abs(decode(out[from + d], descriptor.dtype) - expected);
        error = worse(error, reference.errors === null ? off : off / reference.errors[at * dimOut + d]);
      }
      const found = lse[(item * heads + head) * nq + row];
      const difference = found === reference.lse[at] ? 0 : Math.abs(found - reference.lse[at]);
      lseError = worse(lseError, difference);
    });
  }
  return {
    error,
    tolerance:
      descriptor.score.weights === undefined
        ? roundingUnit[descriptor.dtype] * (largestOf(tensors.v) + largest) * 1.05
        : 1,
    lseError: descriptor.outputs.includes('lse') ? lseError : null,
    strayWrites: strayWrites(out, layouts.out),
  };
}

/** The larger error; NaN counts as infinite. */
function worse(a: number, b: number): number {
  return Number.isNaN(b) ? Infinity : Math.max(a, b);
}

/** The largest magnitude of what a result may be made of. */
function largestOf(values: Float32Array): number {
  return values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
}

function guardedStrides(
  { heads, kvHeads, dim, dimV, dimOut }: CudaDescriptor,
  layout: 'bhnd' | 'bnhd',
  nq: number,
  nk: number,
) {
  const strides = (count: number, rows: number, width: number) => {
    const inner = width + guard.columns;
    return layout === 'bhnd'
      ? { row: inner, head: (rows + guard.rows) * inner, batch: count * (rows + guard.rows) * inner }
      : { head: inner, row: count * inner, batch: (rows + guard.rows) * count * inner };
  };
  return {
    q: strides(heads, nq, dim),
    k: strides(kvHeads, nk, dim),
    v: strides(kvHeads, nk, dimV),
    out: strides(heads, nq, dimOut),
  };
}

/** Values in -2 .. 2 that the storage holds exactly, NaN everywhere else. */
function randomTensor(layout: TensorLayout, type: StoredType, random: Random): Float32Array {
  const values = new Float32Array(layout.extent).fill(NaN);
  for (const at of rowStarts(layout)) {
    for (let d = 0; d < layout.dim; d++) values[at + d] = decode(encode(random.unit() * 4 - 2, type), type);
  }
  return values;
}

function stored(values: Float32Array, layout: TensorLayout, type: StoredType): Uint8Array {
  const bits = new Uint16Array(layout.extent + guard.columns).fill((poison << 8) | poison);
  values.forEach((value, at) => (bits[at] = encode(value, type)));
  return new Uint8Array(bits.buffer);
}

function strayWrites(bits: Uint16Array, layout: TensorLayout): number {
  const rest = bits.slice();
  for (const at of rowStarts(layout)) rest.fill(0xffff, at, at + layout.dim);
  return rest.reduce((count, word) => count + (word === 0xffff ? 0 : 1), 0);
}
