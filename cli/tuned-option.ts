import type { Command } from 'commander';
import { readTuning } from '../compiler/cost/read-tuning.ts';
import type { Tuning } from '../compiler/cost/tuning.ts';
import { InputError } from './failures.ts';
import { collect } from './options.ts';
import { readBytes } from './sources.ts';
import type { Terminal } from './terminal.ts';

export interface TunedOption {
  /** Files of `sparsec tune`. */
  readonly tuned?: readonly string[];
}

/** `--tuned`: layouts that were measured, instead of the first ones of the compiler's tables. */
export function addTunedOption(command: Command): Command {
  return command.option(
    '--tuned <file.json>',
    'use the layouts that sparsec tune recorded for the attention of that name; repeatable',
    collect,
  );
}

/** @throws {InputError} for a file that is no tuning. */
export function tuningsOf({ tuned = [] }: TunedOption, terminal: Terminal): readonly Tuning[] {
  return tuned.map((file) => {
    const json = parseJson(file, new TextDecoder().decode(readBytes(file, terminal)));
    try {
      return readTuning(json);
    } catch (error) {
      throw new InputError(`"${file}" ${(error as Error).message}`);
    }
  });
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(`"${file}" is no tuning: it is not JSON`);
  }
}
