import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { DeviceError } from '../../runtime/launch/device-error.ts';
import type { LaunchRequest } from '../../runtime/launch/launch-request.ts';
import type { AcquiredDevice } from '../../runtime/node/index.ts';
import { createAttention } from '../../runtime/webgpu/create-attention.ts';
import type { InputTensors } from './tensors.ts';
import { valuesOf } from './tensors.ts';

/** What a launch computed, in the layout of the launch. */
export interface Execution {
  readonly out: Float64Array;
  readonly lse: Float32Array | undefined;
  /** Of the launch, or with repetitions of each. */
  readonly milliseconds: readonly number[];
  readonly timedBy: 'timestamp query' | 'CUDA events' | 'wall clock';
  /** Deriving the schedule and uploading tables, once kernels are compiled. */
  readonly planMilliseconds: number;
  /** What the first plan took longer: compiling kernels, and the code of the host. */
  readonly prepareMilliseconds: number;
  /** The entry points that ran, in order. */
  readonly kernels: readonly string[];
}

/**
 * Runs an attention on a WebGPU device, `repetitions` more times for the clock.
 *
 * @throws {DeviceError} where the device cannot run it; {SparsecError} where an argument does not fit.
 */
export async function executeOnDevice(
  { device }: AcquiredDevice,
  descriptor: AttentionDescriptor,
  request: LaunchRequest,
  tensors: InputTensors,
  repetitions: number,
): Promise<Execution> {
  const attention = createAttention(device, descriptor);
  try {
    const { plan, planMilliseconds, prepareMilliseconds } = await planTwice(() => attention.plan(request));
    const host = { q: tensors.q.stored, k: tensors.k.stored, v: tensors.v.stored };
    const milliseconds: number[] = [];
    let timedBy: Execution['timedBy'] = 'timestamp query';
    const launch = async () => {
      const start = performance.now();
      const result = await attention.forward(host, { plan, time: true });
      if (result.milliseconds === null) timedBy = 'wall clock';
      milliseconds.push(result.milliseconds ?? performance.now() - start);
      return result;
    };
    const { out, lse } = await launch();
    for (let more = 0; more < repetitions; more++) await launch();
    return {
      out: valuesOf(out, descriptor.dtype),
      lse,
      milliseconds,
      timedBy,
      planMilliseconds,
      prepareMilliseconds,
      kernels: plan.launch.passes.map(({ kernel }) => kernel.name),
    };
  } finally {
    attention.destroy();
  }
}

/** A plan, and the one before it, which compiled the kernels. */
export async function planTwice<P extends { destroy(): void }>(make: () => Promise<P>) {
  const start = performance.now();
  const first = await make();
  const middle = performance.now();
  first.destroy();
  const begin = performance.now();
  const plan = await make();
  const planMilliseconds = performance.now() - begin;
  return { plan, planMilliseconds, prepareMilliseconds: Math.max(0, middle - start - planMilliseconds) };
}

/** A sentence for people where a device refuses an attention that another executor may still run; else null. */
export function refusalOf(error: unknown): string | null {
  return error instanceof DeviceError && error.kind === 'limit' ? error.message : null;
}
