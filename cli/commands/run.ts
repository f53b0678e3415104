import type { Command } from 'commander';
import { Option } from 'commander';
import { AlreadyReported, exitCode } from '../failures.ts';
import { deviceChoices } from '../run/choose-device.ts';
import { addLaunchOptions, addShapeOptions, formatOption, parseCount, parseIndex } from '../options.ts';
import { addPlanOptions } from '../plan-options.ts';
import type { RunFormat, RunOptions } from '../run/options.ts';
import type { Terminal } from '../terminal.ts';
import { addTunedOption } from '../tuned-option.ts';

export function addRun(program: Command, terminal: Terminal): void {
  const command = program
    .command('run')
    .description(
      'Execute on the best device found and hold the result against the float64 reference; exit 0 only if it is right.',
    )
    .argument('<file>', 'a specification, or - for stdin')
    .addOption(formatOption<RunFormat>(['text', 'json'], 'text'))
    .addOption(
      new Option(
        '--device <kind>',
        'where to execute; auto takes WebGPU on hardware, else in software, else the reference executor',
      )
        .choices([...deviceChoices])
        .default('auto'),
    )
    .option('--batch <count>', 'number of batch items', parseCount, 1)
    .option('--q <file.npy>', 'queries, in the layout of the attention; random when left out')
    .option('--k <file.npy>', 'keys')
    .option('--v <file.npy>', 'values')
    .option('--out <file.npy>', 'write the output there, f32')
    .option('--seed <number>', 'seed of random tensors', parseIndex, 1)
    .option('--time', 'run five more times and print the median');
  addTunedOption(addPlanOptions(addShapeOptions(addLaunchOptions(command)))).action(
    async (file: string, options: RunOptions) => {
      const { compileOne } = await import('../compile-file.ts');
      const { runUnit } = await import('../run/run-unit.ts');
      const { printReport } = await import('../run/report.ts');
      const target = options.device === 'cuda' ? 'cuda' : 'wgsl';
      const compiled = await compileOne(file, options, 'emit', { command, terminal }, target);
      const report = await runUnit(compiled, options, terminal);
      terminal.out.write(
        options.format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : printReport(report),
      );
      if (!report.ok) throw new AlreadyReported(exitCode.input);
    },
  );
}
