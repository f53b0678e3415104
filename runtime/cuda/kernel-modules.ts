import { readFileSync } from 'node:fs';
import { DeviceError, limitError } from '../launch/device-error.ts';
import type { CudaLaunchPass } from '../launch/prepare-cuda-launch.ts';
import { parseArchitecture, runsOn } from './architecture.ts';
import type { CudaDescriptor, CudaKernel } from './descriptor.ts';
import type { CudaDevice } from './device.ts';
import { DEFAULT_SHARED_BYTES, functionAttribute, jitOption, result } from './driver/constants.ts';
import type { ModuleImage } from './nvrtc.ts';

/** Code made by `sparsec compile --cubin`, by architecture (`sm_90a`, `compute_80`): its bytes or the file of it. */
export type CodeImages = Readonly<Record<string, Uint8Array | URL>>;

/** What the driver says of a kernel. */
export interface KernelFacts {
  readonly registers: number;
  /** Bytes of local memory a thread: registers that were spilled, and arrays. */
  readonly localBytes: number;
  readonly staticSharedBytes: number;
  readonly threads: number;
}

/** A kernel that can be launched. */
export interface LoadedKernel {
  readonly function: bigint;
  readonly facts: KernelFacts;
  /** `cubin for sm_90a`, or how the code was made. */
  readonly origin: string;
}

/** The kernels of a pass: its own, or that of its parts and the one that merges them. */
export interface LoadedPass {
  readonly kernel: LoadedKernel;
  readonly merge: LoadedKernel | null;
}

type EntryPoint = Pick<CudaKernel, 'name' | 'threads' | 'sharedBytes'>;

/** Bytes for what the JIT compiler of the driver says about PTX. */
const LOG_BYTES = 16 * 1024;

interface LoadedModule {
  readonly handle: bigint;
  /** What its code was made for. */
  readonly architecture: string;
  /** `cubin for sm_90a`. */
  readonly origin: string;
}

/** The code of one attention on one device, loaded when it is first asked for, and its kernels. */
export class KernelModules {
  private readonly device: CudaDevice;
  private readonly descriptor: CudaDescriptor;
  private readonly images: CodeImages;
  private module: Promise<LoadedModule> | null = null;
  private readonly functions = new Map<string, LoadedKernel>();
  private unloaded = false;

  /** @throws {SparsecError} where an image is named for no architecture. */
  constructor(device: CudaDevice, descriptor: CudaDescriptor, images: CodeImages) {
    for (const architecture of Object.keys(images)) parseArchitecture(architecture);
    this.device = device;
    this.descriptor = descriptor;
    this.images = images;
  }

  /**
   * The module: a cubin that was brought for the device, else what NVRTC makes of the text, else PTX that was brought.
   *
   * @throws {CudaError} `shader` with the log of the compiler; {DeviceError} where there is no code and no compiler.
   */
  load(): Promise<LoadedModule> {
    if (!this.module) {
      const loading = this.make();
      this.module = loading;
      // A failure is not kept: the caller hears it and may try again.
      loading.catch(() => {
        if (this.module === loading) this.module = null;
      });
    }
    return this.module;
  }

  /** What a pass launches. @throws {CudaError} */
  openPass(module: LoadedModule, { kernel, entry, merge }: CudaLaunchPass): LoadedPass {
    return {
      kernel: this.open(module, { ...kernel, name: entry }),
      merge: merge && this.open(module, { ...merge, sharedBytes: 0 }),
    };
  }

  private open(module: LoadedModule, kernel: EntryPoint): LoadedKernel {
    const loaded = this.functions.get(kernel.name) ?? this.openFunction(module, kernel);
    this.functions.set(kernel.name, loaded);
    return loaded;
  }

  unload(): void {
    this.unloaded = true;
    this.functions.clear();
    const { module } = this;
    this.module = null;
    void module?.then(
      ({ handle }) => this.release(handle),
      () => undefined,
    );
  }

  private release(handle: bigint): void {
    if (this.device.isClosed) return;
    this.device.use();
    this.device.driver.call('cuModuleUnload', this.descriptor.name, handle);
  }

