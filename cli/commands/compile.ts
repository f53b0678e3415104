import type { Command } from 'commander';
import { Option } from 'commander';
import { parseArchitecture } from '../../runtime/cuda/architecture.ts';
import { AlreadyReported, UsageError, exitCode } from '../failures.ts';
import { addShapeOptions, addSpecificationOptions, collect, formatOption, parseCount } from '../options.ts';
import type { ShapeOptions } from '../options.ts';
import { addPlanOptions } from '../plan-options.ts';
import type { PlanOptions } from '../plan-options.ts';
import { diagnosticFormats } from '../report-diagnostics.ts';
import type { DiagnosticFormat } from '../report-diagnostics.ts';
import { stages } from '../stages.ts';
import type { Stage } from '../stages.ts';
import type { Terminal } from '../terminal.ts';
import { addTunedOption } from '../tuned-option.ts';
import type { TunedOption } from '../tuned-option.ts';

interface CompileCommandOptions extends ShapeOptions, PlanOptions, TunedOption {
  readonly target: 'wgsl' | 'cuda';
  readonly cubin?: readonly string[];
  readonly out?: string;
  readonly check?: boolean;
  readonly emit?: readonly Stage[];
  readonly printAfter?: readonly string[];
  readonly timePasses?: boolean;
  readonly verify?: boolean;
  readonly pattern?: string;
  readonly set?: readonly string[];
  readonly format: DiagnosticFormat;
}

export function addCompile(program: Command, terminal: Terminal): void {
  const command = program
    .command('compile')
    .description(
      'Write NAME.wgsl or NAME.cu, NAME.ts (launcher) and NAME.json (descriptor) for every attention.',
    )
    .argument('<file...>', 'specifications, or - for stdin')
    .addOption(
      new Option('--target <target>', 'what kernels are written in')
        .choices(['wgsl', 'cuda'])
        .default('wgsl'),
    )
    .option(
      '--cubin <arch,...>',
      'code for these architectures too, by nvcc: sm_90a, sm_80, …, or compute_80 for PTX; for --target cuda',
      parseArchitectures,
    )
    .option('--out <dir>', 'folder to write to; made where it is missing')
    .option(
      '--check',
      'write nothing; list files in --out that are stale or missing, exit 1 if there are any',
    )
    .option('--emit <stage,...>', `print stages to stdout: ${stages.join(', ')}`, parseStages)
    .option(
      '--print-after <pass>',
      'print what a pass leaves behind to stderr; "all" for each; repeatable',
      collect,
    )
    .option('--time-passes', 'print the time of every pass to stderr')
    .option('--verify', 'run the verifiers of the IRs after every pass')
    .addOption(formatOption(diagnosticFormats, 'text'));
  addSpecificationOptions(command);
  addTunedOption(addPlanOptions(addShapeOptions(command))).option(
    '--heads <count>',
    'number of heads (default: 2)',
    parseCount,
  );
  command.action(async (files: string[], options: CompileCommandOptions) => {
    const { emit = [], printAfter = [], cubin = [], target, verify, format } = options;
    if (options.out === undefined && options.check)
      throw new UsageError('--check needs --out DIR to look into');
    if (options.out === undefined && emit.length === 0) {
      throw new UsageError('nothing to do: give --out DIR to write files or --emit STAGE to print');
    }
    if (cubin.length > 0 && target !== 'cuda') throw new UsageError('--cubin needs --target cuda');
    if (cubin.length > 0 && options.out === undefined)
      throw new UsageError('--cubin needs --out DIR to write to');
    const { checkShape, compileFile } = await import('../compile-file.ts');
    const { emitStage } = await import('../emit-stages.ts');
    const { collectOutputs, findStale, writeOutputs } = await import('../generated-files.ts');
    const { checkPassNames, printPasses } = await import('../report-passes.ts');
    checkPassNames(printAfter);
    const compiled = [];
    for (const file of files) {
      const reporting = { command, terminal, format };
      const result = await compileFile(file, options, { printAfter, target, verify }, reporting);
      printPasses(result.passes, options, terminal);
      for (const unit of result.units) checkShape(unit, options);
      compiled.push(result);
    }
    for (const result of compiled) {
      for (const unit of result.units) {
        for (const stage of emit) {
          const alone = emit.length === 1 && result.units.length === 1 && compiled.length === 1;
          if (!alone) terminal.out.write(`// ---- ${unit.name}: ${stage}\n`);
          terminal.out.write(await emitStage(stage, unit, result));
        }
      }
    }
    if (options.out === undefined) return;
    const outputs = await collectOutputs(compiled, cubin, terminal);
    if (!options.check) return writeOutputs(options.out, outputs, terminal);
    const stale = findStale(options.out, outputs, terminal);
    for (const { path, reason } of stale) terminal.err.write(`stale: ${path} (${reason})\n`);
    if (format === 'github') terminal.out.write(stale.map(annotateStale).join(''));
    if (stale.length > 0) throw new AlreadyReported(exitCode.input);
  });
}

/** An annotation of a pull request: a workflow command of GitHub Actions. */
function annotateStale({ path, reason }: { readonly path: string; readonly reason: string }): string {
  const file = path.replaceAll('%', '%25').replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::error file=${file},title=stale::${path} is stale (${reason}): compile again without --check\n`;
}

function parseStages(text: string, before: readonly Stage[] = []): Stage[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !isStage(name));
  if (unknown !== undefined)
    throw new UsageError(`--emit knows no stage "${unknown}"; it prints ${stages.join(', ')}`);
  return [...before, ...names.filter(isStage)];
}

function parseArchitectures(text: string, before: readonly string[] = []): string[] {
  const names = text.split(',').map((name) => name.trim());
  try {
    for (const name of names) parseArchitecture(name);
  } catch (error) {
    throw new UsageError(`--cubin: ${(error as Error).message}`);
  }
  return [...new Set([...before, ...names])];
}

function isStage(name: string): name is Stage {
  return (stages as readonly string[]).includes(name);
}
