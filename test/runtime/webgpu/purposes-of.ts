import type { AttentionDescriptor } from '../../../runtime/descriptor.ts';
import type { KernelDescriptor } from '../../../runtime/kernel-descriptor.ts';

/** What the entry points of a launch serve, one a pass. */
export function purposesOf(
  { passes }: AttentionDescriptor,
  kernels: readonly string[],
): (KernelDescriptor['purpose'] | undefined)[] {
  return passes.map((pass, at) => pass.kernels.find(({ name }) => name === kernels[at])?.purpose);
}
