import type { PassRecord } from '../compiler/passes/pass.ts';
import { graphPasses } from '../compiler/index.ts';
import { UsageError } from './failures.ts';
import type { Terminal } from './terminal.ts';

/** @throws {UsageError} for a name that `--print-after` does not know. */
export function checkPassNames(names: readonly string[]): void {
  const known = [
    ...graphPasses.map(({ name }) => name),
    'schedule-plainly',
    'choose-layout',
    'plan-kernels',
    'all',
  ];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--print-after knows no pass "${unknown}"; there are ${known.join(', ')}`);
  }
}

/** What `--print-after` and `--time-passes` asked for, on stderr. */
export function printPasses(
  records: readonly PassRecord[],
  options: { readonly timePasses?: boolean },
  terminal: Terminal,
): void {
  for (const { pass, unit, text } of records) {
    if (text !== null) terminal.err.write(`// ---- ${unit} after ${pass}\n${text}\n`);
  }
  if (!options.timePasses) return;
  for (const { pass, unit, milliseconds } of records) {
    terminal.err.write(`${milliseconds.toFixed(2).padStart(9)} ms  ${pass} (${unit})\n`);
  }
}
