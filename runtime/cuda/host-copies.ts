import type { HostOutputs } from '../launch/host-tensors.ts';
import type { TensorLayouts } from '../launch/tensor-layout.ts';
import { bytesOf, type CudaTensors } from './cuda-tensors.ts';
import type { CudaDescriptor } from './descriptor.ts';
import type { CudaDevice, CudaStream } from './device.ts';
import type { CudaBuffer } from './memory.ts';

/** The device memory of one launch on typed arrays. */
export class HostCopies {
  readonly tensors: CudaTensors;
  private readonly device: CudaDevice;
  private readonly layouts: TensorLayouts;
  private readonly owned: CudaBuffer[] = [];

  /** Frees what it got where memory runs out. @throws {CudaError} */
  constructor(device: CudaDevice, { outputs }: CudaDescriptor, layouts: TensorLayouts) {
    this.device = device;
    this.layouts = layouts;
    const allocate = (name: 'q' | 'k' | 'v' | 'out' | 'lse'): CudaBuffer => {
      const buffer = device.allocate(bytesOf(layouts[name]), name);
      this.owned.push(buffer);
      return buffer;
    };
    try {
      this.tensors = {
        q: allocate('q'),
        k: allocate('k'),
        v: allocate('v'),
        out: allocate('out'),
        ...(outputs.includes('lse') ? { lse: allocate('lse') } : {}),
      };
    } catch (error) {
      this.free();
      throw error;
    }
  }

  upload(inputs: Readonly<Record<'q' | 'k' | 'v', ArrayBufferView>>, stream: CudaStream): void {
    for (const name of ['q', 'k', 'v'] as const)
      this.device.upload(this.tensors[name], inputs[name], stream, name);
  }

  async read(stream: CudaStream): Promise<HostOutputs> {
    const out = new Uint16Array(this.layouts.out.extent);
    await this.device.download(this.tensors.out, out, stream, 'out');
    if (!this.tensors.lse) return { out };
    const lse = new Float32Array(this.layouts.lse.extent);
    await this.device.download(this.tensors.lse, lse, stream, 'lse');
    return { out, lse };
  }

  free(): void {
    for (const buffer of this.owned) buffer.free();
  }
}
