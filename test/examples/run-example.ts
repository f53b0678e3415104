import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { createAttention } from '../../runtime/index.ts';
import { checkLaunch } from './check-launch.ts';
import type { LaunchReport } from './check-launch.ts';
import type { LaunchCase } from './launch-cases.ts';
import type { Branches, Predicate } from './predicates.ts';

/** All launches of one compiled example. */
export interface ExampleReport {
  readonly launches: readonly LaunchReport[];
  /** Shader modules and pipelines that were made: one module, and one pipeline for every kernel that ran. */
  readonly compilations: { readonly modules: number; readonly pipelines: number };
  readonly compiledOnce: boolean;
}

/** Runs every launch on one attention, and counts what was compiled for them. */
export async function runExample(
  device: GPUDevice,
  descriptor: AttentionDescriptor,
  keeps: Predicate | Branches,
  cases: readonly LaunchCase[],
  options: { readonly seed: number; readonly onLaunch?: (report: LaunchReport) => void },
): Promise<ExampleReport> {
  const counter = new CompilationCounter(device);
  const attention = createAttention(device, descriptor, { target: 'software' });
  const launches: LaunchReport[] = [];
  try {
    for (const [at, launch] of cases.entries()) {
      const report = await checkLaunch(attention, launch, keeps, options.seed + at);
      launches.push(report);
      options.onLaunch?.(report);
    }
  } finally {
    attention.destroy();
    counter.stop();
  }
  const { modules, pipelines } = counter;
  const kernels = new Set(launches.flatMap((launch) => launch.kernels)).size;
  return {
    launches,
    compilations: { modules, pipelines },
    compiledOnce: modules === 1 && pipelines === kernels,
  };
}

/** Counts what a device compiles, by standing before its methods. */
class CompilationCounter {
  modules = 0;
  pipelines = 0;
  private readonly device: GPUDevice;
  private readonly original: Pick<GPUDevice, 'createShaderModule' | 'createComputePipelineAsync'>;

  constructor(device: GPUDevice) {
    this.device = device;
    const { createShaderModule, createComputePipelineAsync } = device;
    this.original = { createShaderModule, createComputePipelineAsync };
    device.createShaderModule = (options) => {
      this.modules++;
      return createShaderModule.call(device, options);
    };
    device.createComputePipelineAsync = (options) => {
      this.pipelines++;
      return createComputePipelineAsync.call(device, options);
    };
  }

  stop(): void {
    Object.assign(this.device, this.original);
  }
}
