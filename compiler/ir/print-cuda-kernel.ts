import type { CudaField } from '../../runtime/cuda/descriptor.ts';
import { cudaTileQueries } from './cuda-kernel.ts';
import type { CudaKernelPlan, PlannedCudaKernel } from './cuda-kernel.ts';
import { printSchedule, printSource } from './print-kernel.ts';

/** A CUDA kernel plan as text, one decision a line, for goldens and `--print-after`. */
export function printCudaKernelPlan(plan: CudaKernelPlan): string {
  const lines = [
    `cuda-kernel-plan ${plan.name}`,
    `  heads ${plan.heads}, kv_heads ${plan.kvHeads}, dim ${plan.dim}, dim_v ${plan.dimV}, ${plan.dtype}`,
    ...printSchedule(plan.schedule),
    ...plan.params.map((field) => `  parameter ${field.name}: ${field.type} = ${printCudaSource(field)}`),
    ...plan.arena.map((section) => `  arena ${section.name}: ${section.kind}`),
    ...plan.floats.map((name) => `  floats ${name}`),
    ...plan.kernels.flatMap(printKernel),
  ];
  return `${lines.join('\n')}\n`;
}

function printKernel({ name, purpose, family, tile, sharedBytes }: PlannedCudaKernel): string[] {
  return [
    `  kernel ${name}: ${purpose} for ${family}`,
    `    tile ${cudaTileQueries(tile)} queries x ${tile.keys} keys, ${tile.stages} stages`,
    `    ${tile.warps} warps of ${tile.rows} rows, ${tile.blocks} blocks a multiprocessor`,
    `    ${sharedBytes} bytes of shared memory`,
  ];
}

function printCudaSource({ source }: CudaField): string {
  switch (source.kind) {
    case 'scale-log2':
      return 'scale * log2(e)';
    case 'grid':
      return 'batch * heads';
    case 'pointer':
      return `address of ${source.of}`;
    case 'tensor-map':
      return `tensor map of ${source.tensor}`;
    default:
      return printSource(source);
  }
}
