import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { jax } from './contenders/jax.ts';
import { onnxruntime } from './contenders/onnxruntime.ts';
import type { Contender, Runner } from './contenders/runner.ts';
import { sparsec } from './contenders/sparsec.ts';
import { errorLimit, makeInputs, relativeError } from './error-gate.ts';
import type { Job, Scenario } from './scenarios.ts';

/** What the page is asked to measure. */
export interface PageRequest {
  readonly scenario: Scenario;
  /** Of our own jobs, by mask. */
  readonly descriptors: Readonly<Record<string, AttentionDescriptor>>;
  readonly rounds: number;
}

export interface JobResult extends Job {
  /** Milliseconds of each round; empty where the job failed. */
  readonly times: readonly number[];
  /** Milliseconds of the first run, compilation included. */
  readonly first: number;
  readonly relativeError: number | null;
  readonly failure: string | null;
}

const contenders: Readonly<Record<Job['library'], Contender>> = {
  sparsec,
  'onnxruntime-web': onnxruntime,
  'jax-js': jax,
};

/** Prepares all jobs, checks each result, then times the right ones in interleaved rounds. */
export async function measure({ scenario, descriptors, rounds }: PageRequest): Promise<readonly JobResult[]> {
  const inputs = makeInputs(scenario);
  const prepared: { readonly result: JobResult; readonly runner: Runner | null; readonly times: number[] }[] =
    [];
  for (const job of scenario.jobs) {
    const times: number[] = [];
    const start = performance.now();
    try {
      const descriptor = job.library === 'sparsec' ? descriptors[job.mask] : null;
      const runner = await contenders[job.library].prepare({ job, scenario, inputs, descriptor });
      await runner.run();
      const first = performance.now() - start;
      const error = relativeError(await runner.read(), inputs, job.mask, scenario);
      const isRight = error <= errorLimit;
      const failure = isRight ? null : `the result is wrong: relative error ${error.toExponential(1)}`;
      prepared.push({
        result: { ...job, times, first, relativeError: error, failure },
        runner: isRight ? runner : null,
        times,
      });
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      prepared.push({
        result: { ...job, times, first: 0, relativeError: null, failure },
        runner: null,
        times,
      });
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const { runner, times } of prepared) {
      if (runner === null) continue;
      const start = performance.now();
      await runner.run();
      times.push(performance.now() - start);
    }
  }
  return prepared.map(({ result }) => result);
}

/**
 * Hides subgroups from every library in the page; see ./README.md. Must run before a library asks for an adapter.
 */
export function hideSubgroups(): void {
  const { get } = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, 'features')!;
  Object.defineProperty(GPUAdapter.prototype, 'features', {
    get(this: GPUAdapter) {
      const hidden = new Set(['subgroups', 'subgroup-size-control']);
      return new Set([...(get!.call(this) as Set<string>)].filter((feature) => !hidden.has(feature)));
    },
  });
}

Object.assign(globalThis, { measure, hideSubgroups });
