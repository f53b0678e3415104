import { BufferUsage, MAP_MODE_READ } from './usage.ts';

/** GPU time of one compute pass by timestamp queries; for one use. */
export class PassTimer {
  private readonly queries: GPUQuerySet;
  private readonly resolved: GPUBuffer;
  private readonly readable: GPUBuffer;

  private constructor(device: GPUDevice) {
    this.queries = device.createQuerySet({ type: 'timestamp', count: 2 });
    this.resolved = device.createBuffer({
      size: 16,
      usage: BufferUsage.QUERY_RESOLVE | BufferUsage.COPY_SRC,
    });
    this.readable = device.createBuffer({ size: 16, usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST });
  }

  /** Null where the device was made without the feature `timestamp-query`. */
  static create(device: GPUDevice): PassTimer | null {
    return device.features.has('timestamp-query') ? new PassTimer(device) : null;
  }

  get writes(): GPUComputePassTimestampWrites {
    return { querySet: this.queries, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
  }

  /** To be called behind the pass, in the same encoder. */
  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.queries, 0, 2, this.resolved, 0);
    encoder.copyBufferToBuffer(this.resolved, 0, this.readable, 0, 16);
  }

  /** Milliseconds between the timestamps, after the submission. */
  async read(): Promise<number> {
    await this.readable.mapAsync(MAP_MODE_READ);
    const [begin, end] = new BigUint64Array(this.readable.getMappedRange());
    this.readable.unmap();
    return Number(end - begin) / 1e6;
  }

  destroy(): void {
    this.queries.destroy();
    this.resolved.destroy();
    this.readable.destroy();
  }
}
