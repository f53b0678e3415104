import type { AttentionDescriptor } from '../descriptor.ts';
import type { TensorName } from '../launch/tensor-layout.ts';
import { checkBindingSize, type GpuTensors } from './gpu-tensors.ts';
import type { HostOutputs } from '../launch/host-tensors.ts';
import type { Plan } from './plan.ts';
import { BufferUsage, MAP_MODE_READ } from './usage.ts';

type Elements = Float32Array | Uint16Array;

/** The buffers of one launch on typed arrays: uploaded inputs, outputs and what they are read back through. */
export class HostLaunch {
  readonly tensors: GpuTensors;
  private readonly descriptor: AttentionDescriptor;
  private readonly owned: GPUBuffer[] = [];
  private readonly readBacks = new Map<
    TensorName,
    { source: GPUBuffer; readable: GPUBuffer; bytes: number }
  >();

  /** Makes nothing where one is refused: sizes are checked against the device first. */
  constructor(device: GPUDevice, plan: Plan, inputs: Readonly<Record<'q' | 'k' | 'v', Elements>>) {
    this.descriptor = plan.launch.descriptor;
    const { layouts } = plan.launch;
    const bytesOf = (name: TensorName): number => layouts[name].extent * layouts[name].elementBytes;
    for (const name of ['q', 'k', 'v', ...this.descriptor.outputs] as const) {
      checkBindingSize(device, name, bytesOf(name));
    }
    const create = (label: string, bytes: number, usage: number): GPUBuffer => {
      const buffer = device.createBuffer({ label, size: bytes, usage });
      this.owned.push(buffer);
      return buffer;
    };
    const input = (name: 'q' | 'k' | 'v'): GPUBuffer => {
      const buffer = create(name, bytesOf(name), BufferUsage.STORAGE | BufferUsage.COPY_DST);
      if (inputs[name].length > 0)
        device.queue.writeBuffer(buffer, 0, inputs[name] as Float32Array<ArrayBuffer>);
      return buffer;
    };
    const output = (name: 'out' | 'lse'): GPUBuffer => {
      const bytes = bytesOf(name);
      const source = create(name, bytes, BufferUsage.STORAGE | BufferUsage.COPY_SRC);
      const readable = create(`${name} read back`, bytes, BufferUsage.MAP_READ | BufferUsage.COPY_DST);
      this.readBacks.set(name, { source, readable, bytes });
      return source;
    };
    const wantsLse = this.descriptor.outputs.includes('lse');
    this.tensors = {
      q: input('q'),
      k: input('k'),
      v: input('v'),
      out: output('out'),
      ...(wantsLse ? { lse: output('lse') } : {}),
    };
  }

  /** To be called behind the pass, in the same encoder. */
  encodeReadBack(encoder: GPUCommandEncoder): void {
    for (const { source, readable, bytes } of this.readBacks.values()) {
      encoder.copyBufferToBuffer(source, 0, readable, 0, bytes);
    }
  }

  /** Copies of the outputs, after the submission. */
  async read(): Promise<HostOutputs> {
    const copies = new Map<TensorName, ArrayBuffer>();
    for (const [name, { readable, bytes }] of this.readBacks) {
      await readable.mapAsync(MAP_MODE_READ);
      copies.set(name, readable.getMappedRange().slice(0, bytes));
      readable.unmap();
    }
    const lse = copies.get('lse');
    const out = copies.get('out') ?? new ArrayBuffer(0);
    return {
      out: this.descriptor.dtype === 'f16' ? new Uint16Array(out) : new Float32Array(out),
      ...(lse ? { lse: new Float32Array(lse) } : {}),
    };
  }

  destroy(): void {
    for (const buffer of this.owned) buffer.destroy();
  }
}
