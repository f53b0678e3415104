import { DeviceError } from '../launch/device-error.ts';
import type { CudaLaunch } from '../launch/prepare-cuda-launch.ts';
import type { CudaDevice, CudaStream } from './device.ts';
import type { LoadedKernel } from './kernel-modules.ts';
import type { TensorAddresses } from './cuda-tensors.ts';
import type { CudaBuffer } from './memory.ts';
import type { TensorMaps } from './tensor-maps.ts';

/**
 * One launch made ready: sizes, scalars and arrays are fixed, the schedule is derived and its tables are on the device.
 * Immutable and reusable for any tensors of its sizes; owns its device memory until `destroy` (or until the attention is
 * destroyed).
 */
export class CudaPlan {
  /** Sizes, kernel, schedule statistics. */
  readonly launch: CudaLaunch;
  /** Registers and local memory of the kernel, and where its code came from. */
  readonly kernel: LoadedKernel;
  /** Blocks of a launch. */
  readonly blocks: readonly [x: number, y: number];
  /** @internal */
  readonly device: CudaDevice;
  private readonly arena: CudaBuffer | null;
  private readonly floats: CudaBuffer | null;
  private readonly params: Uint8Array<ArrayBuffer>;
  private readonly view: DataView;
  private readonly pointers: BigUint64Array;
  private destroyed = false;
  /** The launch in messages. */
  private readonly subject: string;
  private users = 0;
  private dropped = false;

  /** @internal Use `attention.plan`. */
  constructor(device: CudaDevice, launch: CudaLaunch, kernel: LoadedKernel) {
    this.device = device;
    this.launch = launch;
    this.kernel = kernel;
    this.blocks = blocksOf(launch, device.properties.multiprocessors);
    const { name, threads, sharedBytes } = launch.kernel;
    const [x, y] = this.blocks;
    this.subject = `${name} (${x} x ${y} blocks of ${threads} threads, ${sharedBytes} bytes of shared memory)`;
    const upload = (what: string, data: Int32Array | Float32Array): CudaBuffer | null => {
      if (data.length === 0) return null;
      const buffer = device.allocate(data.byteLength, what);
      device.upload(buffer, data, device.copyStream, what);
      return buffer;
    };
    this.arena = upload('arrays and run tables', launch.arena);
    this.floats = upload('real arrays', launch.floats);
    // Launches may go to any stream.
    if (this.arena || this.floats) device.synchronize(device.copyStream);
    this.params = alignedCopy(device, launch.params, launch.paramsLayout.alignment);
    this.view = new DataView(this.params.buffer, this.params.byteOffset);
    this.pointers = BigUint64Array.of(device.driver.koffi.address(this.params));
  }

  /** @internal @throws {DeviceError} `destroyed`. */
  assertUsable(): void {
    if (this.destroyed) throw new DeviceError('destroyed', 'plan', 'the plan was destroyed');
  }

  /**
   * @internal Launches the kernel. The context must be current. The driver copies the parameters before the call
   * returns, so that one block of them serves every launch.
   */
  run(stream: CudaStream, addresses: TensorAddresses, maps: TensorMaps): void {
    const { kernel, paramsLayout, layouts } = this.launch;
    for (const { field, offset } of paramsLayout.fields) {
      const { source } = field;
      if (source.kind === 'pointer')
        this.view.setBigUint64(offset, this.addressOf(source.of, addresses), true);
      else if (source.kind === 'tensor-map') {
        const box = kernel.boxes.find(({ tensor }) => tensor === source.tensor);
        if (box) this.params.set(maps.get(addresses[source.tensor]!, layouts[source.tensor], box), offset);
      }
    }
    const [x, y] = this.blocks;
    this.device.driver.call(
      'cuLaunchKernel',
      this.subject,
      this.kernel.function,
      ...[x, y, 1, kernel.threads, 1, 1, kernel.sharedBytes],
      stream,
      this.pointers,
      null,
    );
  }

  /** @internal A launch holds the plan until it calls what it gets: a plan that falls out of a cache waits for it. */
  hold(): () => void {
    this.users++;
    return () => {
      this.users--;
      if (this.dropped) this.drop();
    };
  }

  /** @internal Destroys the plan as soon as no launch holds it. */
  drop(): void {
    this.dropped = true;
    if (this.users === 0) this.destroy();
  }

  /** Frees the memory of the plan. The driver waits for launches that still use it. */
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.arena?.free();
    this.floats?.free();
  }

  private addressOf(of: 'arena' | 'floats' | keyof TensorAddresses, addresses: TensorAddresses): bigint {
    if (of === 'arena') return this.arena?.pointer ?? 0n;
    if (of === 'floats') return this.floats?.pointer ?? 0n;
    return addresses[of] ?? 0n;
  }
}

function blocksOf({ kernel, work }: CudaLaunch, multiprocessors: number): readonly [number, number] {
  const { queryTiles, grid } = work;
  switch (kernel.grid.kind) {
    case 'tiles':
      return [queryTiles, grid];
    case 'persistent':
      return [Math.min(queryTiles * grid, kernel.grid.blocksPerUnit * multiprocessors), 1];
  }
}

/** The parameters at a multiple of their alignment: the driver reads tensor maps with vector loads. */
function alignedCopy({ driver }: CudaDevice, bytes: Uint8Array, alignment: number): Uint8Array<ArrayBuffer> {
  const room = new Uint8Array(bytes.length + alignment);
  const misaligned = Number(driver.koffi.address(room) % BigInt(alignment));
  const start = (alignment - misaligned) % alignment;
  const copy = room.subarray(start, start + bytes.length);
  copy.set(bytes);
  return copy;
}
