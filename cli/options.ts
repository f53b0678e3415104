import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { UsageError } from './failures.ts';
import { usesColor } from './terminal.ts';
import type { ColorChoice, Output, Terminal } from './terminal.ts';

/** Which attention of a file, and what a launch of it is given. */
export interface LaunchOptions {
  readonly pattern?: string;
  readonly n?: number;
  readonly nq?: number;
  readonly nk?: number;
  readonly heads?: number;
  readonly layer?: number;
  readonly qAt?: number;
  readonly set?: readonly string[];
  readonly array?: readonly string[];
}

/** The fields of an attention that a plain pattern takes from the command line. */
export interface ShapeOptions {
  readonly heads?: number;
  readonly kvHeads?: number;
  readonly dim?: number;
  readonly dimV?: number;
  readonly dtype?: 'f32' | 'f16' | 'bf16';
  readonly layout?: 'bhnd' | 'bnhd';
}

/** {@link ShapeOptions} but for `--heads`, which launches have anyway. */
export function addShapeOptions(command: Command): Command {
  return command
    .optionsGroup('Shape of a plain pattern (an attention says its own):')
    .option('--kv-heads <count>', 'number of key and value heads (default: the number of heads)', parseCount)
    .option('--dim <count>', 'head dimension of queries and keys (default: 64)', parseCount)
    .option('--dim-v <count>', 'head dimension of values (default: --dim)', parseCount)
    .addOption(
      new Option('--dtype <type>', 'storage of tensors (default: f32; for CUDA bf16)').choices([
        'f32',
        'f16',
        'bf16',
      ]),
    )
    .addOption(new Option('--layout <axes>', 'order of axes (default: bhnd)').choices(['bhnd', 'bnhd']));
}

/** `--pattern` and `--set`: what to compile. */
export function addSpecificationOptions(command: Command): Command {
  return command
    .option('--pattern <name>', 'the pattern or attention to take; the only one of the file when left out')
    .option('--set <name=value>', 'a parameter of the pattern or of the launch; repeatable', collect);
}

/** Everything in {@link LaunchOptions}. */
export function addLaunchOptions(command: Command): Command {
  return addSpecificationOptions(command)
    .option('--n <count>', 'number of tokens: queries and keys', parseCount)
    .option('--nq <count>', 'number of queries, where it differs', parseCount)
    .option('--nk <count>', 'number of keys, where it differs', parseCount)
    .option('--heads <count>', 'number of heads', parseCount)
    .option('--layer <index>', 'index of the layer', parseIndex)
    .option(
      '--q-at <position>',
      'position of the first query (default: what the file says, or nk - nq)',
      parseInteger,
    )
    .option(
      '--array <name=@file>',
      'an input array: @file.json, @file.npy or JSON text; repeatable',
      collect,
    );
}

/** Which batch item is looked at; the first one where it is left out. */
export interface ItemOptions {
  readonly batch?: number;
  readonly item?: number;
}

/** `--batch` and `--item`, for commands that look at one batch item. */
export function addItemOptions(command: Command): Command {
  return command
    .option('--batch <count>', 'number of batch items: what arrays have a row for (default: 1)', parseCount)
    .option('--item <index>', 'the batch item that is looked at (default: 0)', parseIndex);
}

/** `--attend`, where an attention has several and one of them is looked at. */
export function addAttendOption(command: Command): Command {
  return command.option('--attend <name>', 'one attend of several (default: the pairs of all together)');
}

export function formatOption<Format extends string>(choices: readonly Format[], initial: Format): Option {
  return new Option('--format <format>', 'what to print').choices([...choices]).default(initial);
}

/** The number of queries and keys: `--n`, overridden by `--nq` and `--nk`. */
export function sizesOf(options: LaunchOptions): { readonly nq: number; readonly nk: number } {
  const nq = options.nq ?? options.n;
  const nk = options.nk ?? options.n;
  if (nq === undefined || nk === undefined) {
    throw new UsageError('the number of tokens is missing: give --n N, or both --nq N and --nk N');
  }
  return { nq, nk };
}

/** Splits `name=value` texts; a name may be given once. */
export function parseAssignments(option: string, texts: readonly string[]): Map<string, string> {
  const result = new Map<string, string>();
  for (const text of texts) {
    const at = text.indexOf('=');
    const name = text.slice(0, at).trim();
    if (at < 1 || name === '') throw new UsageError(`${option} takes name=value, not "${text}"`);
    if (result.has(name)) throw new UsageError(`${option} gives "${name}" twice`);
    result.set(name, text.slice(at + 1).trim());
  }
  return result;
}

/** Whether the root option `--color` asks for colours on an output. */
export function wantsColor(command: Command, output: Output, terminal: Terminal): boolean {
  const choice = command.optsWithGlobals<{ color: ColorChoice | false }>().color;
  return usesColor(choice === false ? 'never' : choice, output, terminal.env);
}

export function parseCount(text: string): number {
  const value = parseInteger(text);
  if (value < 1) throw new InvalidArgumentError('It must be at least 1.');
  return value;
}

export function parseIndex(text: string): number {
  const value = parseInteger(text);
  if (value < 0) throw new InvalidArgumentError('It must not be negative.');
  return value;
}

export function parseInteger(text: string): number {
  const value = /^[+-]?\d[\d_]*$/.test(text) ? Number(text.replaceAll('_', '')) : NaN;
  if (!Number.isInteger(value) || Math.abs(value) > 2 ** 31 - 1) {
    throw new InvalidArgumentError('It must be a whole number below 2^31.');
  }
  return value;
}

export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
