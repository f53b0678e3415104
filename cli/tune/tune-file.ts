import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { compileOneAndAgain } from '../compile-file.ts';
import { InputError } from '../failures.ts';
import { chooseDevice } from '../run/choose-device.ts';
import { reasonOf } from '../sources.ts';
import type { Terminal } from '../terminal.ts';
import { cudaTuning } from './cuda-tuning.ts';
import type { TuneOptions } from './options.ts';
import { printTuning } from './report.ts';
import { tuneUnit } from './tune-unit.ts';
import { webGpuTuning } from './webgpu-tuning.ts';

/**
 * `sparsec tune`: measures, prints, writes.
 *
 * @throws {InputError} where there is no device of the kind, or no layout that it runs.
 */
export async function tuneFile(
  file: string,
  options: TuneOptions,
  context: { readonly command: Command; readonly terminal: Terminal },
): Promise<void> {
  const { terminal } = context;
  const target = options.device === 'cuda' ? 'cuda' : 'wgsl';
  const { unit, again } = await compileOneAndAgain(file, options, context, target);
  const { device, reason } = await chooseDevice(options.device, terminal.env);
  if (device === null) throw new InputError(`there is nothing to measure on: ${reason}`);
  terminal.err.write(`device: ${device.description}: ${reason}\n`);
  try {
    const tuned = device.kind === 'cuda' ? cudaTuning(device) : webGpuTuning(device);
    const report = await tuneUnit(unit, again, tuned, options, terminal);
    const json = `${JSON.stringify(report, null, 2)}\n`;
    terminal.out.write(options.format === 'json' ? json : printTuning(report));
    if (options.out === undefined) return;
    writeFile(options.out, json, terminal);
    terminal.err.write(`wrote ${options.out}; compile with --tuned ${options.out}\n`);
  } finally {
    device.close();
  }
}

function writeFile(file: string, text: string, terminal: Terminal): void {
  try {
    writeFileSync(resolve(terminal.cwd, file), text);
  } catch (error) {
    throw new InputError(`cannot write "${file}": ${reasonOf(error, 'folder')}`);
  }
}
