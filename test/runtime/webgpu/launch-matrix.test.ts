import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acquireDevice } from '../../../runtime/node/index.ts';
import { createAttention } from '../../../runtime/webgpu/create-attention.ts';
import { compileVariant, launchVariant, scoreFields, sizes } from './launch-matrix.ts';
import { purposesOf } from './purposes-of.ts';
import type { ScoreField, Variant } from './launch-matrix.ts';
import { maxError } from './window-reference.ts';

let device: GPUDevice;
beforeAll(async () => {
  // Default limits suffice for every head dimension.
  const found = await acquireDevice({ prefer: 'software', raised: false });
  if (found.kind === 'none') throw new Error(found.reason);
  device = found.device;
});
afterAll(() => device?.destroy());

const every = Object.keys(scoreFields) as ScoreField[];
const plain = { dim: 16, dimV: 16, layout: 'bhnd', schedule: 'ranges', fields: [] } as const;

/** Launches a variant at all sizes: out and lse within 1e-5 of the largest magnitude, empty rows exactly. */
async function check(variant: Variant): Promise<void> {
  const descriptor = compileVariant(variant);
  expect(new Set(descriptor.passes[0].kernels.map(({ schedule }) => schedule.kind))).toEqual(
    new Set([variant.schedule]),
  );
  const attention = createAttention(device, descriptor, { target: 'software' });
  for (const [nq, nk] of sizes) {
    const { out, lse, reference, kernels } = await launchVariant(attention, variant, nq, nk);
    const where = `nq ${nq}, nk ${nk}`;
    expect(purposesOf(descriptor, kernels), where).toEqual([nq <= 8 ? 'small-query' : 'tiled']);
    expect(maxError(out, reference.out), `out, ${where}`).toBeLessThan(1e-5 * largest(reference.out));
    expect(maxError(lse, reference.lse), `lse, ${where}`).toBeLessThan(
      1e-5 * Math.max(1, largest(reference.lse)),
    );
    const empty = [...reference.lse.keys()].filter((row) => reference.lse[row] === -Infinity);
    // Batch item 1 ends early: its last rows see nothing, unless every third key reaches back to them.
    if (variant.schedule === 'ranges') expect(empty.length, where).toBeGreaterThan(0);
    for (const row of empty) {
      expect(lse[row]).toBe(-Infinity);
      const written = out.subarray(row * variant.dimV, (row + 1) * variant.dimV);
      expect(
        written.every((value) => value === 0),
        `row ${row}, ${where}`,
      ).toBe(true);
    }
  }
  attention.destroy();
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
}

describe('head dimensions', () => {
  const dims = [
    [16, 16],
    [64, 64],
    [80, 80],
    [128, 128],
    [192, 128],
    [192, 192],
    [256, 256],
    [64, 256],
  ] as const;
  for (const [at, [dim, dimV]] of dims.entries()) {
    test.each(['bhnd', 'bnhd'] as const)(`dim ${dim}, dim_v ${dimV}, %s`, async (layout) => {
      // Alternating, so that both schedules meet every staging of rows.
      const schedule = (layout === 'bhnd') === (at % 2 === 0) ? 'ranges' : 'table';
      await check({ dim, dimV, layout, schedule, fields: [] });
    });
  }
});

describe.each(['ranges', 'table'] as const)('scores over %s', (schedule) => {
  test.each(every)('%s', async (field) => {
    await check({ ...plain, schedule, fields: [field] });
  });

  test('all of them, with rows of parts', async () => {
    await check({ ...plain, dim: 192, dimV: 128, layout: 'bnhd', schedule, fields: every });
  });
});
