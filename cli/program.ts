import { Command, CommanderError, Option } from 'commander';
import { version } from '../compiler/version.ts';
import { addCheck } from './commands/check.ts';
import { addCompile } from './commands/compile.ts';
import { addDraw } from './commands/draw.ts';
import { addExplain } from './commands/explain.ts';
import { addFormat } from './commands/format.ts';
import { addMask } from './commands/mask.ts';
import { addRun } from './commands/run.ts';
import { addTune } from './commands/tune.ts';
import { DeviceError } from '../runtime/launch/device-error.ts';
import { SparsecError } from '../runtime/errors.ts';
import { AlreadyReported, InputError, UsageError, exitCode } from './failures.ts';
import type { Terminal } from './terminal.ts';

const examples = `
Examples:
  sparsec check longformer.sa                      errors and warnings
  sparsec run longformer.sa --n 1000               execute on the best device and hold against the reference
  sparsec compile longformer.sa --target wgsl --out generated
  sparsec explain longformer.sa --n 131072         tiles, density, bound over dense
  sparsec tune longformer.sa --n 16384 --out tuned.json    the fastest tiles on this device, for compile --tuned
  sparsec draw longformer.sa --n 64                a picture in the terminal
  sparsec mask longformer.sa --pattern longformer --nq 64 --nk 64 --format pbm > mask.pbm

A file named "-" is stdin or stdout. Exit codes: 0 done, 1 errors in the input, 2 usage, 3 internal error.
`;

/**
 * Runs `sparsec` with the arguments after its name; resolves to the exit code. Nothing is thrown: a bug of the
 * compiler is reported with its stack and code 3.
 */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync([...argv], { from: 'user' });
    return exitCode.done;
  } catch (error) {
    return report(error, terminal);
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command('sparsec')
    .description('Compiles sparse attention patterns (.sa) to GPU kernels and typed launchers.')
    .version(version, '-V, --version', 'print the version')
    .addOption(
      new Option('--color <when>', 'colours in messages and drawings')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .option('--no-color', 'the same as --color never')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .showSuggestionAfterError()
    .showHelpAfterError('(--help lists the options)')
    .addHelpText('after', examples)
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
      getOutHelpWidth: () => Math.min(terminal.out.columns ?? 100, 100),
      getErrHelpWidth: () => Math.min(terminal.err.columns ?? 100, 100),
    })
    .exitOverride();
  for (const add of [addCheck, addFormat, addCompile, addMask, addExplain, addDraw, addRun, addTune])
    add(program, terminal);
  return program;
}

function report(error: unknown, terminal: Terminal): number {
  if (error instanceof AlreadyReported) return error.code;
  // Commander printed its message itself; asking for help or the version ends here too, with code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage;
  if (error instanceof UsageError) {
    terminal.err.write(`error: ${error.message}\n(--help lists the options)\n`);
    return exitCode.usage;
  }
  if (error instanceof InputError || error instanceof SparsecError || error instanceof DeviceError) {
    terminal.err.write(`error: ${error.message}\n`);
    return exitCode.input;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.err.write(`internal error: ${text}\nThis is a bug of sparsec ${version}, not of the input.\n`);
  return exitCode.internal;
}
