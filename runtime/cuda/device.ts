import { DeviceError } from '../launch/device-error.ts';
import type { DeviceProperties } from './device-properties.ts';
import { EVENT_DEFAULT, result, STREAM_NON_BLOCKING } from './driver/constants.ts';
import type { Driver } from './driver/driver.ts';
import { CudaBuffer, type DeviceMemory } from './memory.ts';
import type { CudaCompiler } from './nvrtc.ts';

/** A CUstream. 0 is the stream that every other blocking stream waits for. */
export type CudaStream = bigint;

/** Polls of an event without a pause, before the event loop gets a millisecond between two. */
const EAGER_POLLS = 200;

/**
 * One GPU: its primary context, which every CUDA library of the process shares, a stream of its own, memory, events.
 * Every call makes the context current in the calling thread.
 */
export class CudaDevice {
  readonly driver: Driver;
  readonly properties: DeviceProperties;
  /** Compiles CUDA text for this device; null where no NVRTC was found, `compilerReason` says what was looked for. */
  readonly compiler: CudaCompiler | null;
  readonly compilerReason: string;
  /** Launches go there unless the caller names another stream; it does not wait for stream 0. */
  readonly stream: CudaStream;
  /** @internal Copies of plans, which wait for no kernel. */
  readonly copyStream: CudaStream;
  private readonly context: bigint;
  private closed = false;

  /** @internal Use `acquireCuda`. */
  constructor(
    driver: Driver,
    properties: DeviceProperties,
    compiler: { readonly found: CudaCompiler | null; readonly reason: string },
  ) {
    this.driver = driver;
    this.properties = properties;
    this.compiler = compiler.found;
    this.compilerReason = compiler.reason;
    this.context = this.handle('cuDevicePrimaryCtxRetain', properties.name, properties.ordinal);
    this.stream = this.createStream();
    this.copyStream = this.createStream();
  }

  /** Makes the context current. @throws {DeviceError} `destroyed` after `close`. */
  use(): void {
    if (this.closed) throw new DeviceError('destroyed', 'device', 'the CUDA device was closed');
    this.driver.call('cuCtxSetCurrent', this.properties.name, this.context);
  }

  /** Uninitialised memory, at least 256-byte aligned. `what` names it in messages. @throws {CudaError} */
  allocate(bytes: number, what = 'memory'): CudaBuffer {
    this.use();
    const pointer = new BigUint64Array(1);
    // The driver refuses 0 bytes; 16 are what a kernel may read at once.
    const size = Math.max(16, bytes);
    this.driver.call('cuMemAlloc_v2', `${what} (${size} bytes)`, pointer, size);
    return new CudaBuffer(pointer[0], bytes, (address) => this.release(address));
  }

  /** Copies to the device. Typed arrays are staged before the call returns and may be changed after it. */
  upload(to: DeviceMemory, data: ArrayBufferView, stream = this.stream, what = 'data'): void {
    if (data.byteLength > to.size)
      throw new RangeError(`${what}: ${data.byteLength} bytes do not fit into ${to.size}`);
    if (data.byteLength === 0) return;
    this.use();
    const subject = `${what} (${data.byteLength} bytes)`;
    this.driver.call('cuMemcpyHtoDAsync_v2', subject, to.pointer, data, data.byteLength, stream);
  }

  /** Copies from the device; resolves when `into` is filled. */
  async download(
    from: DeviceMemory,
    into: ArrayBufferView,
    stream = this.stream,
    what = 'data',
  ): Promise<void> {
    if (into.byteLength > from.size)
      throw new RangeError(`${what}: ${into.byteLength} bytes are wanted of ${from.size}`);
    // Into pageable memory the copy blocks its thread: what is before it in the stream is waited for outside it.
    await this.finished(stream);
    if (into.byteLength === 0) return;
    this.use();
    const subject = `${what} (${into.byteLength} bytes)`;
    this.driver.call('cuMemcpyDtoHAsync_v2', subject, into, from.pointer, into.byteLength, stream);
    this.synchronize(stream);
  }

  /** Sets every byte. */
  fill(memory: DeviceMemory, byte: number, stream = this.stream): void {
    this.use();
    this.driver.call('cuMemsetD8Async', `${memory.size} bytes`, memory.pointer, byte, memory.size, stream);
  }

  /** A stream that does not wait for stream 0; `destroyStream` ends it. */
  createStream(): CudaStream {
    this.use();
    return this.handle('cuStreamCreate', 'a stream', STREAM_NON_BLOCKING);
  }

  destroyStream(stream: CudaStream): void {
    this.use();
    this.driver.call('cuStreamDestroy_v2', 'a stream', stream);
  }

  createEvent(): bigint {
    this.use();
    return this.handle('cuEventCreate', 'an event', EVENT_DEFAULT);
  }

  record(event: bigint, stream = this.stream): void {
    this.use();
    this.driver.call('cuEventRecord', 'an event', event, stream);
  }

  /** What comes into the stream from now on waits for what an event was recorded behind. */
  wait(stream: CudaStream, event: bigint): void {
    this.use();
    this.driver.call('cuStreamWaitEvent', 'a stream', stream, event, 0);
  }

  destroyEvent(event: bigint): void {
    this.use();
    this.driver.call('cuEventDestroy_v2', 'an event', event);
  }

  /** GPU time between two recorded events that have passed, in milliseconds. */
  elapsed(begin: bigint, end: bigint): number {
    this.use();
    const milliseconds = new Float32Array(1);
    this.driver.call('cuEventElapsedTime', 'two events', milliseconds, begin, end);
    return milliseconds[0];
  }

  /** Resolves when everything that is in the stream now has run. @throws {CudaError} what the work died of. */
  async finished(stream = this.stream): Promise<void> {
    const event = this.createEvent();
    try {
      this.record(event, stream);
      await this.passed(event);
    } finally {
      this.destroyEvent(event);
    }
  }

  /** Resolves when a recorded event has passed; the event loop goes on meanwhile. */
  async passed(event: bigint): Promise<void> {
    for (let polls = 0; ; polls++) {
      this.use();
      const code = this.driver.attempt('cuEventQuery', event);
      if (code === result.success) return;
      if (code !== result.notReady) throw this.driver.error('cuEventQuery', code, 'the work of a stream');
      await new Promise<void>((resolve) => {
        if (polls < EAGER_POLLS) setImmediate(resolve);
        else setTimeout(resolve, 1);
      });
    }
  }

  /** Waits, blocking the thread, until everything in the stream has run: for the short copies of a plan. */
  synchronize(stream = this.stream): void {
    this.use();
    this.driver.call('cuStreamSynchronize', 'a stream', stream);
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** Memory of a closed device went with its context. */
  private release(pointer: bigint): void {
    if (this.closed) return;
    this.use();
    this.driver.call('cuMemFree_v2', 'memory', pointer);
  }

  /** Gives the context back. What other libraries hold of it stays. */
  close(): void {
    if (this.closed) return;
    this.destroyStream(this.stream);
    this.destroyStream(this.copyStream);
    this.closed = true;
    this.driver.call('cuDevicePrimaryCtxRelease_v2', this.properties.name, this.properties.ordinal);
  }

  private handle(
    name: 'cuDevicePrimaryCtxRetain' | 'cuStreamCreate' | 'cuEventCreate',
    subject: string,
    argument: number,
  ): bigint {
    const handle = new BigUint64Array(1);
    this.driver.call(name, subject, handle, argument);
    return handle[0];
  }
}
