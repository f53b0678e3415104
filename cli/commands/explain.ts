import type { Command } from 'commander';
import { Option } from 'commander';
import { addLaunchOptions, addShapeOptions, formatOption } from '../options.ts';
import type { LaunchOptions, ShapeOptions } from '../options.ts';
import { parseTile } from '../explain/parse-tile.ts';
import type { AskedTile } from '../explain/parse-tile.ts';
import { addPlanOptions } from '../plan-options.ts';
import type { PlanOptions } from '../plan-options.ts';
import type { Terminal } from '../terminal.ts';

type ExplainFormat = 'text' | 'json';

interface ExplainOptions extends LaunchOptions, PlanOptions, Omit<ShapeOptions, 'heads'> {
  readonly tile?: AskedTile;
  readonly format: ExplainFormat;
  readonly adapter: 'software' | 'gpu';
}

export function addExplain(program: Command, terminal: Terminal): void {
  const command = program
    .command('explain')
    .description('Say what a launch would compute: live pairs, tiles, runs, bound over dense.')
    .argument('<file>', 'a specification, or - for stdin')
    .addOption(formatOption<ExplainFormat>(['text', 'json'], 'text'))
    .addOption(
      new Option('--adapter <class>', 'whose tiles to count').choices(['gpu', 'software']).default('gpu'),
    )
    .option(
      '--tile <shape>',
      'count tiles of this shape: 128x64 (queries x keys), or boxes as (16,8) or (4,8,8)x(2,8,8)',
      parseTile,
    );
  addPlanOptions(addShapeOptions(addLaunchOptions(command))).action(
    async (file: string, options: ExplainOptions) => {
      const { compileOne } = await import('../compile-file.ts');
      const { launchUnit } = await import('../launch-unit.ts');
      const { explainUnit } = await import('../explain-unit.ts');
      const compiled = await compileOne(file, options, 'emit', { command, terminal });
      const explanation = explainUnit(
        launchUnit(compiled, options, terminal),
        compiled,
        options.adapter,
        options.tile ?? null,
      );
      if (options.format === 'json') terminal.out.write(`${JSON.stringify(explanation, null, 2)}\n`);
      else terminal.out.write((await import('../print-explanation.ts')).printExplanation(explanation));
    },
  );
}
