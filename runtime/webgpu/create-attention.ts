import type { AttentionDescriptor } from '../descriptor.ts';
import type { BufferBinding, KernelDescriptor } from '../kernel-descriptor.ts';
import { chooseKernels } from '../launch/choose-kernel.ts';
import { SparsecError } from '../errors.ts';
import { DeviceError } from '../launch/device-error.ts';
import { refuseBesidePlan, type LaunchRequest } from '../launch/launch-request.ts';
import { prepareLaunch } from '../launch/prepare-launch.ts';
import type { Sizes, TensorName } from '../launch/tensor-layout.ts';
import { DeviceGuard } from './device-guard.ts';
import { checkGpuTensors, whyNoLse, type CheckedTensors, type GpuTensors } from './gpu-tensors.ts';
import { HostLaunch } from './host-launch.ts';
import {
  checkHostTensors,
  inferSizes,
  isHostTensors,
  type HostOutputs,
  type HostTensors,
} from '../launch/host-tensors.ts';
import { Pipelines } from './pipelines.ts';
import { PlanCache, planKey } from '../launch/plan-cache.ts';
import { Plan } from './plan.ts';
import { adapterClass } from './request-device.ts';
import { PassTimer } from './timer.ts';

export interface AttentionOptions {
  /** Kernels tuned for this adapter class are preferred; by default the class of the device's adapter. */
  readonly target?: KernelDescriptor['target'];
}

/** A plan made before, or what to make one from; sizes of typed arrays follow from their lengths. */
export interface ForwardOptions extends Partial<Sizes>, Omit<LaunchRequest, keyof Sizes> {
  readonly plan?: Plan;
  /** Measure the time on the GPU. */
  readonly time?: boolean;
}

export interface ForwardReport {
  /** GPU time; null when it was not asked for or the device lacks the feature `timestamp-query`. */
  readonly milliseconds: number | null;
  /** The entry points that ran, in order. */
  readonly kernels: readonly string[];
}

/**
 * One attention on one device. Plans that `forward` makes by itself are kept by sizes and scalars; host arrays are
 * never part of that key: where the attention has inputs, `forward` without a plan makes one for that call only, and
 * `plan` is the way to reuse one.
 */
export class Attention {
  readonly device: GPUDevice;
  readonly descriptor: AttentionDescriptor;
  private readonly target: KernelDescriptor['target'];
  private readonly guard: DeviceGuard;
  private readonly pipelines: Pipelines;
  private readonly plans = new Set<Plan>();
  private readonly implicitPlans = new PlanCache<Plan>((plan) => this.drop(plan));
  private destroyed = false;

  /** @internal Use {@link createAttention}. */
  constructor(device: GPUDevice, descriptor: AttentionDescriptor, options: AttentionOptions) {
    this.device = device;
    this.descriptor = descriptor;
    this.target = options.target ?? adapterClass(device.adapterInfo);
    this.guard = new DeviceGuard(device);
    this.pipelines = new Pipelines(this.guard, descriptor);
  }

  /**
   * Derives the schedule for given sizes, scalars and arrays and compiles the kernels that serve them (each once).
   *
   * @throws {SparsecError} on a size, launch parameter or array that does not fit.
   * @throws {DeviceError} on a limit of the device or a refused shader.
   */
  async plan(request: LaunchRequest): Promise<Plan> {
    this.assertUsable();
    const kernels = chooseKernels(this.descriptor, request.nq, this.device, this.target);
    const launch = prepareLaunch(this.descriptor, kernels, request);
    const pipelines = await Promise.all(kernels.map((kernel) => this.pipelines.get(kernel)));
    this.assertUsable();
    let plan: Plan | null = null;
    try {
      const made = await this.guard.scoped(() => (plan = new Plan(this.device, launch, pipelines)));
      this.plans.add(made);
      return made;
    } catch (error) {
      (plan as Plan | null)?.destroy();
      throw error;
    }
  }

