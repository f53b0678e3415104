import type { Command } from 'commander';
import { AlreadyReported, InputError, exitCode } from '../failures.ts';
import { formatOption } from '../options.ts';
import { diagnosticFormats } from '../report-diagnostics.ts';
import type { DiagnosticFormat } from '../report-diagnostics.ts';
import type { Terminal } from '../terminal.ts';

export function addCheck(program: Command, terminal: Terminal): void {
  program
    .command('check')
    .description('Report errors and warnings; exit 1 if there are errors.')
    .argument('<file...>', 'specifications, or - for stdin')
    .addOption(formatOption(diagnosticFormats, 'text'))
    .action(async (files: string[], options: { format: DiagnosticFormat }, command: Command) => {
      const { compileSource } = await import('../compile-file.ts');
      const { readSource } = await import('../sources.ts');
      const { reportDiagnostics } = await import('../report-diagnostics.ts');
      const results = [];
      let unread = 0;
      for (const file of files) {
        try {
          results.push(compileSource(await readSource(file, terminal), {}, terminal));
        } catch (error) {
          // One file that is not there does not keep the others from being checked.
          if (!(error instanceof InputError)) throw error;
          terminal.err.write(`error: ${error.message}\n`);
          unread++;
        }
      }
      // A file that two others use is reported once.
      const diagnostics = new Map(
        results.flatMap(({ diagnostics }) => diagnostics).map((one) => [JSON.stringify(one), one]),
      );
      const sources = results.flatMap((result) => [...result.sources.values()]);
      reportDiagnostics([...diagnostics.values()], sources, options.format, command, terminal);
      if (unread > 0 || results.some((result) => !result.ok)) throw new AlreadyReported(exitCode.input);
    });
}
