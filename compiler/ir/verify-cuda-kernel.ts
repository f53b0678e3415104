import { cudaSharedBytes } from './cuda-kernel.ts';
import type { CudaKernelPlan, PlannedCudaKernel } from './cuda-kernel.ts';
import { doubled } from './verify-kernel.ts';

/** Keys of a tile: what a lane holds of a row of scores, a quarter, is one word of live bits. */
const MOST_KEYS = 128;

/** What is wrong with a CUDA kernel plan, one sentence a problem; empty where it is well-formed. */
export function verifyCudaKernelPlan(plan: CudaKernelPlan): string[] {
  const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);
  const sections = [...names(plan.arena), ...plan.floats];
  return [
    ...doubled(names(plan.kernels), 'kernel'),
    ...doubled(names(plan.params), 'parameter'),
    ...doubled(sections, 'section'),
    ...plan.params.flatMap(({ name, source }) =>
      source.kind === 'section' && !sections.includes(source.section)
        ? [`parameter ${name} points at section ${source.section}, which is in neither arena`]
        : [],
    ),
    ...plan.kernels.flatMap((kernel) => verifyKernel(plan, kernel)),
  ];
}

function verifyKernel(
  { dim, dimV }: CudaKernelPlan,
  { name, family, tile, sharedBytes }: PlannedCudaKernel,
): string[] {
  const problems: string[] = [];
  if (tile.keys % 16 !== 0 || tile.keys > MOST_KEYS) problems.push(`${name}: ${tile.keys} keys a tile`);
  if (tile.rows % 16 !== 0) problems.push(`${name}: ${tile.rows} rows a warp`);
  if (tile.stages < 2) problems.push(`${name}: ${tile.stages} stages`);
  if (Math.max(dim, dimV) > tile.upTo) problems.push(`${name}: dim ${dim} and ${dimV} over ${tile.upTo}`);
  if (sharedBytes !== cudaSharedBytes(family, tile, dim, dimV))
    problems.push(`${name}: ${sharedBytes} bytes are not what its tiles take`);
  return problems;
}