  /** Runs the attention on typed arrays; the outputs are new arrays. */
  forward(tensors: HostTensors, options?: ForwardOptions): Promise<HostOutputs & ForwardReport>;
  /**
   * Submits the attention on buffers of the caller; `out` and `lse` are written when the queue gets there. With a plan that
   * is before the call returns; without one the plan is made first, so that what is submitted behind it has to await it.
   */
  forward(tensors: GpuTensors, options: ForwardOptions): Promise<ForwardReport>;
  async forward(
    tensors: HostTensors | GpuTensors,
    options: ForwardOptions = {},
  ): Promise<Partial<HostOutputs> & ForwardReport> {
    this.assertUsable();
    const host = isHostTensors(tensors);
    const run = (plan: Plan) =>
      host
        ? this.forwardHost(tensors, plan, options.time ?? false)
        : this.forwardGpu(tensors, plan, options.time ?? false);
    if (options.plan !== undefined) {
      refuseBesidePlan(options);
      this.checkPlan(options.plan);
      return run(options.plan);
    }
    const sized = host ? { ...options, ...inferSizes(this.descriptor, tensors, options) } : options;
    const { plan, release } = await this.planFor(sized);
    try {
      return await run(plan);
    } finally {
      release();
    }
  }

  /**
   * Records one compute pass, with a dispatch for every pass of the plan, into the caller's encoder. Nothing is submitted; the plan must not be destroyed before the
   * submission.
   *
   * @throws {SparsecError} on a buffer that is missing, too small, misaligned, mapped or without STORAGE.
   */
  encode(
    encoder: GPUCommandEncoder,
    plan: Plan,
    tensors: GpuTensors,
    timestampWrites?: GPUComputePassTimestampWrites,
  ): void {
    this.assertUsable();
    this.checkPlan(plan);
    const checked = checkGpuTensors(this.device, this.descriptor, plan.launch.layouts, tensors);
    const own = { arena: plan.arena, floats: plan.floats, state: plan.state };
    const pass = encoder.beginComputePass({ label: this.descriptor.name, timestampWrites });
    for (const dispatch of plan.dispatches) {
      pass.setPipeline(dispatch.pipeline);
      pass.setBindGroup(0, this.bindGroup({ ...own, params: dispatch.params }, checked));
      pass.dispatchWorkgroups(...dispatch.workgroups);
    }
    pass.end();
  }

  private bindGroup(own: PlanBuffers, tensors: CheckedTensors): GPUBindGroup {
    const entries = this.descriptor.wgsl.bindings.map(({ binding, role }): GPUBindGroupEntry => {
      const buffer = isOwn(role) ? own[role] : null;
      const resource = buffer ? { buffer } : tensors[role as TensorName];
      if (!resource) throw new Error(`${this.descriptor.name} binds ${role}, which it does not declare`);
      return { binding, resource };
    });
    return this.device.createBindGroup({ layout: this.pipelines.layout, entries });
  }

  /** Frees every plan. Buffers of the caller and the device stay. */
  destroy(): void {
    this.destroyed = true;
    for (const plan of this.plans) plan.destroy();
    this.plans.clear();
    this.implicitPlans.clear();
  }

  private async forwardHost(
    tensors: HostTensors,
    plan: Plan,
    time: boolean,
  ): Promise<HostOutputs & ForwardReport> {
    const inputs = checkHostTensors(this.descriptor, plan.launch.layouts, plan.launch.layout, tensors);
    let staging: HostLaunch | null = null;
    try {
      const milliseconds = await this.guard.scoped(() => {
        const launch = new HostLaunch(this.device, plan, inputs);
        staging = launch;
        return this.submit(plan, launch.tensors, time, (encoder) => launch.encodeReadBack(encoder));
      });
      const outputs = await this.guard.scoped(() => staging!.read());
      return { ...outputs, milliseconds, kernels: kernelsOf(plan) };
    } finally {
      (staging as HostLaunch | null)?.destroy();
    }
  }

