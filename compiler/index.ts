/**
 * sparsec as a library: a pure function from text to kernels. It reads no file, no clock and no environment, and runs in
 * a browser unchanged.
 */
import { describeCuda, emitCuda } from './codegen/cuda/emit-cuda.ts';
import { describeAttention } from './codegen/wgsl/describe.ts';
import { emitWgsl } from './codegen/wgsl/emit-wgsl.ts';
import { cudaTargets, targets as everyTarget, tunedCudaTargets, tunedTargets } from './cost/index.ts';
import { checkOptions } from './check-options.ts';
import { Session } from './diagnostics/session.ts';
import { printCudaKernelPlan } from './ir/print-cuda-kernel.ts';
import { printKernelPlan } from './ir/print-kernel.ts';
import { printSchedule } from './ir/print-schedule.ts';
import { verifyCudaKernelPlan } from './ir/verify-cuda-kernel.ts';
import { verifyKernelPlan } from './ir/verify-kernel.ts';
import { verifySchedule } from './ir/verify-schedule.ts';
import { parse } from './parser/index.ts';
import { checkPlanSizes } from './passes/check-plan-sizes.ts';
import { checkCudaTarget, checkTarget } from './passes/check-target.ts';
import { checkCudaTuning, checkTunedOverlap, checkTuning } from './passes/check-tuning.ts';
import { chooseLayout } from './passes/choose-layout.ts';
import { cudaLayoutTargets } from './passes/layout/cuda-layout-targets.ts';
import { wgslLayoutTargets } from './passes/layout/wgsl-layout-targets.ts';
import { linkFiles } from './passes/link-files.ts';
import { lowerProgram } from './passes/lower-program.ts';
import { PassRunner } from './passes/pass.ts';
import { graphPasses } from './passes/pipeline.ts';
import { planKernels } from './passes/plan-kernels.ts';
import { schedulePlainly } from './passes/schedule-plainly.ts';
import { planCudaKernels } from './passes/plan-cuda-kernels.ts';
import { resolveNames } from './passes/resolve-names.ts';
import type { Source } from './diagnostics/diagnostic.ts';
import type { Graph } from './ir/graph.ts';
import type { Schedule } from './ir/schedule.ts';
import type { CompiledUnit, CompileOptions, CompileResult } from './options.ts';
import type { LinkedProgram } from './passes/link-files.ts';
import type { LayoutTarget } from './passes/layout/layout-target.ts';
import type { Pass } from './passes/pass.ts';
import type { LowerOptions } from './passes/lower/values/options.ts';

/**
 * Compiles a specification. Never throws for a bad one: everything that is wrong with the text is in `diagnostics`, all
 * problems of a stage together.
 *
 * @throws {OptionError} on an option that is none of its values, as heads that are no integer in 1..4096.
 */
export function compile(source: Source, options: CompileOptions = {}): CompileResult {
  checkOptions(options);
  const session = new Session(options.tolerate);
  const runner = new PassRunner(session, {
    printAfter: options.printAfter ?? [],
    verify: options.verify ?? false,
  });

  const tree = parse(source, session);
  const program = linkFiles(tree, source, options.resolve ?? (() => null), session);
  if (!session.hasErrors) resolveNames(program, session);

  const graphs = session.hasErrors ? [] : lowerProgram(program, lowerOptions(options), session);
  const units = session.hasErrors ? [] : graphs.map((graph) => compileGraph(graph, options, runner, session));

  return {
    ok: !session.hasErrors,
    diagnostics: session.diagnostics,
    sources: sourcesOf(program, source),
    tree,
    units: session.hasErrors ? [] : units,
    passes: runner.records,
  };
}

function compileGraph(
  lowered: Graph,
  options: CompileOptions,
  runner: PassRunner,
  session: Session,
): CompiledUnit {
  let graph = lowered;
  for (const pass of graphPasses) graph = runner.run(pass, graph, graph.name);
  const unit = {
    ...{ name: graph.name, graph, schedule: null },
    ...{ kernelPlan: null, cudaPlan: null, descriptor: null, cuda: null },
  };
  if (options.until === 'lower') return unit;
  if (options.planFor !== undefined) checkPlanSizes(graph, options.planFor, session);
  if (options.target === 'cuda') return { ...unit, ...compileForCuda(graph, options, runner, session) };

  const known = options.targets ?? everyTarget;
  const targets = tunedTargets(known, checkTuning(graph, options.tuned ?? [], known, session));
  checkTarget(graph, targets, session);
  if (session.hasErrors) return unit;

  const variants = options.noVariants !== true;
  const schedule = scheduleGraph(graph, wgslLayoutTargets(graph, targets), options, runner);
  const kernelPlan = runner.run(
    {
      name: 'plan-kernels',
      why: 'Decides everything that is emitted: tiles, buffers, scalars, and where kernels find their key tiles.',
      run: (input: Schedule) => planKernels(input, targets, { variants }),
      print: printKernelPlan,
      verify: verifyKernelPlan,
    },
    schedule,
    graph.name,
  );
  if (options.until === 'plan') return { ...unit, schedule, kernelPlan };
  return {
    ...unit,
    schedule,
    kernelPlan,
    descriptor: describeAttention(graph, kernelPlan, emitWgsl(kernelPlan, graph)),
  };
}

