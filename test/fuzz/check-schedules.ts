import type { TargetTable } from '../../compiler/index.ts';
import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { executePlan } from '../../runtime/reference/execute-plan.ts';
import { compileSchedule } from '../schedules/compile-schedule.ts';
import { describePass } from '../schedules/describe-schedule.ts';
import { forceSchedule } from '../schedules/force-schedule.ts';
import { kernelsOf } from '../schedules/kernels-of.ts';
import type { PreparedCase } from './check-case.ts';
import { compareResults, storedStrides } from './check-plan.ts';
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

/**
 * In whatever passes and views its mask is computed, walked in float64 a case gives what dense attention gives. Each
 * schedule is walked in the kernels of one purpose, by turns.
 */
export function checkSchedules(prepared: PreparedCase, targets: readonly TargetTable[]): string | null {
  const { fuzzCase, launched, stored, reference } = prepared;
  const strides = storedStrides(fuzzCase);
  for (let at = 0; at < tries; at++) {
    const seed = fuzzCase.seed + at;
    const forced = forcedDescriptor(prepared, targets, seed);
    const kernels = kernelsOf(forced, seed % 2 === 0 ? 'tiled' : 'small-query', fuzzCase.nq);
    const descriptor = {
      ...forced,
      passes: forced.passes.map((pass, index) => ({ ...pass, kernels: [kernels[index]] })),
    };
    const problem =
      checkPassTables(descriptor, launched) ??
      compareResults(
        executePlan({ descriptor, kernels, mask: launched, ...stored, strides }),
        reference,
        1e-12,
      );
    if (problem !== null) {
      const passes = descriptor.passes.map((pass) => `\n  ${describePass(pass)}`);
      return `${problem}, kernels ${kernels.map(({ name }) => name).join(', ')}${passes.join('')}`;
    }
  }
  return null;
}
