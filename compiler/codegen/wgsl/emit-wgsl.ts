import type { Graph } from '../../ir/graph.ts';
import { tileKeys, tileQueries, workgroupSize } from '../../ir/kernel.ts';
import type { KernelPlan, PlannedKernel, PlannedPass } from '../../ir/kernel.ts';
import type { PassDescriptor } from '../../../runtime/descriptor.ts';
import type { KernelDescriptor, WgslModule } from '../../../runtime/kernel-descriptor.ts';
import { maskFunctions } from './mask-functions.ts';
import { moduleNames } from './names.ts';
import { finish, paragraphs } from '../text.ts';
import type { Block } from '../text.ts';
import { writeHeader } from './write-header.ts';
import { writeKernel } from './write-kernel.ts';
import { countsBits, writeBitsBelow } from './write-marking.ts';
import { writeMask } from './write-mask.ts';
import { writePrelude } from './write-prelude.ts';
import { writeReaders } from './write-readers.ts';
import { writeScore } from './write-score.ts';
import { writeTitle } from './write-title.ts';
import { ViewFunctions, writeExistence } from './write-view.ts';
import { writeWeightFunction } from './write-weights.ts';

/** The module of a kernel plan, and what the runtime must know of its passes and entry points. */
export interface EmittedWgsl {
  readonly module: WgslModule;
  readonly passes: readonly PassDescriptor[];
}

/** Prints a kernel plan as WGSL. The text depends on nothing but the plan and the graph. */
export function emitWgsl(plan: KernelPlan, graph: Graph): EmittedWgsl {
  const names = moduleNames(plan);
  const masks = maskFunctions(plan, names);
  const views = new ViewFunctions(plan, names);
  const kernels = plan.passes.flatMap((pass, at) =>
    pass.kernels.map((kernel) => writeKernel({ plan, pass, at, mask: masks[at], kernel, names, views })),
  );
  const functions: Block[] = [
    ...writeReaders(plan, names),
    ...writeExistence(plan, names),
    ...views.all(),
    ...writeMask(masks, graph, names),
    ...(masks.some(countsBits) ? [writeBitsBelow()] : []),
    ...writeScore(plan, graph, names),
    ...writeWeightFunction(plan),
  ];
  const called = finish(functions.flat()).code;
  const text = finish(
    paragraphs([
      writeTitle(plan),
      writeHeader(plan, names),
      ...writePrelude(called),
      ...functions,
      ...kernels,
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
    passes: plan.passes.map((pass) => describePass(plan, pass)),
  };
}

function describePass(plan: KernelPlan, pass: PlannedPass): PassDescriptor {
  const { name, mask, queries, keys, strategy, state, column } = pass;
  const kernels = pass.kernels.map((kernel) => describeKernel(plan, pass, kernel));
  return { name, mask, queries, keys, strategy, state, column, kernels };
}

function describeKernel(
  plan: KernelPlan,
  { schedule }: PlannedPass,
  { name, purpose, target, shape, extents, workgroupBytes }: PlannedKernel,
): KernelDescriptor {
  return {
    name,
    purpose,
    target,
    tile: { queries: tileQueries(shape), keys: tileKeys(shape) },
    workgroupSize: workgroupSize(shape),
    workgroupBytes,
    features: plan.dtype === 'f16' ? ['shader-f16'] : [],
    extents,
    schedule,
  };
}
