import type { CudaDevice, CudaStream } from './device.ts';
import type { CudaBuffer } from './memory.ts';

/**
 * Where the passes of a plan leave the state for one another. Launches of one plan share it: in one stream they come one
 * after the other by themselves, in another stream a launch waits for the one before.
 */
export class StateMemory {
  private readonly device: CudaDevice;
  private readonly buffer: CudaBuffer;
  private readonly left: bigint;
  private lastStream: CudaStream | null = null;

  /** @throws {CudaError} `out-of-memory` naming the bytes. */
  constructor(device: CudaDevice, bytes: number) {
    this.device = device;
    this.buffer = device.allocate(bytes, 'the state between passes');
    this.left = device.createEvent();
  }

  get pointer(): bigint {
    return this.buffer.pointer;
  }

  /** Before the first pass of a launch. */
  take(stream: CudaStream): void {
    if (this.lastStream !== null && this.lastStream !== stream) this.device.wait(stream, this.left);
  }

  /** Behind the last pass. */
  leave(stream: CudaStream): void {
    this.device.record(this.left, stream);
    this.lastStream = stream;
  }

  free(): void {
    this.buffer.free();
    if (!this.device.isClosed) this.device.destroyEvent(this.left);
  }
}
