import type { AttentionDescriptor } from '../descriptor.ts';
import type { BufferBinding, KernelDescriptor } from '../kernel-descriptor.ts';
import { DeviceError, limitError } from '../launch/device-error.ts';
import type { DeviceGuard } from './device-guard.ts';
import { COMPUTE_STAGE } from './usage.ts';

/** The shader module, the bind group layout and the pipelines of one attention; each is made once. */
export class Pipelines {
  readonly layout: GPUBindGroupLayout;
  private readonly guard: DeviceGuard;
  private readonly descriptor: AttentionDescriptor;
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();
  private module: GPUShaderModule | null = null;

  /** @throws {DeviceError} `limit` when the device offers fewer storage buffers than the kernels bind. */
  constructor(guard: DeviceGuard, descriptor: AttentionDescriptor) {
    this.guard = guard;
    this.descriptor = descriptor;
    const { bindings } = descriptor.wgsl;
    const storage = bindings.filter((binding) => binding.access !== 'uniform').length;
    const allowed = guard.device.limits.maxStorageBuffersPerShaderStage;
    if (storage > allowed)
      throw limitError('maxStorageBuffersPerShaderStage', descriptor.name, storage, allowed);
    this.layout = guard.device.createBindGroupLayout({
      label: descriptor.name,
      entries: bindings.map(layoutEntry),
    });
  }

  /**
   * The pipeline of an entry point, compiled at the first call.
   *
   * @throws {DeviceError} `shader` with the messages of the shader compiler and their source offsets.
   */
  get(kernel: KernelDescriptor): Promise<GPUComputePipeline> {
    let pipeline = this.pipelines.get(kernel.name);
    if (!pipeline) {
      pipeline = this.create(kernel);
      this.pipelines.set(kernel.name, pipeline);
      // A failure is not kept: the caller hears it and may try again.
      pipeline.catch(() => this.pipelines.delete(kernel.name));
    }
    return pipeline;
  }

  private async create(kernel: KernelDescriptor): Promise<GPUComputePipeline> {
    const { device } = this.guard;
    this.guard.assertUsable();
    try {
      return await this.guard.scoped(() => {
        this.module ??= device.createShaderModule({
          label: this.descriptor.name,
          code: this.descriptor.wgsl.code,
        });
        return device.createComputePipelineAsync({
          label: kernel.name,
          layout: device.createPipelineLayout({ bindGroupLayouts: [this.layout] }),
          compute: { module: this.module, entryPoint: kernel.name },
        });
      });
    } catch (error) {
      if (error instanceof DeviceError && error.kind !== 'validation') throw error;
      const messages = await this.compilationMessages();
      const detail = messages || (error instanceof Error ? error.message : String(error));
      this.module = null;
      throw new DeviceError(
        'shader',
        kernel.name,
        `${kernel.name} was refused by the shader compiler: ${detail}`,
        {
          cause: error,
        },
      );
    }
  }

  private async compilationMessages(): Promise<string> {
    const info = await this.module?.getCompilationInfo();
    return (info?.messages ?? [])
      .filter((message) => message.type === 'error')
      .map(
        (message) =>
          `line ${message.lineNum}:${message.linePos}${this.origin(message.lineNum)}: ${message.message}`,
      )
      .join('\n');
  }

  private origin(line: number): string {
    const entry = this.descriptor.wgsl.lineMap.findLast(([mapped]) => mapped <= line);
    return entry ? ` (source offset ${entry[1]})` : '';
  }
}

function layoutEntry({ binding, access }: BufferBinding): GPUBindGroupLayoutEntry {
  const types = { uniform: 'uniform', read: 'read-only-storage', 'read-write': 'storage' } as const;
  return { binding, visibility: COMPUTE_STAGE, buffer: { type: types[access] } };
}
