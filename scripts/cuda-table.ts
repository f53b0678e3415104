/**
 * What ptxas makes of the kernels of every variant of the emitted CUDA, kept in bench/results/cuda-table.json: registers,
 * shared memory, spills. Prints them too, and what else nvcc has to say; fails where it says anything or a kernel spills.
 * Usage: tsx scripts/cuda-table.ts [architecture …]; sm_80, sm_90a and sm_120 by default. Needs nvcc.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { missing } from '../test/codegen/cuda/toolchain.ts';
import { usageOf, variants } from '../test/codegen/cuda/usage.ts';

if (missing.nvcc !== null) throw new Error(missing.nvcc);
const asked = process.argv.slice(2);
const architectures = asked.length > 0 ? asked : ['sm_80', 'sm_90a', 'sm_120'];
const columns = [
  'variant',
  'kernel',
  'architecture',
  'threads',
  'registers',
  'shared bytes',
  'spilled bytes',
];
const rows: (string | number)[][] = [];
let complaints = 0;
console.log(`| ${columns.join(' | ')} |\n| --- | --- | --- | --: | --: | --: | --: |`);
for (const variant of variants) {
  for (const architecture of architectures) {
    const { kernels, messages } = await usageOf(variant, architecture);
    for (const { kernel, threads, registers, sharedBytes, spilledBytes } of kernels) {
      const row = [variant.name, kernel, architecture, threads, registers, sharedBytes, spilledBytes];
      rows.push(row);
      console.log(`| ${row.join(' | ')} |`);
      if (spilledBytes > 0) complaints++;
    }
    for (const message of messages) console.log(message);
    complaints += messages.length;
  }
}
if (asked.length === 0) {
  const version = /release ([\d.]+)/.exec(execFileSync('nvcc', ['--version'], { encoding: 'utf8' }))?.[1];
  const lines = rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n');
  const head = `"nvcc": "${version}",\n  "columns": ${JSON.stringify(columns)}`;
  writeFileSync(
    new URL('../bench/results/cuda-table.json', import.meta.url),
    `{\n  ${head},\n  "rows": [\n${lines}\n  ]\n}\n`,
  );
}
process.exitCode = complaints > 0 ? 1 : 0;
