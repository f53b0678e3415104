import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { BenchmarkResult } from './benchmark.ts';

/** Writes `results/NAME.json`: the numbers, when and on what they were measured. Returns the path. */
export function recordResult(name: string, result: BenchmarkResult): string {
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${name}.json`, folder);
  const [cpu] = cpus();
  const machine = {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
  const content = { benchmark: name, date: new Date().toISOString().slice(0, 10), machine, ...result };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  return `bench/results/${name}.json`;
}
