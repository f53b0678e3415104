/** Device memory of the caller: its address and how many bytes from there on belong to the tensor. */
export interface DeviceMemory {
  readonly pointer: bigint;
  readonly size: number;
}

/** Memory that was allocated by `device.allocate`. */
export class CudaBuffer implements DeviceMemory {
  readonly pointer: bigint;
  readonly size: number;
  private readonly release: (pointer: bigint) => void;
  private freed = false;

  /** @internal Use `device.allocate`. */
  constructor(pointer: bigint, size: number, release: (pointer: bigint) => void) {
    this.release = release;
    this.pointer = pointer;
    this.size = size;
  }

  /** A part of it, which must not outlive it. */
  part(offset: number, size = this.size - offset): DeviceMemory {
    if (!Number.isInteger(offset) || offset < 0 || size < 0 || offset + size > this.size) {
      throw new RangeError(`bytes ${offset} to ${offset + size} are not in a buffer of ${this.size} bytes`);
    }
    return { pointer: this.pointer + BigInt(offset), size };
  }

  /** Frees the memory; the driver waits for work that may still use it. */
  free(): void {
    if (this.freed) return;
    this.freed = true;
    this.release(this.pointer);
  }
}
