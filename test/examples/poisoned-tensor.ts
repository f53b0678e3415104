import type { Strides } from '../../runtime/index.ts';
import type { TensorLayout } from '../../runtime/launch/tensor-layout.ts';
import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { BufferUsage } from '../../runtime/webgpu/usage.ts';

/** A NaN that no arithmetic makes: a word that was written over shows, even where NaN was written. */
const guardWord = 0x7fc5a5a5;
/** Rows of NaN behind the rows of every head: what a tile that hangs over the end would read. */
const guardRows = 16;
/** Elements of NaN behind every row. */
const guardColumns = 4;
/** Words before and behind the tensor in its buffer; offsets of bindings are multiples of 256 bytes. */
const guardEnds = 64;

/** Strides that leave room for guard words behind every row and behind the rows of every head. */
export function guardedStrides(
  { heads, kvHeads, dim, dimV, dimOut, layout }: AttentionDescriptor,
  { nq, nk }: { readonly nq: number; readonly nk: number },
): Readonly<Record<'q' | 'k' | 'v' | 'out', Strides>> {
  const strides = (count: number, rows: number, width: number): Strides => {
    const inner = width + guardColumns;
    return layout === 'bhnd'
      ? { row: inner, head: (rows + guardRows) * inner, batch: count * (rows + guardRows) * inner }
      : { head: inner, row: count * inner, batch: (rows + guardRows) * count * inner };
  };
  return {
    q: strides(heads, nq, dim),
    k: strides(kvHeads, nk, dim),
    v: strides(kvHeads, nk, dimV),
    out: strides(heads, nq, dimOut),
  };
}

/** A tensor in a buffer of the caller that is larger than the tensor; every other word is a NaN of its own kind. */
export class PoisonedTensor {
  /** What a launch is given. */
  readonly part: { readonly buffer: GPUBuffer; readonly offset: number };
  private readonly device: GPUDevice;
  private readonly layout: TensorLayout;
  private readonly words: number;

  /** `values` are laid out as `layout` says, gaps included; an output has none and starts as NaN everywhere. */
  constructor(device: GPUDevice, layout: TensorLayout, values: Float32Array | null) {
    this.device = device;
    this.layout = layout;
    this.words = guardEnds + layout.extent + guardRows * layout.strides.row + guardEnds;
    const data = new Uint32Array(this.words).fill(guardWord);
    if (values) {
      const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
      for (const at of rowStarts(layout)) data.set(bits.subarray(at, at + layout.dim), guardEnds + at);
    }
    const usage = BufferUsage.STORAGE | BufferUsage.COPY_DST | BufferUsage.COPY_SRC;
    const buffer = device.createBuffer({ label: layout.name, size: data.byteLength, usage });
    device.queue.writeBuffer(buffer, 0, data);
    this.part = { buffer, offset: guardEnds * 4 };
  }

  /** The elements from the tensor's first on, and how many guard words are not what they were. */
  async read(): Promise<{ readonly values: Float32Array; readonly strayWrites: number }> {
    const size = this.words * 4;
    const readable = this.device.createBuffer({ size, usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST });
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.part.buffer, 0, readable, 0, size);
    this.device.queue.submit([encoder.finish()]);
    await readable.mapAsync(1);
    const found = new Uint32Array(readable.getMappedRange().slice(0));
    readable.destroy();
    const values = new Float32Array(found.buffer.slice(guardEnds * 4));
    for (const at of rowStarts(this.layout)) {
      found.fill(guardWord, guardEnds + at, guardEnds + at + this.layout.dim);
    }
    return { values, strayWrites: found.reduce((count, word) => count + (word === guardWord ? 0 : 1), 0) };
  }

  destroy(): void {
    this.part.buffer.destroy();
  }
}

/** The first element of every row of a tensor. */
export function* rowStarts({ batch, heads, rows, strides }: TensorLayout): Generator<number> {
  for (let b = 0; b < batch; b++) {
    for (let head = 0; head < heads; head++) {
      for (let row = 0; row < rows; row++) yield b * strides.batch + head * strides.head + row * strides.row;
    }
  }
}
