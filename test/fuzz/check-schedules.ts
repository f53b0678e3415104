import type { TargetTable } from '../../compiler/index.ts';
import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { executePlan } from '../../runtime/reference/execute-plan.ts';
import { compileSchedule } from '../schedules/compile-schedule.ts';
import { describePass } from '../schedules/describe-schedule.ts';
import { forceSchedule } from '../schedules/force-schedule.ts';
import { kernelsOf } from '../schedules/kernels-of.ts';
import type { PreparedCase } from './check-case.ts';
import { compareResults, denseStrides, makeTensors, referenceResult } from './check-plan.ts';
import { checkPassTables } from '../schedules/check-pass-tables.ts';
import { Random } from './random.ts';

/** Schedules that are tried of every case. */
const tries = 2;

/** The descriptor of a case under a schedule drawn from a seed, in place of the one that the compiler chose. */
export function forcedDescriptor(
  { graph }: PreparedCase,
  targets: readonly TargetTable[],
  seed: number,
): AttentionDescriptor {
  return compileSchedule(forceSchedule(graph, targets, new Random(seed)), targets);
}

/** In whatever passes and views its mask is computed, walked in float64 a case gives what dense attention gives. */
export function checkSchedules(prepared: PreparedCase, targets: readonly TargetTable[]): string | null {
  const { fuzzCase, launched } = prepared;
  const tensors = makeTensors(prepared);
  const reference = referenceResult(prepared, tensors);
  for (let at = 0; at < tries; at++) {
    const descriptor = forcedDescriptor(prepared, targets, fuzzCase.seed + at);
    const where = () => descriptor.passes.map((pass) => `\n  ${describePass(pass)}`).join('');
    const tables = checkPassTables(descriptor, launched);
    if (tables !== null) return `${tables}${where()}`;
    for (const purpose of ['tiled', 'small-query'] as const) {
      const kernels = kernelsOf(descriptor, purpose, fuzzCase.nq);
      const strides = denseStrides(prepared);
      const result = executePlan({ descriptor, kernels, mask: launched, ...tensors, strides });
      const problem = compareResults(result, reference, 1e-12);
      if (problem !== null)
        return `${problem}, kernels ${kernels.map(({ name }) => name).join(', ')}${where()}`;
    }
  }
  return null;
}
