import { Option } from 'commander';
import type { Command } from 'commander';

/** Parts of the schedule that can be switched off. */
export interface PlanOptions {
  readonly noLayout?: boolean;
  readonly noSplit?: boolean;
  readonly noVariants?: boolean;
}

/** `--no-layout`, `--no-split`, `--no-variants`: to compare with, and to look for the cause of a problem. */
export function addPlanOptions(command: Command): Command {
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
export function planOptionsOf({ noLayout, noSplit, noVariants }: PlanOptions): PlanOptions {
  return {
    ...(noLayout && { noLayout }),
    ...(noSplit && { noSplit }),
    ...(noVariants && { noVariants }),
  };
}