/** Plainly, then as the cost model says. */
function scheduleGraph(
  graph: Graph,
  targets: readonly LayoutTarget[],
  options: CompileOptions,
  runner: PassRunner,
): Schedule {
  const { planFor = null } = options;
  const chosen: Pass<Schedule, Schedule> = {
    name: 'choose-layout',
    why: 'Sparse patterns become dense in tiles: views, strategies and passes by the cost model.',
    run: (input) =>
      chooseLayout(input, {
        targets,
        layouts: options.noLayout !== true,
        split: options.noSplit !== true,
        planFor,
        variants: options.noVariants !== true,
      }),
    print: printSchedule,
    verify: verifySchedule,
  };
  return runner.run(chosen, runner.run(plainly, graph, graph.name), graph.name);
}

const plainly: Pass<Graph, Schedule> = {
  name: 'schedule-plainly',
  why: 'Every attend in one pass over tiles of neighbouring positions: what layouts are held against.',
  run: schedulePlainly,
  print: printSchedule,
  verify: verifySchedule,
};

function compileForCuda(
  graph: Graph,
  options: CompileOptions,
  runner: PassRunner,
  session: Session,
): Pick<CompiledUnit, 'schedule' | 'cudaPlan' | 'cuda'> {
  const known = options.cudaTargets ?? cudaTargets;
  const tuned = checkCudaTuning(graph, options.tuned ?? [], known, session);
  const targets = tunedCudaTargets(known, tuned);
  checkCudaTarget(graph, targets, session);
  if (session.hasErrors) return { schedule: null, cudaPlan: null, cuda: null };
  const schedule = scheduleGraph(graph, cudaLayoutTargets(graph, targets), options, runner);
  const cudaPlan = runner.run(
    {
      name: 'plan-kernels',
      why: 'Decides everything that is emitted: tiles, parameters, arenas, and where kernels find their key tiles.',
      run: (input: Schedule) => planCudaKernels(input, targets, { variants: options.noVariants !== true }),
      print: printCudaKernelPlan,
      verify: verifyCudaKernelPlan,
    },
    schedule,
    graph.name,
  );
  checkTunedOverlap(graph, cudaPlan, tuned, session);
  const cuda = options.until === 'plan' ? null : describeCuda(graph, cudaPlan, emitCuda(cudaPlan, graph));
  return { schedule, cudaPlan, cuda };
}

function lowerOptions(options: CompileOptions): LowerOptions {
  const { heads = 2, dim = 64, ...rest } = options.defaults ?? {};
  return {
    defaults: { heads, kvHeads: heads, dim, dimV: dim, dtype: 'f32', layout: 'bhnd', ...rest },
    settings: options.settings ?? {},
    pattern: options.pattern,
    attention: options.attention,
    tables: options.tables ?? (() => undefined),
  };
}

function sourcesOf(program: LinkedProgram, source: Source): ReadonlyMap<string, Source> {
  return new Map([[source.name, source], ...program.sources]);
}

/** Text to tree and back: the formatter. */
export { parse, printFile } from './parser/index.ts';

/** Diagnostics as data, and their renderings. */
export { Session } from './diagnostics/session.ts';
export { catalogue } from './diagnostics/catalogue/index.ts';
export { renderGithub } from './diagnostics/render-github.ts';
export { renderJson } from './diagnostics/render-json.ts';
export { renderText } from './diagnostics/render-text.ts';
export type { Diagnostic, Help, Label, Source, Span } from './diagnostics/diagnostic.ts';

/** The IRs as text. */
export { printGraph } from './ir/print-graph.ts';
export { printMask } from './ir/print-mask.ts';
export { printCudaKernelPlan } from './ir/print-cuda-kernel.ts';
export { printKernelPlan } from './ir/print-kernel.ts';
export { printSchedule } from './ir/print-schedule.ts';
export { graphPasses } from './passes/pipeline.ts';

/** The typed TypeScript module around a descriptor; loads ts-morph and prettier when it is first called. */
export { emitLauncher } from './codegen/launcher/index.ts';

/** Tile tables by adapter class and family, and layouts that were measured to be better on some device. */
export { cudaTargets, readTuning, targets } from './cost/index.ts';
export type { CudaTarget, TargetTable, TunedLayout, Tuning } from './cost/index.ts';

export { OptionError } from './check-options.ts';
export type { CompiledUnit, CompileOptions, CompileResult } from './options.ts';
export type { Graph, Neighborhood } from './ir/graph.ts';
export type { KernelPlan } from './ir/kernel.ts';
export type { Alternative, Schedule } from './ir/schedule.ts';
export { version } from './version.ts';
