import type { CudaField } from '../../runtime/cuda/descriptor.ts';
import { cudaTileQueries } from './cuda-kernel.ts';
import type { CudaKernelPlan, PlannedCudaKernel, PlannedCudaPass } from './cuda-kernel.ts';
import { printExtents, printPassHead, printSchedule, printSource } from './print-kernel.ts';
import { printVariant } from './print-variant.ts';

/** A CUDA kernel plan as text, one decision a line, for goldens and `--print-after`. */
export function printCudaKernelPlan(plan: CudaKernelPlan): string {
  const lines = [
    `cuda-kernel-plan ${plan.name}`,
    `  heads ${plan.heads}, kv_heads ${plan.kvHeads}, dim ${plan.dim}, dim_v ${plan.dimV}, ${plan.dtype}`,
    ...plan.params.map((field) => `  parameter ${field.name}: ${field.type} = ${printCudaSource(field)}`),
    ...plan.arena.map((section) => `  arena ${section.name}: ${section.kind}`),
    ...plan.floats.map((name) => `  floats ${name}`),
    ...plan.passes.flatMap(printPass),
  ];
  return `${lines.join('\n')}\n`;
}

function printPass(pass: PlannedCudaPass): string[] {
  const { schedule, variant, kernels, merge } = pass;
  return [
    ...printPassHead(pass),
    ...printSchedule(schedule),
    ...(variant === null ? [] : printVariant(variant).map((line) => `    ${line}`)),
    ...kernels.flatMap(printKernel),
    ...(merge === null ? [] : [`  parts are merged by ${merge}`]),
  ];
}

function printKernel({
  name,
  purpose,
  family,
  tile,
  extents,
  sharedBytes,
  parts,
}: PlannedCudaKernel): string[] {
  const { warps, rows, keys, stages, blocks } = tile;
  return [
    `  kernel ${name}: ${purpose} for ${family}`,
    stages === 0
      ? `    tile ${cudaTileQueries(tile)} queries, ${keys} distances at a time, ${32 / rows} lanes a row`
      : `    tile ${cudaTileQueries(tile)} queries x ${keys} keys, ${stages} stages`,
    ...printExtents('queries', extents.queries),
    ...printExtents('keys', extents.keys),
    `    ${warps} warps of ${rows} rows, ${blocks} blocks a multiprocessor`,
    `    ${sharedBytes} bytes of shared memory`,
    ...(parts === null ? [] : [`    in parts: ${parts}`]),
  ];
}

function printCudaSource({ source }: CudaField): string {
  switch (source.kind) {
    case 'scale-log2':
      return 'scale * log2(e)';
    case 'grid':
      return 'batch * heads';
    case 'parts':
      return 'parts of a tile of queries';
    case 'pointer':
      return `address of ${source.of}`;
    case 'tensor-map':
      return `tensor map of ${source.tensor}`;
    default:
      return printSource(source);
  }
}
