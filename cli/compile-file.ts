import type { Command } from 'commander';
import { OptionError, Session, compile, parse } from '../compiler/index.ts';
import type { CompileOptions, CompileResult, CompiledUnit, Source } from '../compiler/index.ts';
import { AlreadyReported, InputError, UsageError, exitCode } from './failures.ts';
import type { LaunchOptions, ShapeOptions } from './options.ts';
import { planOptionsOf } from './plan-options.ts';
import type { PlanOptions } from './plan-options.ts';
import { reportDiagnostics } from './report-diagnostics.ts';
import type { DiagnosticFormat } from './report-diagnostics.ts';
import { readSource, siblingReader } from './sources.ts';
import type { Sibling } from './sources.ts';
import { parseSettings } from './values.ts';
import type { Terminal } from './terminal.ts';
import { tuningsOf } from './tuned-option.ts';
import type { TunedOption } from './tuned-option.ts';

/** `compile` with `use` and `table` read from the files beside the source. */
export function compileSource(source: Source, options: CompileOptions, terminal: Terminal): CompileResult {
  const read = siblingReader(terminal);
  try {
    return compile(source, {
      resolve: read,
      tables: (path, from) => parseTable(read(path, from)),
      ...options,
    });
  } catch (error) {
    throw error instanceof OptionError ? new UsageError(error.message) : error;
  }
}

/** What the command line says about one specification. */
export interface Specification extends ShapeOptions, PlanOptions, TunedOption {
  readonly pattern?: string;
  readonly set?: readonly string[];
}

/**
 * Compiles a file named on the command line and reports what was found.
 *
 * @throws {AlreadyReported} with exit code 1 where there were errors.
 */
export async function compileFile(
  file: string,
  specification: Specification,
  options: CompileOptions,
  context: { readonly command: Command; readonly terminal: Terminal; readonly format?: DiagnosticFormat },
): Promise<CompileResult & { readonly source: Source }> {
  const source = await readSource(file, context.terminal);
  const selected = selection(source, specification, options.target);
  const tuned = tuningsOf(specification, context.terminal);
  const result = compileSource(source, { ...selected, tuned, ...options }, context.terminal);
  reportDiagnostics(
    result.diagnostics,
    [...result.sources.values()],
    context.format ?? 'text',
    context.command,
    context.terminal,
  );
  if (!result.ok) throw new AlreadyReported(exitCode.input);
  const names = result.units.map(({ name }) => name);
  for (const { attention } of tuned.filter((tuning) => !names.includes(tuning.attention))) {
    const holds = `"${file}" holds ${names.join(', ') || 'none'}`;
    context.terminal.err.write(`note: the tuning of "${attention}" is not used: ${holds}\n`);
  }
  return { ...result, source };
}

/**
 * {@link compileFile} where the command works on one attention: the one that `--pattern` names, the only one of the
 * file, or the first of its attentions, and then stderr says which others there are. A mask that is only looked at may
 * be empty.
 */
export async function compileOne(
  file: string,
  options: LaunchOptions & ShapeOptions & PlanOptions & TunedOption,
  until: CompileOptions['until'],
  context: { readonly command: Command; readonly terminal: Terminal },
  target: CompileOptions['target'] = 'wgsl',
): Promise<CompiledUnit> {
  const tolerate = until === 'lower' ? (['empty-mask'] as const) : [];
  return pickUnit(file, await compileFile(file, options, { until, tolerate, target }, context), context);
}

/**
 * {@link compileOne}, and a way to compile the same attention again with other options, without messages.
 *
 * `again` throws an InputError with the first diagnostic where the options do not compile.
 */
export async function compileOneAndAgain(
  file: string,
  options: LaunchOptions & ShapeOptions & PlanOptions,
  context: { readonly command: Command; readonly terminal: Terminal },
  target: CompileOptions['target'],
): Promise<{ readonly unit: CompiledUnit; readonly again: (changes: CompileOptions) => CompiledUnit }> {
  const result = await compileFile(file, options, { target }, context);
  const unit = pickUnit(file, result, context);
  const selected = selection(result.source, { ...options, pattern: unit.name }, target);
  const again = (changes: CompileOptions): CompiledUnit => {
    const { ok, units, diagnostics } = compileSource(
      result.source,
      { ...selected, target, ...changes },
      context.terminal,
    );
    if (!ok) throw new InputError(diagnostics[0].message);
    return units[0];
  };
  return { unit, again };
}

function pickUnit(
  file: string,
  { units, tree }: CompileResult,
  context: { readonly terminal: Terminal },
): CompiledUnit {
  if (units.length === 0) throw new InputError(`"${file}" holds no attention and no pattern`);
  if (units.length === 1) return units[0];
  const names = units.map(({ name }) => name).join(', ');
  if (tree.items.every((item) => item.kind !== 'attention')) {
    throw new UsageError(
      `"${file}" holds ${units.length} patterns: choose one of ${names} with --pattern NAME`,
    );
  }
  context.terminal.err.write(
    `note: "${file}" holds ${names}; took ${units[0].name}, --pattern NAME takes another\n`,
  );
  return units[0];
}

/** Undefined where there is no file, an Error that says what is wrong with one that holds no JSON. */
function parseTable(text: Sibling): unknown {
  if (text === null) return undefined;
  if (typeof text !== 'string') return new Error(text.problem);
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

/** `--pattern` names a pattern of the file, or else an attention. */
function selection(
  source: Source,
  specification: Specification,
  target: CompileOptions['target'],
): CompileOptions {
  const { pattern, set = [] } = specification;
  const common = {
    settings: parseSettings(set),
    defaults: shapeOf(specification, target),
    ...planOptionsOf(specification),
  };
  if (pattern === undefined) return common;
  const items = parse(source, new Session()).items;
  const isAttention = items.some((item) => item.kind === 'attention' && item.name.text === pattern);
  const isPattern = items.some((item) => item.kind === 'pattern' && item.name.text === pattern);
  return { ...common, ...(isAttention && !isPattern ? { attention: pattern } : { pattern }) };
}

const shapeFlags = {
  heads: '--heads',
  kvHeads: '--kv-heads',
  dim: '--dim',
  dimV: '--dim-v',
  dtype: '--dtype',
  layout: '--layout',
} as const satisfies Record<keyof ShapeOptions, string>;
const shapeNames = Object.keys(shapeFlags) as (keyof ShapeOptions)[];

/**
 * What was given of the shape; where heads are given without key and value heads there are as many of those. Tensor cores
 * have no f32: for CUDA the storage is bf16 unless another is given.
 */
function shapeOf(
  options: ShapeOptions,
  target: CompileOptions['target'],
): NonNullable<CompileOptions['defaults']> {
  const given = Object.fromEntries(
    shapeNames.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
  const { heads, dim } = options;
  return {
    ...(heads !== undefined && { kvHeads: heads }),
    ...(dim !== undefined && { dimV: dim }),
    ...(target === 'cuda' && { dtype: 'bf16' }),
    ...given,
  };
}

/** @throws {InputError} where the command line gives a shape and an attention has another. */
export function checkShape({ graph }: CompiledUnit, options: ShapeOptions): void {
  for (const name of shapeNames) {
    if (options[name] === undefined || options[name] === graph[name]) continue;
    const flag = shapeFlags[name];
    throw new InputError(
      `"${graph.name}" has ${flag.slice(2)} ${graph[name]}, not ${options[name]}: ${flag} is for plain patterns`,
    );
  }
}
