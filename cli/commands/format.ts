import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AlreadyReported, UsageError, exitCode } from '../failures.ts';
import type { Terminal } from '../terminal.ts';

interface FormatOptions {
  readonly check?: boolean;
  readonly write?: boolean;
}

export function addFormat(program: Command, terminal: Terminal): void {
  program
    .command('fmt')
    .description('Print files in the one style; comments stay.')
    .argument('<file...>', 'specifications, or - for stdin')
    .option('--check', 'print nothing, list files that would change, exit 1 if there are any')
    .option('--write', 'change the files')
    .action(async (files: string[], options: FormatOptions, command: Command) => {
      if (options.check && options.write) throw new UsageError('--check and --write exclude each other');
      if (options.write && files.includes('-'))
        throw new UsageError('--write needs files; stdin is printed to stdout');
      const { formatSource } = await import('../format-source.ts');
      let failed = false;
      for (const file of files) {
        const { source, text } = await formatSource(file, command, terminal);
        if (text === null) failed = true;
        else if (options.check) {
          if (text === source.text) continue;
          terminal.err.write(`${file} would change\n`);
          failed = true;
        } else if (options.write) {
          if (text !== source.text) writeFileSync(resolve(terminal.cwd, file), text);
        } else terminal.out.write(text);
      }
      if (failed) throw new AlreadyReported(exitCode.input);
    });
}
