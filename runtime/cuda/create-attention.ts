import { SparsecError } from '../errors.ts';
import { DeviceError } from '../launch/device-error.ts';
import {
  checkHostTensors,
  inferSizes,
  isHostTensors,
  type HostOutputs,
  type HostTensors,
} from '../launch/host-tensors.ts';
import { refuseBesidePlan, type LaunchRequest } from '../launch/launch-request.ts';
import { PlanCache, planKey } from '../launch/plan-cache.ts';
import { entriesOf, prepareCudaLaunch } from '../launch/prepare-cuda-launch.ts';
import type { Sizes } from '../launch/tensor-layout.ts';
import { chooseCudaKernels } from './choose-cuda-kernel.ts';
import { partsOn } from './choose-parts.ts';
import { checkCudaTensors, type CudaTensors } from './cuda-tensors.ts';
import type { CudaDescriptor } from './descriptor.ts';
import type { CudaDevice, CudaStream } from './device.ts';
import { HostCopies } from './host-copies.ts';
import { KernelModules, type CodeImages } from './kernel-modules.ts';
import { CudaPlan } from './plan.ts';
import { TensorMaps } from './tensor-maps.ts';

export interface CudaAttentionOptions {
  /** Code made at compile time; without a cubin for the device, NVRTC compiles the text when the first plan is made. */
  readonly images?: CodeImages;
}

/** A plan made before, or what to make one from; sizes of typed arrays follow from their lengths. */
export interface CudaForwardOptions extends Partial<Sizes>, Omit<LaunchRequest, keyof Sizes> {
  readonly plan?: CudaPlan;
  /** Where to launch; the stream of the device by default. */
  readonly stream?: CudaStream;
  /** Measure the time on the GPU, by events around all kernels. */
  readonly time?: boolean;
}

export interface CudaForwardReport {
  /** GPU time; null when it was not asked for. */
  readonly milliseconds: number | null;
  /** The entry points that ran, in order. */
  readonly kernels: readonly string[];
}

/**
 * One attention on one CUDA device, as `Attention` is on a GPUDevice. Plans that `forward` makes by itself are kept by
 * sizes and scalars; host arrays are never part of that key: where the attention has inputs, `forward` without a plan
 * makes one for that call only, and `plan` is the way to reuse one.
 */
export class CudaAttention {
  readonly device: CudaDevice;
  readonly descriptor: CudaDescriptor;
  private readonly modules: KernelModules;
  private readonly maps: TensorMaps;
  private readonly plans = new Set<CudaPlan>();
  private readonly implicitPlans = new PlanCache<CudaPlan>((plan) => this.drop(plan));
  private destroyed = false;

  /** @internal Use {@link createCudaAttention}. */
  constructor(device: CudaDevice, descriptor: CudaDescriptor, options: CudaAttentionOptions) {
    this.device = device;
    this.descriptor = descriptor;
    this.modules = new KernelModules(device, descriptor, options.images ?? {});
    this.maps = new TensorMaps(device.driver, descriptor.dtype);
  }

  /**
   * Derives the schedule for given sizes, scalars and arrays, puts it on the device, and loads the kernels (once).
   *
   * @throws {SparsecError} on a size, launch parameter or array that does not fit.
   * @throws {DeviceError} on a limit of the device or refused code; {CudaError} with the call that failed.
   */
  async plan(request: LaunchRequest): Promise<CudaPlan> {
    this.assertUsable();
    const module = await this.modules.load();
    this.assertUsable();
    const { architecture } = module;
    const capabilities = { ...this.device.properties, architecture };
    const kernels = chooseCudaKernels(this.descriptor, request.nq, capabilities);
    const parts = partsOn(this.device.properties.multiprocessors);
    const launch = prepareCudaLaunch(this.descriptor, kernels, request, parts);
    const loaded = launch.passes.map((pass) => this.modules.openPass(module, pass));
    const plan = new CudaPlan(this.device, launch, loaded);
    this.plans.add(plan);
    return plan;
  }

  /** Runs the attention on typed arrays; the outputs are new arrays. */
  forward(tensors: HostTensors, options?: CudaForwardOptions): Promise<HostOutputs & CudaForwardReport>;
  /** Runs the attention on device memory of the caller; resolves when `out` and `lse` are written. */
  forward(tensors: CudaTensors, options: CudaForwardOptions): Promise<CudaForwardReport>;
  async forward(
    tensors: HostTensors | CudaTensors,
    options: CudaForwardOptions = {},
  ): Promise<Partial<HostOutputs> & CudaForwardReport> {
    this.assertUsable();
    const host = isHostTensors(tensors);
    const sized =
      host && !options.plan ? { ...options, ...inferSizes(this.descriptor, tensors, options) } : options;
    const { plan, release } = await this.planFor(sized);
    try {
      const stream = options.stream ?? this.device.stream;
      return host
        ? await this.forwardHost(plan, tensors, stream, options.time ?? false)
        : await this.launchAndWait(plan, tensors, stream, options.time ?? false);
    } finally {
      release();
    }
  }

