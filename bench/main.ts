import { formatTable } from './benchmark.ts';
import type { Benchmark } from './benchmark.ts';
import { recordResult } from './record.ts';

/** Loaded when they are asked for: the peers of one need not be there for another. */
const benchmarks: Readonly<Record<string, () => Promise<{ readonly benchmark: Benchmark }>>> = {
  schedule: () => import('./schedule-examples.ts'),
  webgpu: () => import('./webgpu/index.ts'),
  compile: () => import('./compile/index.ts'),
  tiles: () => import('./tiles/index.ts'),
  calibrate: () => import('./tiles/calibrate.ts'),
};

const usage = `usage: npm run bench -- ${Object.keys(benchmarks).join(' | ')} [--format text|json] [--record] [options]`;

async function main([name, ...args]: readonly string[]): Promise<number> {
  const json = args.includes('--format') && args[args.indexOf('--format') + 1] === 'json';
  if (name === undefined || !Object.hasOwn(benchmarks, name)) {
    console.error(usage);
    return 2;
  }
  const { benchmark } = await benchmarks[name]();
  const result = await benchmark.run(args, (line) => console.error(line));
  if (args.includes('--record')) console.error(`recorded in ${recordResult(name, result)}`);
  if (json) {
    console.log(JSON.stringify({ benchmark: name, ...result }));
    return 0;
  }
  for (const note of result.notes) console.log(note);
  console.log(`\n${formatTable(result.table)}`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