  private async forwardGpu(tensors: GpuTensors, plan: Plan, time: boolean): Promise<ForwardReport> {
    const milliseconds = await this.guard.scoped(() => this.submit(plan, tensors, time, () => undefined));
    return { milliseconds, kernels: kernelsOf(plan) };
  }

  /** Everything up to the submission happens in the caller's turn, inside its error scopes. */
  private submit(
    plan: Plan,
    tensors: GpuTensors,
    time: boolean,
    finish: (encoder: GPUCommandEncoder) => void,
  ): Promise<number | null> {
    const timer = time ? PassTimer.create(this.device) : null;
    const encoder = this.device.createCommandEncoder({ label: this.descriptor.name });
    this.encode(encoder, plan, tensors, timer?.writes);
    timer?.resolve(encoder);
    finish(encoder);
    this.device.queue.submit([encoder.finish()]);
    return timer ? timer.read().finally(() => timer.destroy()) : Promise.resolve(null);
  }

  private checkPlan(plan: Plan): void {
    if (!(plan instanceof Plan))
      throw new SparsecError('type', 'plan', 'plan is no plan: make one with `plan`, and await it');
    plan.assertUsable();
    if (plan.device !== this.device) {
      throw new SparsecError('type', 'plan', 'the plan was made on another device');
    }
    if (plan.launch.descriptor !== this.descriptor) {
      throw new SparsecError(
        'type',
        'plan',
        `the plan belongs to ${plan.launch.descriptor.name}, this is ${this.descriptor.name}`,
      );
    }
  }

  private async planFor(options: ForwardOptions): Promise<{ plan: Plan; release: () => void }> {
    const { nq, nk } = options;
    if (nq === undefined || nk === undefined) {
      throw new SparsecError(
        'missing',
        'nq',
        `nq and nk are needed, or a plan: GPU buffers do not tell the sizes of ${this.descriptor.name}`,
      );
    }
    const request = { ...options, nq, nk };
    if (this.descriptor.inputs.length > 0) {
      const plan = await this.plan(request);
      return { plan, release: () => this.drop(plan) };
    }
    const plan = await this.implicitPlans.get(planKey(request), () => this.plan(request));
    return { plan, release: plan.users.hold() };
  }

  private drop(plan: Plan): void {
    plan.users.drop();
    this.plans.delete(plan);
  }

  private assertUsable(): void {
    if (this.destroyed)
      throw new DeviceError('destroyed', this.descriptor.name, `${this.descriptor.name} was destroyed`);
    this.guard.assertUsable();
  }
}

/**
 * An attention on a device: pipelines are compiled when a plan first needs them. The device stays the caller's.
 *
 * @throws {DeviceError} when the device offers fewer storage buffers than the kernels bind.
 * @throws {SparsecError} when there is no device, or when an lse is asked of what has no one softmax.
 */
export function createAttention(
  device: GPUDevice,
  descriptor: AttentionDescriptor,
  options: AttentionOptions = {},
): Attention {
  if (typeof (device as GPUDevice | null | undefined)?.createComputePipeline !== 'function') {
    throw new SparsecError('type', 'device', `${descriptor.name} needs a GPUDevice`);
  }
  const why = whyNoLse(descriptor);
  if (why !== null && descriptor.outputs.includes('lse'))
    throw new SparsecError('unknown', 'lse', `${descriptor.name} has no lse: ${why}`);
  return new Attention(device, descriptor, options);
}

/** The buffers that a plan owns. */
type PlanBuffers = Readonly<Record<(typeof PLAN_ROLES)[number], GPUBuffer | null>>;
const PLAN_ROLES = ['params', 'arena', 'floats', 'state'] as const;

function isOwn(role: BufferBinding['role']): role is keyof PlanBuffers {
  return (PLAN_ROLES as readonly string[]).includes(role);
}

function kernelsOf(plan: Plan): readonly string[] {
  return plan.launch.passes.map(({ kernel }) => kernel.name);
}
