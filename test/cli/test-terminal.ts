import { runCommandLine } from '../../cli/program.ts';
import type { Terminal } from '../../cli/terminal.ts';

/** A terminal that keeps what is written to it. */
export interface TestTerminal extends Terminal {
  readonly stdout: () => string;
  readonly stdoutBytes: () => Uint8Array;
  readonly stderr: () => string;
}

export function testTerminal(
  given: {
    readonly cwd?: string;
    readonly env?: Terminal['env'];
    readonly stdin?: string;
    readonly columns?: number;
  } = {},
): TestTerminal {
  const output = (chunks: Uint8Array[]) => ({
    write: (data: string | Uint8Array) =>
      void chunks.push(typeof data === 'string' ? Buffer.from(data) : data),
    isTerminal: given.columns !== undefined,
    columns: given.columns,
  });
  const [out, err]: Uint8Array[][] = [[], []];
  return {
    cwd: given.cwd ?? process.cwd(),
    env: given.env ?? {},
    out: output(out),
    err: output(err),
    readStdin: async () => Buffer.from(given.stdin ?? ''),
    stdout: () => Buffer.concat(out).toString('utf8'),
    stdoutBytes: () => Buffer.concat(out),
    stderr: () => Buffer.concat(err).toString('utf8'),
  };
}

/** Runs a command in this process: its exit code and what it printed. */
export async function sparsec(
  argv: readonly string[],
  given: Parameters<typeof testTerminal>[0] = {},
): Promise<{
  readonly code: number;
  readonly stdout: string;
  readonly bytes: Uint8Array;
  readonly stderr: string;
}> {
  const terminal = testTerminal(given);
  const code = await runCommandLine(argv, terminal);
  return { code, stdout: terminal.stdout(), bytes: terminal.stdoutBytes(), stderr: terminal.stderr() };
}
