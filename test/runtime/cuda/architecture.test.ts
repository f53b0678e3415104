import { describe, expect, test } from 'vitest';
import { architectureOf, parseArchitecture, runsOn } from '../../../runtime/cuda/architecture.ts';
import { chooseCudaKernel } from '../../../runtime/cuda/choose-cuda-kernel.ts';
import { cudaWindowFixture } from './window-fixture.ts';

describe('architectures', () => {
  test('are parsed by the names of nvcc', () => {
    expect(parseArchitecture('sm_90a')).toEqual({ kind: 'cubin', number: 90, suffix: 'a' });
    expect(parseArchitecture('compute_120')).toEqual({ kind: 'ptx', number: 120, suffix: '' });
    for (const wrong of ['sm_75', 'sm90', 'sm_90b', 'hopper', '', 'sm_9'])
      expect(() => parseArchitecture(wrong)).toThrow(`"${wrong}" is no architecture`);
  });

  // The rules of the CUDA C++ programming guide: binary compatibility within a major version, PTX for all newer devices,
  // the suffix a for one chip.
  test.each([
    ['sm_80', [80, 86, 87, 89]],
    ['sm_86', [86, 87, 89]],
    ['sm_90', [90]],
    ['sm_90a', [90]],
    ['sm_100f', [100, 103]],
    ['sm_120', [120, 121]],
    ['compute_80', [80, 86, 87, 89, 90, 100, 103, 120, 121]],
    ['compute_90a', [90]],
    ['compute_100', [100, 103, 120, 121]],
  ])('%s runs on %j', (architecture, devices) => {
    const all = [80, 86, 87, 89, 90, 100, 103, 120, 121];
    expect(all.filter((capability) => runsOn(architecture, capability))).toEqual(devices);
  });

  test('the one of a device runs on it', () => {
    for (const capability of [80, 86, 89, 90, 100, 120])
      expect(runsOn(architectureOf(capability), capability)).toBe(true);
    expect(architectureOf(90)).toBe('sm_90a');
  });
});

describe('chooseCudaKernel', () => {
  const {
    passes: [pass],
  } = cudaWindowFixture({
    kernels: [
      { name: 'any', tile: { queries: 128, keys: 64 } },
      { name: 'few', purpose: 'small-query', tile: { queries: 16, keys: 64 } },
      { name: 'hopper', family: 'sm_90a', tile: { queries: 128, keys: 128 }, sharedBytes: 200_000 },
      { name: 'wide', tile: { queries: 256, keys: 64 }, sharedBytes: 120_000 },
    ],
  });
  const device = { capability: 90, sharedBytes: 232_448, threads: 1024, architecture: 'sm_90a' };
  const choose = (nq: number, changes: object = {}) =>
    chooseCudaKernel(pass, nq, { ...device, ...changes }).name;

  test('few queries, then the family of the chip, then the larger tile that fits', () => {
    expect(choose(16)).toBe('few');
    expect(choose(17)).toBe('hopper');
    expect(choose(17, { architecture: 'sm_90' })).toBe('wide');
    expect(choose(17, { capability: 89, architecture: 'sm_89', sharedBytes: 101_376 })).toBe('any');
    expect(choose(17, { sharedBytes: 180_000 })).toBe('wide');
  });

  test('says what the kernel that needs least misses', () => {
    expect(() => choose(17, { sharedBytes: 1000 })).toThrow(
      'any needs shared memory a block 60000, this device allows 1000',
    );
  });
});
