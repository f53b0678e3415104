import type { Command } from 'commander';
import { parse, printFile } from '../compiler/parser/index.ts';
import type { Source } from '../compiler/diagnostics/diagnostic.ts';
import { Session } from '../compiler/diagnostics/session.ts';
import { reportDiagnostics } from './report-diagnostics.ts';
import { readSource } from './sources.ts';
import type { Terminal } from './terminal.ts';

/** A file and its formatted text; null, and syntax errors on stderr, where it does not parse. */
export async function formatSource(
  file: string,
  command: Command,
  terminal: Terminal,
): Promise<{ readonly source: Source; readonly text: string | null }> {
  const source = await readSource(file, terminal);
  const session = new Session();
  const tree = parse(source, session);
  reportDiagnostics(session.diagnostics, [source], 'text', command, terminal);
  return { source, text: session.hasErrors ? null : printFile(tree) };
}
