import type { Command } from 'commander';
import { Option } from 'commander';
import { addItemOptions, addLaunchOptions, addShapeOptions, formatOption } from '../options.ts';
import type { ItemOptions, LaunchOptions, ShapeOptions } from '../options.ts';
import { adapters } from '../explain/adapters.ts';
import type { Adapter } from '../explain/adapters.ts';
import { UsageError } from '../failures.ts';
import { parseTile } from '../explain/parse-tile.ts';
import type { AskedTile } from '../explain/parse-tile.ts';
import { addPlanOptions } from '../plan-options.ts';
import type { PlanOptions } from '../plan-options.ts';
import type { Terminal } from '../terminal.ts';
import { addTunedOption } from '../tuned-option.ts';
import type { TunedOption } from '../tuned-option.ts';

type ExplainFormat = 'text' | 'json';

interface ExplainOptions
  extends LaunchOptions, ItemOptions, PlanOptions, TunedOption, Omit<ShapeOptions, 'heads'> {
  readonly tile?: AskedTile;
  readonly format: ExplainFormat;
  readonly target: keyof typeof adapters;
  readonly adapter?: Adapter;
}

export function addExplain(program: Command, terminal: Terminal): void {
  const command = program
    .command('explain')
    .description('Say what a launch would compute: live pairs, tiles, runs, bound over dense.')
    .argument('<file>', 'a specification, or - for stdin')
    .addOption(formatOption<ExplainFormat>(['text', 'json'], 'text'))
    .addOption(
      new Option('--target <target>', 'what kernels are written in')
        .choices(['wgsl', 'cuda'])
        .default('wgsl'),
    )
    .addOption(
      new Option(
        '--adapter <class>',
        'whose tiles to count (default: gpu for wgsl, sm_90a for cuda)',
      ).choices(Object.values(adapters).flat()),
    )
    .option(
      '--tile <shape>',
      'count tiles of this shape: 128x64 (queries x keys), or boxes as (16,8) or (4,8,8)x(2,8,8)',
      parseTile,
    );
  addTunedOption(addPlanOptions(addShapeOptions(addItemOptions(addLaunchOptions(command))))).action(
    async (file: string, options: ExplainOptions) => {
      const { compileOne } = await import('../compile-file.ts');
      const { launchUnit } = await import('../launch-unit.ts');
      const { explainUnit } = await import('../explain-unit.ts');
      const { target } = options;
      const adapter = adapterOf(options);
      const compiled = await compileOne(file, options, 'emit', { command, terminal }, target);
      const explanation = explainUnit(
        launchUnit(compiled, options, terminal),
        compiled,
        adapter,
        options.tile ?? null,
      );
      if (options.format === 'json') terminal.out.write(`${JSON.stringify(explanation, null, 2)}\n`);
      else terminal.out.write((await import('../print-explanation.ts')).printExplanation(explanation));
    },
  );
}

/** @throws {UsageError} for a class that has no kernels in what they are written in. */
function adapterOf({ target, adapter = adapters[target][0] }: ExplainOptions): Adapter {
  const known: readonly Adapter[] = adapters[target];
  if (known.includes(adapter)) return adapter;
  throw new UsageError(
    `--adapter ${adapter} has no kernels of --target ${target}; ${known.join(' and ')} have`,
  );
}
