/**
 * Prints what ptxas makes of every variant of the emitted CUDA kernels: registers, shared memory, spills, and what else
 * nvcc has to say. Usage: tsx scripts/cuda-table.ts [architecture …]; sm_80, sm_90a and sm_120 by default. Needs nvcc.
 */
import { missing } from '../test/codegen/cuda/toolchain.ts';
import { usageOf, variants } from '../test/codegen/cuda/usage.ts';

if (missing.nvcc !== null) throw new Error(missing.nvcc);
const architectures = process.argv.length > 2 ? process.argv.slice(2) : ['sm_80', 'sm_90a', 'sm_120'];
console.log('| variant | kernel | architecture | threads | registers | shared bytes | spilled bytes |');
console.log('| --- | --- | --- | --: | --: | --: | --: |');
let complaints = 0;
for (const variant of variants) {
  for (const architecture of architectures) {
    const { kernels, messages } = await usageOf(variant, architecture);
    for (const { kernel, threads, registers, sharedBytes, spilledBytes } of kernels) {
      const cells = [variant.name, kernel, architecture, threads, registers, sharedBytes, spilledBytes];
      console.log(`| ${cells.join(' | ')} |`);
      if (spilledBytes > 0) complaints++;
    }
    for (const message of messages) console.log(message);
    complaints += messages.length;
  }
}
process.exitCode = complaints > 0 ? 1 : 0;
