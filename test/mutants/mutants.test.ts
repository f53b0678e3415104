import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acquireDevice } from '../../runtime/node/index.ts';
import { checkKernel, noticedWithoutDevice, subjectOf } from './checks.ts';
import { planMutants } from './plan-mutants.ts';
import { shaderMutants } from './shader-mutants.ts';
import { specimens } from './specimens.ts';
import { tableMutants } from './table-mutants.ts';

let device: GPUDevice;
beforeAll(async () => {
  const found = await acquireDevice({ prefer: 'software' });
  if (found.kind === 'none') throw new Error(found.reason);
  device = found.device;
});
afterAll(() => device?.destroy());

const names = Object.keys(specimens) as (keyof typeof specimens)[];

describe('specimens are right', () => {
  test.each(names)('%s', { timeout: 30_000 }, async (name) => {
    const subject = subjectOf(specimens[name]);
    expect(noticedWithoutDevice(subject)).toEqual([]);
    expect(await checkKernel(subject, device)).toBeNull();
  });
});

describe('mutants of plans and tables', () => {
  test.each([...planMutants, ...tableMutants])('$of: $name', ({ of, noticedBy, break: broken }) => {
    expect(noticedWithoutDevice(broken(subjectOf(specimens[of])))).toEqual(noticedBy);
  });
});

describe('mutants of the text and of what reaches the device', () => {
  test.each(shaderMutants)('$of: $name', { timeout: 30_000 }, async ({ of, noticedBy, break: broken }) => {
    const subject = broken(subjectOf(specimens[of]));
    const onDevice = await checkKernel(subject, device);
    const noticed = [...noticedWithoutDevice(subject), ...(onDevice === null ? [] : ['kernel'])];
    expect(noticed).toEqual(noticedBy);
    // It was noticed by its result, not because it would not compile.
    expect(onDevice).not.toMatch(/shader compiler|validation/i);
  });
});
