import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import type { KernelDescriptor } from '../../runtime/kernel-descriptor.ts';

/** One kernel a pass for `nq` rows: of the purpose where a pass has one that serves them, else the tiled one. */
export function kernelsOf(
  { passes }: AttentionDescriptor,
  purpose: KernelDescriptor['purpose'],
  nq: number,
): KernelDescriptor[] {
  return passes.map(({ name, kernels }) => {
    const serving = kernels.filter((kernel) => kernel.purpose === 'tiled' || nq <= kernel.tile.queries);
    const kernel = serving.find((one) => one.purpose === purpose) ?? serving[0];
    if (kernel === undefined) throw new Error(`pass ${name} has no kernel for ${nq} rows`);
    return kernel;
  });
}
