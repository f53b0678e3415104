import { describeAttention } from '../../compiler/codegen/wgsl/describe.ts';
import { emitWgsl } from '../../compiler/codegen/wgsl/emit-wgsl.ts';
import type { TargetTable } from '../../compiler/index.ts';
import type { Schedule } from '../../compiler/ir/schedule.ts';
import { verifyKernelPlan } from '../../compiler/ir/verify-kernel.ts';
import { planKernels } from '../../compiler/passes/plan-kernels.ts';
import type { AttentionDescriptor } from '../../runtime/descriptor.ts';

/** From a schedule to what a generated module embeds. */
export function compileSchedule(schedule: Schedule, targets: readonly TargetTable[]): AttentionDescriptor {
  const plan = planKernels(schedule, targets);
  const problems = verifyKernelPlan(plan);
  if (problems.length > 0) throw new Error(`the plan is not well-formed: ${problems.join('; ')}`);
  return describeAttention(schedule.graph, plan, emitWgsl(plan, schedule.graph));
}
