import type { Command } from 'commander';
import { UsageError } from '../failures.ts';
import { addAttendOption, addItemOptions, addLaunchOptions, formatOption } from '../options.ts';
import type { ItemOptions, LaunchOptions } from '../options.ts';
import type { Terminal } from '../terminal.ts';

type MaskFormat = 'json' | 'npy' | 'pbm' | 'text';

interface MaskOptions extends LaunchOptions, ItemOptions {
  readonly format: MaskFormat;
  readonly attend?: string;
}

/** A dense mask of more pairs than this is refused: 2^30 bits are 128 MiB. */
const mostPairs = 2 ** 30;

export function addMask(program: Command, terminal: Terminal): void {
  const command = program
    .command('mask')
    .description('Print the dense mask, true where a query may attend a key.')
    .argument('<file>', 'a specification, or - for stdin')
    .addOption(formatOption<MaskFormat>(['json', 'npy', 'pbm', 'text'], 'json'))
    .addHelpText(
      'after',
      `
json is {"nq", "nk", "heads", "mask", "count"}, the mask as base64 of its bits: shape [heads, nq, nk] (or [nq, nk] where
heads is 1), C order. Where the masks of all heads are equal, heads is 1, unless --heads says how many. Bits: the first in the most significant bit of the first byte, no alignment between rows. npy holds
booleans of that shape, pbm one image a head.
`,
    );
  addAttendOption(addItemOptions(addLaunchOptions(command))).action(
    async (file: string, options: MaskOptions) => {
      const { compileOne } = await import('../compile-file.ts');
      const { launchUnit } = await import('../launch-unit.ts');
      const { denseMask } = await import('../dense-mask.ts');
      const { maskToJson, maskToPbm, maskToText, unpackMask } = await import('../formats/bit-mask.ts');
      const unit = launchUnit(
        await compileOne(file, options, 'lower', { command, terminal }),
        options,
        terminal,
      );
      const heads = options.heads === undefined && unit.groups.length === 1 ? 1 : unit.model.heads;
      if (heads * unit.nq * unit.nk > mostPairs) {
        throw new UsageError(
          `${heads} x ${unit.nq} x ${unit.nk} pairs are more than the ${mostPairs} that a dense mask may have`,
        );
      }
      const mask = denseMask(unit, heads);
      switch (options.format) {
        case 'json':
          return terminal.out.write(maskToJson(mask));
        case 'npy': {
          const { writeNpy } = await import('../formats/npy.ts');
          const shape = heads === 1 ? [mask.nq, mask.nk] : [heads, mask.nq, mask.nk];
          return terminal.out.write(writeNpy('|b1', shape, unpackMask(mask)));
        }
        case 'pbm':
          return terminal.out.write(maskToPbm(mask));
        case 'text':
          return terminal.out.write(maskToText(mask));
      }
    },
  );
}
