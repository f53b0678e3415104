/** Where text goes: a process stream, or a list in a test. */
export interface Output {
  write(data: string | Uint8Array): void;
  /** True on a terminal, where colours and drawings are welcome. */
  readonly isTerminal: boolean;
  /** Columns of the terminal, or undefined in a pipe. */
  readonly columns: number | undefined;
}

/**
 * Everything that a command knows of the world besides files: the product goes to `out`, messages to `err`.
 * Tests run commands in-process over a terminal of their own.
 */
export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Output;
  readonly err: Output;
  readStdin(): Promise<Uint8Array>;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return {
    cwd: process.cwd(),
    env: process.env,
    out: processOutput(process.stdout),
    err: processOutput(process.stderr),
    async readStdin() {
      const chunks: Uint8Array[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
      return Buffer.concat(chunks);
    },
  };
}

function processOutput(stream: NodeJS.WriteStream): Output {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    // A reader that closes the pipe early (`| head`) is content with what it got of the product; messages that nobody
    // reads change nothing.
    if (stream === process.stdout) process.exit(0);
  });
  return {
    write: (data) => void stream.write(data),
    isTerminal: stream.isTTY === true,
    columns: stream.columns,
  };
}

export type ColorChoice = 'auto' | 'always' | 'never';

/** Whether to colour an output: the flag, then NO_COLOR and FORCE_COLOR (no-color.org), then whether it is a terminal. */
export function usesColor(choice: ColorChoice, output: Output, env: Terminal['env']): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0';
  return output.isTerminal && env.TERM !== 'dumb';
}