  /**
   * Launches into a stream and returns at once: the counterpart of `encode`. The plan and the memory must live until
   * the stream got there.
   *
   * @throws {SparsecError} on memory that is missing, too small, misaligned or shared with an output.
   */
  enqueue(stream: CudaStream, plan: CudaPlan, tensors: CudaTensors): void {
    this.assertUsable();
    if (!(plan instanceof CudaPlan))
      throw new SparsecError('type', 'plan', 'plan is no plan: make one with `plan`');
    plan.assertUsable();
    if (plan.device !== this.device)
      throw new SparsecError('type', 'plan', 'the plan was made on another device');
    if (plan.launch.descriptor !== this.descriptor) {
      const text = `the plan belongs to ${plan.launch.descriptor.name}, this is ${this.descriptor.name}`;
      throw new SparsecError('type', 'plan', text);
    }
    const addresses = checkCudaTensors(this.descriptor, plan.launch.layouts, tensors);
    this.device.use();
    plan.run(stream, addresses, this.maps);
  }

  /** Frees every plan and the code. Memory of the caller and the device stay. */
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    for (const plan of this.plans) plan.destroy();
    this.plans.clear();
    this.implicitPlans.clear();
    this.modules.unload();
  }

  private async forwardHost(
    plan: CudaPlan,
    tensors: HostTensors,
    stream: CudaStream,
    time: boolean,
  ): Promise<HostOutputs & CudaForwardReport> {
    const { layouts, layout } = plan.launch;
    const inputs = checkHostTensors(this.descriptor, layouts, layout, tensors);
    const copies = new HostCopies(this.device, this.descriptor, layouts);
    try {
      copies.upload(inputs, stream);
      const report = await this.launchAndWait(plan, copies.tensors, stream, time);
      return { ...(await copies.read(stream)), ...report };
    } finally {
      copies.free();
    }
  }

  private async launchAndWait(
    plan: CudaPlan,
    tensors: CudaTensors,
    stream: CudaStream,
    time: boolean,
  ): Promise<CudaForwardReport> {
    const { device } = this;
    const events = time ? [device.createEvent(), device.createEvent()] : [];
    try {
      if (time) device.record(events[0], stream);
      this.enqueue(stream, plan, tensors);
      if (time) device.record(events[1], stream);
      await device.finished(stream);
      const milliseconds = time ? device.elapsed(events[0], events[1]) : null;
      return { milliseconds, kernels: entriesOf(plan.launch) };
    } finally {
      for (const event of events) device.destroyEvent(event);
    }
  }

  private async planFor(
    options: CudaForwardOptions,
  ): Promise<{ readonly plan: CudaPlan; readonly release: () => void }> {
    if (options.plan) {
      refuseBesidePlan(options);
      return { plan: options.plan, release: () => undefined };
    }
    const { nq, nk } = options;
    if (nq === undefined || nk === undefined) {
      const text = `nq and nk are needed, or a plan: addresses do not tell the sizes of ${this.descriptor.name}`;
      throw new SparsecError('missing', 'nq', text);
    }
    const request = { ...options, nq, nk };
    if (this.descriptor.inputs.length > 0) {
      const plan = await this.plan(request);
      return { plan, release: () => this.drop(plan) };
    }
    const plan = await this.implicitPlans.get(planKey(request), () => this.plan(request));
    return { plan, release: plan.users.hold() };
  }

  private drop(plan: CudaPlan): void {
    plan.users.drop();
    this.plans.delete(plan);
  }

  private assertUsable(): void {
    if (this.destroyed)
      throw new DeviceError('destroyed', this.descriptor.name, `${this.descriptor.name} was destroyed`);
  }
}

/**
 * An attention on a CUDA device: code is loaded or compiled when a plan first needs it. The device stays the caller's.
 *
 * @throws {SparsecError} when there is no device, or an image is named for no architecture.
 */
export function createCudaAttention(
  device: CudaDevice,
  descriptor: CudaDescriptor,
  options: CudaAttentionOptions = {},
): CudaAttention {
  // By shape: a device may come from another copy of this module.
  if (typeof (device as CudaDevice | null | undefined)?.allocate !== 'function') {
    throw new SparsecError(
      'type',
      'device',
      `${descriptor.name} needs a CudaDevice, as acquireCuda gives one`,
    );
  }
  return new CudaAttention(device, descriptor, options);
}