  private async make(): Promise<LoadedModule> {
    const image = this.brought('cubin') ?? (await this.compile()) ?? this.brought('ptx') ?? this.refuse();
    if (this.unloaded) {
      throw new DeviceError('destroyed', this.descriptor.name, `${this.descriptor.name} was destroyed`);
    }
    const { kind, architecture } = image;
    return { handle: this.loadImage(image), architecture, origin: `${kind} for ${architecture}` };
  }

  /** The newest image of a kind that runs on the device. */
  private brought(kind: ModuleImage['kind']): ModuleImage | null {
    const { capability } = this.device.properties;
    const number = (architecture: string): number => parseArchitecture(architecture).number;
    const [best] = Object.keys(this.images)
      .filter((name) => parseArchitecture(name).kind === kind && runsOn(name, capability))
      .sort((a, b) => number(b) - number(a) || b.length - a.length);
    if (best === undefined) return null;
    const found = this.images[best];
    const bytes = found instanceof Uint8Array ? found : readFileSync(found);
    // The driver reads PTX up to a zero.
    return {
      kind,
      architecture: best,
      bytes: kind === 'ptx' ? Buffer.concat([bytes, Buffer.alloc(1)]) : bytes,
    };
  }

  private async compile(): Promise<ModuleImage | null> {
    const { compiler, properties } = this.device;
    const { name, cuda } = this.descriptor;
    return compiler && compiler.compile(cuda.code, name, properties.capability);
  }

  private refuse(): never {
    const { compilerReason, properties } = this.device;
    const { name } = this.descriptor;
    const brought = Object.keys(this.images).join(', ') || 'none';
    const text = `${name} brings no code for sm_${properties.capability} (${brought}), and ${compilerReason}`;
    throw new DeviceError('shader', name, text);
  }

  private loadImage({ kind, architecture, bytes }: ModuleImage): bigint {
    const { driver } = this.device;
    this.device.use();
    const handle = new BigUint64Array(1);
    const log = new Uint8Array(LOG_BYTES);
    const options = Int32Array.of(jitOption.errorLog, jitOption.errorLogBytes);
    const values = BigUint64Array.of(driver.koffi.address(log), BigInt(log.length));
    // PTX is a text and ends with a zero, which NVRTC counts; a cubin says its own length.
    const code = driver.attempt('cuModuleLoadDataEx', handle, bytes, options.length, options, values);
    if (code === result.success) return handle[0];
    const said = new TextDecoder().decode(log.subarray(0, Math.max(0, log.indexOf(0)))).trim();
    const subject = `${this.descriptor.name} (${kind} for ${architecture}, ${bytes.length} bytes)`;
    throw driver.error('cuModuleLoadDataEx', code, subject, said);
  }

  private openFunction({ handle: module, origin }: LoadedModule, kernel: EntryPoint): LoadedKernel {
    const { driver } = this.device;
    this.device.use();
    const handle = new BigUint64Array(1);
    driver.call('cuModuleGetFunction', kernel.name, handle, module, kernel.name);
    const attribute = (name: keyof typeof functionAttribute): number => {
      const value = new Int32Array(1);
      driver.call('cuFuncGetAttribute', `${kernel.name}: ${name}`, value, functionAttribute[name], handle[0]);
      return value[0];
    };
    const facts = {
      registers: attribute('registers'),
      localBytes: attribute('localBytes'),
      staticSharedBytes: attribute('staticSharedBytes'),
      threads: attribute('maxThreadsPerBlock'),
    };
    if (kernel.threads > facts.threads)
      throw limitError('threads a block', kernel.name, kernel.threads, facts.threads);
    if (kernel.sharedBytes + facts.staticSharedBytes > DEFAULT_SHARED_BYTES) {
      const subject = `${kernel.name}: ${kernel.sharedBytes} bytes of shared memory`;
      const { maxDynamicSharedBytes } = functionAttribute;
      driver.call('cuFuncSetAttribute', subject, handle[0], maxDynamicSharedBytes, kernel.sharedBytes);
    }
    return { function: handle[0], facts, origin };
  }
}
