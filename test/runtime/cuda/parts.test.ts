import { describe, expect, test } from 'vitest';
import { cudaTargets } from '../../../compiler/cost/index.ts';
import { chooseBlocks } from '../../../runtime/cuda/choose-blocks.ts';
import { partsOn } from '../../../runtime/cuda/choose-parts.ts';
import type { CudaDescriptor } from '../../../runtime/cuda/descriptor.ts';
import { entriesOf, prepareCudaLaunch } from '../../../runtime/launch/prepare-cuda-launch.ts';
import { cudaModule, specify } from '../../codegen/cuda/modules.ts';

const units = 132;
const ranges = cudaModule(specify('causal', 'heads 8 dim 128', 'bf16'), cudaTargets);
const tables = cudaModule(specify('causal & stride(3)', 'heads 8 dim 128', 'bf16'), cudaTargets);

/** With the kernel for few queries where they are few, else that for any number. */
function launchOf(descriptor: CudaDescriptor, nq: number, nk: number, parts = partsOn(units)) {
  const [tiled, few] = descriptor.passes[0].kernels;
  return prepareCudaLaunch(descriptor, [nq <= few.tile.queries ? few : tiled], { nq, nk }, parts);
}

const fieldOf = (launch: ReturnType<typeof launchOf>, name: string): number => {
  const { offset } = launch.paramsLayout.fields.find(({ field }) => field.name === name)!;
  return new DataView(launch.passes[0].params.buffer).getInt32(offset, true);
};

describe('a launch in parts', () => {
  test.each([
    ['ranges', ranges],
    ['tables', tables],
  ])('one query against 65536 keys fills the device: %s', (_kind, descriptor) => {
    const launch = launchOf(descriptor, 1, 65_536);
    const [pass] = launch.passes;
    expect(pass.parts).toBe(32);
    expect(entriesOf(launch)).toEqual(['attend_few_sm80_16x64_parts', 'merge_parts']);
    // 256 blocks of 264 that the device holds, where there were 8.
    expect(chooseBlocks(pass, units)).toEqual([32, 8]);
    expect(pass.merge).toEqual({ name: 'merge_parts', threads: 32, blocks: [1, 8] });
    expect([fieldOf(launch, 'part_count'), fieldOf(launch, 'query_tiles')]).toEqual([32, 32]);
    expect(launch.stateBytes).toBe(32 * 8 * (128 + 4) * 4);
  });

  test('tables have a row for each part, and statistics of what they were cut from', () => {
    const [whole, cut] = [launchOf(tables, 5, 4001, () => 1), launchOf(tables, 5, 4001, () => 7)];
    expect(cut.passes[0].statistics).toEqual(whole.passes[0].statistics);
    // All heads share a table: 8 words that say where it is, then order, sources, starts, runs.
    expect([...whole.arena.subarray(8, 9)]).toEqual([0]);
    expect([...cut.arena.subarray(8, 15)]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(cut.arena.subarray(15 + 14)).toHaveLength(15 + 2 * cut.arena[15 + 14 + 14]);
  });

  test('asks for the tiles of the row that visits most', () => {
    const asked: number[] = [];
    const parts = (_kernel: unknown, items: number, longest: () => number): number => {
      asked.push(items, longest());
      return 1;
    };
    launchOf(ranges, 3, 1000, parts);
    launchOf(tables, 300, 1000, parts);
    expect(asked).toEqual([8, 16, 24, 16]);
  });

  test('is what it was where tiles fill the device, or keys are few', () => {
    for (const [nq, nk] of [
      [4096, 4096],
      [1, 128],
    ]) {
      const launch = launchOf(ranges, nq, nk);
      const { parts, merge } = launch.passes[0];
      expect({ parts, merge }).toEqual({ parts: 1, merge: null });
      expect(entriesOf(launch)).toEqual([launch.passes[0].kernel.name]);
      expect(launch.stateBytes).toBe(0);
      expect(fieldOf(launch, 'part_count')).toBe(1);
    }
  });

  test('kernels for 9.0 and diagonals stay whole, whatever is asked for', () => {
    const [, , groups] = ranges.passes[0].kernels;
    expect(groups.family).toBe('sm_90a');
    const launch = prepareCudaLaunch(ranges, [groups], { nq: 1, nk: 65_536 }, () => 9);
    expect(launch.passes[0].parts).toBe(1);
  });

  test('refuses states that kernels cannot index', () => {
    expect(() => launchOf(ranges, 16_384, 16_384, () => 200)).toThrow(
      'the state of 26214400 rows has 3460300800 words, kernels index 2147483647',
    );
  });
});
