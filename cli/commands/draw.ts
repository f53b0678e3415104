import type { Command } from 'commander';
import { addLaunchOptions, formatOption, parseCount, wantsColor } from '../options.ts';
import type { LaunchOptions } from '../options.ts';
import type { Terminal } from '../terminal.ts';

type DrawFormat = 'terminal' | 'svg';

export function addDraw(program: Command, terminal: Terminal): void {
  const command = program
    .command('draw')
    .description('Draw the mask: full cells, partial cells, empty cells.')
    .argument('<file>', 'a specification, or - for stdin')
    .addOption(formatOption<DrawFormat>(['terminal', 'svg'], 'terminal'))
    .option('--tile <pairs>', 'queries and keys of a cell (default: so that the drawing fits)', parseCount);
  addLaunchOptions(command).action(
    async (file: string, options: LaunchOptions & { format: DrawFormat; tile?: number }) => {
      const { compileOne } = await import('../compile-file.ts');
      const { launchUnit } = await import('../launch-unit.ts');
      const { picturesOf } = await import('../pictures-of-unit.ts');
      const unit = launchUnit(
        await compileOne(file, options, 'lower', { command, terminal }),
        options,
        terminal,
      );
      const cells = options.format === 'svg' ? 80 : Math.floor(((terminal.out.columns ?? 80) - 1) / 2);
      const pictures = picturesOf(unit, options.tile ?? fittingTile(Math.max(unit.nq, unit.nk), cells));
      if (options.format === 'svg') {
        const { drawSvg } = await import('../drawing/draw-svg.ts');
        terminal.out.write(drawSvg(unit.name, pictures));
      } else {
        const { drawTerminal } = await import('../drawing/draw-terminal.ts');
        const color = wantsColor(command, terminal.out, terminal);
        terminal.out.write(pictures.map((picture) => drawTerminal(unit.name, picture, color)).join('\n'));
      }
    },
  );
}

/** The smallest power of two that brings `n` tokens to at most `cells` cells. */
function fittingTile(n: number, cells: number): number {
  let tile = 1;
  while (Math.ceil(n / tile) > cells) tile *= 2;
  return tile;
}
