import type { Launch } from '../launch/assemble-launch.ts';
import { DeviceError } from '../launch/device-error.ts';
import { checkBindingSize } from './gpu-tensors.ts';
import { BufferUsage } from './usage.ts';

/**
 * One launch made ready: sizes, scalars and arrays are fixed, the schedule is derived and its tables are on the device.
 * Immutable and reusable for any tensors of its sizes; owns its buffers until `destroy` (or until the attention is
 * destroyed).
 */
export class Plan {
  /** Sizes, kernel, dispatch counts, schedule statistics. */
  readonly launch: Launch;
  /** @internal */
  readonly device: GPUDevice;
  /** @internal */
  readonly pipeline: GPUComputePipeline;
  /** @internal */
  readonly params: GPUBuffer;
  /** @internal */
  readonly arena: GPUBuffer | null;
  /** @internal */
  readonly floats: GPUBuffer | null;
  private destroyed = false;

  /** @internal Use `attention.plan`. */
  constructor(device: GPUDevice, launch: Launch, pipeline: GPUComputePipeline) {
    this.device = device;
    this.launch = launch;
    this.pipeline = pipeline;
    const { name, wgsl } = launch.descriptor;
    const has = (role: string): boolean => wgsl.bindings.some((binding) => binding.role === role);
    const arena = has('arena') ? launch.arena : null;
    const floats = has('floats') ? launch.floats : null;
    if (arena) checkBindingSize(device, `${name}: arrays and run tables`, arena.byteLength);
    if (floats) checkBindingSize(device, `${name}: real arrays`, floats.byteLength);
    const upload = (label: string, data: GPUAllowSharedBufferSource, usage: number): GPUBuffer => {
      // Room for one vec4 even where nothing is stored: WebGPU has no empty binding.
      const size = Math.max(16, data.byteLength);
      const buffer = device.createBuffer({ label, size, usage: usage | BufferUsage.COPY_DST });
      device.queue.writeBuffer(buffer, 0, data);
      return buffer;
    };
    this.params = upload(`${name} parameters`, launch.uniforms, BufferUsage.UNIFORM);
    this.arena = arena && upload(`${name} arrays and run tables`, arena, BufferUsage.STORAGE);
    this.floats = floats && upload(`${name} real arrays`, floats, BufferUsage.STORAGE);
  }

  /** @internal @throws {DeviceError} `destroyed`. */
  assertUsable(): void {
    if (this.destroyed) throw new DeviceError('destroyed', 'plan', 'the plan was destroyed');
  }

  /** Frees the buffers of the plan. Launches that were submitted before still finish. */
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    for (const buffer of [this.params, this.arena, this.floats]) buffer?.destroy();
  }
}
