import type { Command } from 'commander';
import type { Diagnostic, Source } from '../compiler/diagnostics/diagnostic.ts';
import { renderGithub } from '../compiler/diagnostics/render-github.ts';
import { renderJson } from '../compiler/diagnostics/render-json.ts';
import { renderText, summarize } from '../compiler/diagnostics/render-text.ts';
import { wantsColor } from './options.ts';
import type { Terminal } from './terminal.ts';

export const diagnosticFormats = ['text', 'json', 'github'] as const;
export type DiagnosticFormat = (typeof diagnosticFormats)[number];

/**
 * Prints diagnostics: as text for people on stderr, as JSON or as commands for GitHub Actions on stdout. JSON is one
 * array even when nothing was found.
 */
export function reportDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: readonly Source[],
  format: DiagnosticFormat,
  command: Command,
  terminal: Terminal,
): void {
  switch (format) {
    case 'json':
      terminal.out.write(renderJson(diagnostics, sources));
      return;
    case 'github':
      terminal.out.write(renderGithub(diagnostics, sources));
      return;
    case 'text':
      if (diagnostics.length === 0) return;
      terminal.err.write(
        renderText(diagnostics, sources, {
          color: wantsColor(command, terminal.err, terminal),
          width: terminal.err.columns,
        }),
      );
      terminal.err.write(`\n${summarize(diagnostics)}\n`);
  }
}
