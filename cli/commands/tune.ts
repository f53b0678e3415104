import type { Command } from 'commander';
import { Option } from 'commander';
import { addLaunchOptions, addShapeOptions, formatOption, parseCount, parseIndex } from '../options.ts';
import { addPlanOptions } from '../plan-options.ts';
import { tuningDevices } from '../tune/options.ts';
import type { TuneOptions } from '../tune/options.ts';
import type { Terminal } from '../terminal.ts';

export function addTune(program: Command, terminal: Terminal): void {
  const command = program
    .command('tune')
    .description(
      'Measure layouts of blocks on the device at hand and record the fastest, for compile --tuned FILE.',
    )
    .argument('<file>', 'a specification, or - for stdin')
    .addOption(formatOption<'text' | 'json'>(['text', 'json'], 'text'))
    .addOption(
      new Option('--device <kind>', 'where to measure; auto takes WebGPU on hardware, else in software')
        .choices([...tuningDevices])
        .default('auto'),
    )
    .addOption(
      new Option(
        '--candidates <range>',
        "the compiler's layouts alone, or also those one step away from the first",
      )
        .choices(['table', 'near'])
        .default('near'),
    )
    .option('--batch <count>', 'number of batch items', parseCount, 1)
    .option('--rounds <count>', 'launches of each candidate that are timed', parseCount, 11)
    .option('--seed <number>', 'seed of the random tensors', parseIndex, 1)
    .option('--out <file.json>', 'write the result there');
  addPlanOptions(addShapeOptions(addLaunchOptions(command))).action(
    async (file: string, options: TuneOptions) => {
      const { tuneFile } = await import('../tune/tune-file.ts');
      await tuneFile(file, options, { command, terminal });
    },
  );
}
