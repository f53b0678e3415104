import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { maxLength } from '../runtime/limits.ts';
import { parseCount } from './options.ts';

/** The sizes that plans are chosen for, and parts of the schedule that can be switched off. */
export interface PlanOptions {
  readonly planFor?: { readonly nq: number; readonly nk: number };
  readonly noLayout?: boolean;
  readonly noSplit?: boolean;
  readonly noVariants?: boolean;
}

/**
 * `--plan-for`, which a module is compiled for; `--no-layout`, `--no-split`, `--no-variants`: to compare with, and to look
 * for the cause of a problem.
 */
export function addPlanOptions(command: Command): Command {
  command.option(
    '--plan-for <sizes>',
    'choose layouts and passes for launches of N tokens, or NQxNK queries and keys (default: sizes that suit the mask)',
    parseSizes,
  );
  const flags = [
    ['--no-layout', 'keep tiles of neighbouring positions'],
    ['--no-split', 'keep every mask in one pass'],
    ['--no-variants', 'evaluate the whole mask in partial tiles'],
  ] as const;
  for (const [flag, description] of flags) {
    const option = new Option(flag, description);
    // Not the negation of --layout, which names the order of the axes of tensors.
    option.negate = false;
    command.addOption(option);
  }
  return command;
}

/** Those of them that are given. */
export function planOptionsOf({ planFor, noLayout, noSplit, noVariants }: PlanOptions): PlanOptions {
  return {
    ...(planFor && { planFor }),
    ...(noLayout && { noLayout }),
    ...(noSplit && { noSplit }),
    ...(noVariants && { noVariants }),
  };
}

/** `N` or `NQxNK`. */
function parseSizes(text: string): PlanOptions['planFor'] {
  const sizes = text.split('x').map(parseCount);
  if (sizes.length > 2) throw new InvalidArgumentError('It must be N, or NQxNK: queries x keys.');
  if (sizes.some((size) => size > maxLength))
    throw new InvalidArgumentError(`It must be at most ${maxLength}.`);
  const [nq, nk = nq] = sizes;
  return { nq, nk };
}
