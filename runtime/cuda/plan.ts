import { PlanUsers } from '../launch/plan-users.ts';
import { DeviceError } from '../launch/device-error.ts';
import type { CudaLaunch, CudaLaunchPass } from '../launch/prepare-cuda-launch.ts';
import { chooseBlocks } from './choose-blocks.ts';
import type { CudaDevice, CudaStream } from './device.ts';
import type { LoadedKernel, LoadedPass } from './kernel-modules.ts';
import type { TensorAddresses } from './cuda-tensors.ts';
import type { CudaBuffer } from './memory.ts';
import { StateMemory } from './state-memory.ts';
import type { TensorMaps } from './tensor-maps.ts';

/** A pass of a plan on its device. */
export interface CudaPlanPass {
  /** Registers and local memory of the kernel, and where its code came from. */
  readonly kernel: LoadedKernel;
  /** Blocks of a launch. */
  readonly blocks: readonly [x: number, y: number];
}

interface ReadyPass extends CudaPlanPass {
  readonly launch: CudaLaunchPass;
  readonly params: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  readonly pointers: BigUint64Array;
  /** The kernel, then what merges its parts; all take the same parameters. */
  readonly steps: readonly Step[];
}

/** A launch of a kernel. */
interface Step {
  readonly function: bigint;
  /** Blocks and threads along x, y, z, and bytes of shared memory. */
  readonly shape: readonly number[];
  /** The launch in messages. */
  readonly subject: string;
}

/**
 * One launch made ready: sizes, scalars and arrays are fixed, the schedule is derived and its tables are on the device.
 * Immutable and reusable for any tensors of its sizes, in any stream; owns its device memory until `destroy` (or until
 * the attention is destroyed).
 */
export class CudaPlan {
  /** Sizes, kernels, schedule statistics. */
  readonly launch: CudaLaunch;
  /** In the order of `launch.passes`. */
  readonly passes: readonly CudaPlanPass[];
  /** @internal */
  readonly device: CudaDevice;
  private readonly ready: readonly ReadyPass[];
  private readonly arena: CudaBuffer | null;
  private readonly floats: CudaBuffer | null;
  private readonly state: StateMemory | null;
  private destroyed = false;
  /** @internal */
  readonly users = new PlanUsers(() => this.destroy());

  /** @internal Use `attention.plan`. `kernels` has one for every pass. */
  constructor(device: CudaDevice, launch: CudaLaunch, kernels: readonly LoadedPass[]) {
    this.device = device;
    this.launch = launch;
    this.ready = launch.passes.map((pass, at) => readyPass(device, launch, pass, kernels[at]));
    this.passes = this.ready;
    const owned: { free(): void }[] = [];
    const own = <Memory extends { free(): void }>(memory: Memory): Memory => {
      owned.push(memory);
      return memory;
    };
    const upload = (what: string, data: Int32Array | Float32Array): CudaBuffer | null => {
      if (data.length === 0) return null;
      const buffer = own(device.allocate(data.byteLength, what));
      device.upload(buffer, data, device.copyStream, what);
      return buffer;
    };
    try {
      this.arena = upload('arrays and run tables', launch.arena);
      this.floats = upload('real arrays', launch.floats);
      this.state = launch.stateBytes === 0 ? null : own(new StateMemory(device, launch.stateBytes));
    } catch (error) {
      for (const memory of owned) memory.free();
      throw error;
    }
    // Launches may go to any stream.
    if (this.arena || this.floats) device.synchronize(device.copyStream);
  }

  /** @internal @throws {DeviceError} `destroyed`. */
  assertUsable(): void {
    if (this.destroyed) throw new DeviceError('destroyed', 'plan', 'the plan was destroyed');
  }

  /**
   * @internal Launches the kernels of all passes, one after the other in a stream. The context must be current. The driver
   * copies the parameters before the call returns, so that one block of them serves every launch.
   */
  run(stream: CudaStream, addresses: TensorAddresses, maps: TensorMaps): void {
    this.state?.take(stream);
    for (const pass of this.ready) this.runPass(pass, stream, addresses, maps);
    this.state?.leave(stream);
  }

  private runPass(pass: ReadyPass, stream: CudaStream, addresses: TensorAddresses, maps: TensorMaps): void {
    const { paramsLayout, layouts } = this.launch;
    const { kernel } = pass.launch;
    for (const { field, offset } of paramsLayout.fields) {
      const { source } = field;
      if (source.kind === 'pointer')
        pass.view.setBigUint64(offset, this.addressOf(source.of, addresses), true);
      else if (source.kind === 'tensor-map') {
        const box = kernel.boxes.find(({ tensor }) => tensor === source.tensor);
        if (box) pass.params.set(maps.get(addresses[source.tensor]!, layouts[source.tensor], box), offset);
      }
    }
    for (const { function: code, shape, subject } of pass.steps)
      this.device.driver.call('cuLaunchKernel', subject, code, ...shape, stream, pass.pointers, null);
  }

  /** Frees the memory of the plan. The driver waits for launches that still use it. */
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.arena?.free();
    this.floats?.free();
    this.state?.free();
  }

  private addressOf(of: 'arena' | 'floats' | 'state' | keyof TensorAddresses, addresses: TensorAddresses) {
    if (of === 'arena') return this.arena?.pointer ?? 0n;
    if (of === 'floats') return this.floats?.pointer ?? 0n;
    if (of === 'state') return this.state?.pointer ?? 0n;
    return addresses[of] ?? 0n;
  }
}

function readyPass(
  device: CudaDevice,
  { paramsLayout }: CudaLaunch,
  launch: CudaLaunchPass,
  { kernel, merge }: LoadedPass,
): ReadyPass {
  const { threads, sharedBytes } = launch.kernel;
  const blocks = chooseBlocks(launch, device.properties.multiprocessors);
  const params = alignedCopy(device, launch.params, paramsLayout.alignment);
  return {
    kernel,
    blocks,
    launch,
    params,
    view: new DataView(params.buffer, params.byteOffset),
    pointers: BigUint64Array.of(device.driver.koffi.address(params)),
    steps: [
      stepOf(launch.entry, kernel, blocks, threads, sharedBytes),
      ...(launch.merge && merge
        ? [stepOf(launch.merge.name, merge, launch.merge.blocks, launch.merge.threads, 0)]
        : []),
    ],
  };
}

function stepOf(
  name: string,
  kernel: LoadedKernel,
  [x, y]: readonly [number, number],
  threads: number,
  sharedBytes: number,
): Step {
  return {
    function: kernel.function,
    shape: [x, y, 1, threads, 1, 1, sharedBytes],
    subject: `${name} (${x} x ${y} blocks of ${threads} threads, ${sharedBytes} bytes of shared memory)`,
  };
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
