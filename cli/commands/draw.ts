import type { Command } from 'commander';
import { Option } from 'commander';
import { UsageError } from '../failures.ts';
import {
  addAttendOption,
  addItemOptions,
  addLaunchOptions,
  formatOption,
  parseCount,
  parseInteger,
  wantsColor,
} from '../options.ts';
import type { ItemOptions, LaunchOptions } from '../options.ts';
import { addPlanOptions, planOptionsOf } from '../plan-options.ts';
import type { PlanOptions } from '../plan-options.ts';
import type { Terminal } from '../terminal.ts';

type DrawFormat = 'terminal' | 'svg' | 'png';

interface DrawOptions extends LaunchOptions, ItemOptions, PlanOptions {
  readonly format: DrawFormat;
  readonly attend?: string;
  readonly tile?: number;
  readonly tiles?: true;
  readonly adapter: 'software' | 'gpu';
  readonly at?: string;
  readonly query?: number;
}

/** Cells on the longer side of a panel. */
const cellsOf = { svg: 80, png: 160 } as const;

export function addDraw(program: Command, terminal: Terminal): void {
  const command = program
    .command('draw')
    .description(
      'Draw the mask: full cells, partial cells, empty cells; a panel for each group of equal heads.',
    )
    .argument('<file>', 'a specification, or - for stdin')
    .addOption(formatOption<DrawFormat>(['terminal', 'svg', 'png'], 'terminal'))
    .option('--tile <pairs>', 'queries and keys of a cell (default: so that the drawing fits)', parseCount)
    .option('--tiles', 'draw what the kernels visit: full tiles, partial tiles, work in vain')
    .addOption(
      new Option('--adapter <class>', 'whose tiles to draw').choices(['gpu', 'software']).default('gpu'),
    )
    .option(
      '--query <position>',
      'draw the keys of this query, on the grid that positions stand for',
      parseInteger,
    )
    .option('--at <cell>', 'the same for the query in a cell of the grid: "(y, x)"');
  addPlanOptions(addAttendOption(addItemOptions(addLaunchOptions(command)))).action(
    async (file: string, options: DrawOptions) => {
      const { makeDrawing } = await import('../make-drawing.ts');
      const ofQuery = options.query !== undefined || options.at !== undefined;
      checkTogether(options, ofQuery);
      const columns = terminal.out.columns ?? 80;
      const { format } = options;
      const cells = format === 'terminal' ? Math.floor((columns - 1) / 2) : cellsOf[format];
      const drawing = await makeDrawing(file, { ...options, cells }, { command, terminal });
      switch (format) {
        case 'svg':
          return terminal.out.write((await import('../drawing/draw-svg.ts')).drawSvg(drawing));
        case 'png':
          return terminal.out.write((await import('../drawing/draw-png.ts')).drawPng(drawing));
        case 'terminal': {
          const { drawTerminal, drawTerminalGrid } = await import('../drawing/draw-terminal.ts');
          const color = wantsColor(command, terminal.out, terminal);
          return terminal.out.write(
            ofQuery ? drawTerminalGrid(drawing, columns, color) : drawTerminal(drawing, color),
          );
        }
      }
    },
  );
}

/** @throws {UsageError} for options that say two things at once. */
function checkTogether(options: DrawOptions, ofQuery: boolean): void {
  const { attend, at, query, tile, tiles } = options;
  const plans = Object.keys(planOptionsOf(options)).length > 0;
  const pairs: readonly (readonly [boolean, string])[] = [
    [at !== undefined && query !== undefined, '--at and --query both name a query'],
    [ofQuery && tiles === true, '--tiles draws all queries, --at and --query one'],
    [ofQuery && tile !== undefined, '--tile is for the plane of pairs, not for the keys of one query'],
    [attend !== undefined && tiles === true, '--tiles draws what all attends visit, --attend shows one'],
    [
      plans && tiles !== true,
      '--plan-for, --no-layout, --no-split and --no-variants change what --tiles draws',
    ],
  ];
  for (const [wrong, message] of pairs) if (wrong) throw new UsageError(message);
}
