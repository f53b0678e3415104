import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '../benchmark.ts';

export interface ProcessTime {
  readonly command: string;
  readonly milliseconds: number;
  /** What the project promises. */
  readonly limit: number;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = join(root, 'dist/cli/main.js');

/** The time of whole processes, from start to exit: medians of `rounds`, the commands interleaved. */
export function timeProcesses(file: string, rounds: number): readonly ProcessTime[] {
  if (!existsSync(program)) throw new Error('dist/cli/main.js is missing: run `npm run build`');
  const out = mkdtempSync(join(tmpdir(), 'sparsec-bench-'));
  const commands: readonly { readonly args: readonly string[]; readonly limit: number }[] = [
    { args: ['check', file], limit: 300 },
    { args: ['mask', file, '--nq', '256', '--nk', '256', '--format', 'json'], limit: 300 },
    { args: ['explain', file, '--n', '4096', '--format', 'json'], limit: 300 },
    { args: ['compile', file, '--target', 'wgsl', '--out', out], limit: 1000 },
  ];
  try {
    const times = commands.map(() => [] as number[]);
    for (let round = 0; round <= rounds; round++) {
      for (const [at, { args }] of commands.entries()) {
        const time = timeProcess(args);
        // The first round reads files into the cache of the operating system.
        if (round > 0) times[at].push(time);
      }
    }
    return commands.map(({ args, limit }, at) => ({
      command: `sparsec ${args[0]}`,
      milliseconds: median(times[at]),
      limit,
    }));
  } finally {
    rmSync(out, { recursive: true });
  }
}

function timeProcess(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: root, encoding: 'utf8' });
  const elapsed = performance.now() - start;
  if (status !== 0) throw new Error(`sparsec ${args.join(' ')} ended with ${status}: ${stderr}`);
  return elapsed;
}
