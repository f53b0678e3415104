import { PlanUsers } from '../launch/plan-users.ts';
import type { Launch } from '../launch/assemble-launch.ts';
import { DeviceError } from '../launch/device-error.ts';
import { checkBindingSize } from './gpu-tensors.ts';
import { BufferUsage } from './usage.ts';

/** One pass of a plan on the device. */
export interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly params: GPUBuffer;
  readonly workgroups: readonly [x: number, y: number, z: number];
}

/**
 * One launch made ready: sizes, scalars and arrays are fixed, the schedule is derived and its tables are on the device.
 * Immutable and reusable for any tensors of its sizes; owns its buffers until `destroy` (or until the attention is
 * destroyed).
 */
export class Plan {
  /** Sizes, passes with their kernels, dispatch counts and schedule statistics. */
  readonly launch: Launch;
  /** @internal */
  readonly device: GPUDevice;
  /** @internal In the order of the passes. */
  readonly dispatches: readonly Dispatch[];
  /** @internal */
  readonly arena: GPUBuffer | null;
  /** @internal */
  readonly floats: GPUBuffer | null;
  /** @internal What one pass leaves for the next; launches of one plan on one queue use it one after the other. */
  readonly state: GPUBuffer | null;
  private destroyed = false;
  /** @internal */
  readonly users = new PlanUsers(() => this.destroy());

  /**
   * `pipelines` are those of the passes.
   *
   * @internal Use `attention.plan`.
   * @throws {DeviceError} `limit` where a buffer is larger than the device binds.
   */
  constructor(device: GPUDevice, launch: Launch, pipelines: readonly GPUComputePipeline[]) {
    this.device = device;
    this.launch = launch;
    const { name, wgsl } = launch.descriptor;
    const has = (role: string): boolean => wgsl.bindings.some((binding) => binding.role === role);
    const arena = has('arena') ? launch.arena : null;
    const floats = has('floats') ? launch.floats : null;
    const stateBytes = has('state') ? launch.stateBytes : 0;
    if (arena) checkBindingSize(device, `${name}: arrays and tables`, arena.byteLength);
    if (floats) checkBindingSize(device, `${name}: real arrays`, floats.byteLength);
    checkBindingSize(device, `${name}: state between passes`, stateBytes);
    const upload = (label: string, data: GPUAllowSharedBufferSource, usage: number): GPUBuffer => {
      // Room for one vec4 even where nothing is stored: WebGPU has no empty binding.
      const size = Math.max(16, data.byteLength);
      const buffer = device.createBuffer({ label, size, usage: usage | BufferUsage.COPY_DST });
      device.queue.writeBuffer(buffer, 0, data);
      return buffer;
    };
    this.dispatches = launch.passes.map(({ pass, uniforms, workgroups }, at) => ({
      pipeline: pipelines[at],
      params: upload(`${name} parameters, pass ${pass.name}`, uniforms, BufferUsage.UNIFORM),
      workgroups,
    }));
    this.arena = arena && upload(`${name} arrays and tables`, arena, BufferUsage.STORAGE);
    this.floats = floats && upload(`${name} real arrays`, floats, BufferUsage.STORAGE);
    this.state =
      stateBytes === 0
        ? null
        : device.createBuffer({ label: `${name} state`, size: stateBytes, usage: BufferUsage.STORAGE });
  }

  /** @internal @throws {DeviceError} `destroyed`. */
  assertUsable(): void {
    if (this.destroyed) throw new DeviceError('destroyed', 'plan', 'the plan was destroyed');
  }

  /** Frees the buffers of the plan. Launches that were submitted before still finish. */
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    const params = this.dispatches.map((dispatch) => dispatch.params);
    for (const buffer of [...params, this.arena, this.floats, this.state]) buffer?.destroy();
  }
}
