import type { Graph } from '../../ir/graph.ts';
import { tileKeys, tileQueries, workgroupSize } from '../../ir/kernel.ts';
import type { KernelPlan, PlannedKernel } from '../../ir/kernel.ts';
import type { KernelDescriptor, WgslModule } from '../../../runtime/descriptor.ts';
import { moduleNames } from './names.ts';
import { finish, paragraphs } from './text.ts';
import type { Block } from './text.ts';
import { writeHeader } from './write-header.ts';
import { writeKernel } from './write-kernel.ts';
import { writeBitsBelow } from './write-marking.ts';
import { writeMask } from './write-mask.ts';
import { writePrelude } from './write-prelude.ts';
import { writeReaders } from './write-readers.ts';
import { writeScore } from './write-score.ts';

/** The module of a kernel plan, and what the runtime must know of each entry point. */
export interface EmittedWgsl {
  readonly module: WgslModule;
  readonly kernels: readonly KernelDescriptor[];
}

/** Prints a kernel plan as WGSL. The text depends on nothing but the plan and the graph. */
export function emitWgsl(plan: KernelPlan, graph: Graph): EmittedWgsl {
  const names = moduleNames(plan);
  const functions: Block[] = [
    ...writeReaders(plan, names),
    ...writeMask(plan, graph, names),
    ...(plan.schedule.kind === 'ranges' ? [writeBitsBelow()] : []),
    ...writeScore(plan, names),
  ];
  const called = finish(functions.flat()).code;
  const text = finish(
    paragraphs([
      writeTitle(plan),
      writeHeader(plan, names),
      ...writePrelude(called),
      ...functions,
      ...plan.kernels.map((kernel) => writeKernel(plan, kernel, names)),
    ]),
  );
  return {
    module: {
      code: text.code,
      uniforms: plan.uniforms.map((field) => ({ ...field, name: names.member(field.name) })),
      bindings: plan.bindings,
      arena: plan.arena,
      floats: plan.floats,
      lineMap: text.lineMap,
    },
    kernels: plan.kernels.map((kernel) => describeKernel(plan, kernel)),
  };
}

function describeKernel(
  plan: KernelPlan,
  { name, purpose, target, shape, workgroupBytes }: PlannedKernel,
): KernelDescriptor {
  return {
    name,
    purpose,
    target,
    tile: { queries: tileQueries(shape), keys: tileKeys(shape) },
    workgroupSize: workgroupSize(shape),
    workgroupBytes,
    features: plan.dtype === 'f16' ? ['shader-f16'] : [],
    schedule: plan.schedule,
  };
}

function writeTitle({ name, heads, kvHeads, dim, dimV, dtype, schedule }: KernelPlan): Block {
  const shared = kvHeads === heads ? '' : ` on ${kvHeads} key and value heads`;
  const width = dim === dimV ? `dim ${dim}` : `dim ${dim}, dim_v ${dimV}`;
  return [
    `// Attention "${name}": ${heads} heads${shared}, ${width}, ${dtype}.`,
    ...(schedule.kind === 'ranges'
      ? [
          '// The live keys of a row are one range; key tiles follow from the ranges of the first and the last row.',
        ]
      : ['// Key tiles come from a run table: partial runs evaluate the mask, full runs do not.']),
  ];
}
