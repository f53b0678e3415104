import { afterAll, describe, expect, it } from 'vitest';
import { layOutTensors } from '../../runtime/launch/tensor-layout.ts';
import { acquireDevice } from '../../runtime/node/index.ts';
import type { AcquiredDevice } from '../../runtime/node/index.ts';
import { smallTiles } from '../fuzz/check-case.ts';
import { launchCases } from './launch-cases.ts';
import { compileExamples } from './load-examples.ts';
import { guardedStrides, PoisonedTensor } from './poisoned-tensor.ts';
import { branches, expectations, predicates } from './predicates.ts';
import type { Branches, Predicate } from './predicates.ts';
import { runExample } from './run-example.ts';

/** Small tiles: borders everywhere, and a shader that compiles in a fraction of a second. */
const units = compileExamples({ targets: [{ ...smallTiles, accumulators: 32 }] });
const lengths = [1, 63, 65];
const acquired = await acquireDevice({ prefer: 'software' });
const reason = acquired.kind === 'none' ? ` (${acquired.reason})` : '';

describe.skipIf(acquired.kind === 'none')(
  `examples on a device: one compiled module, every length${reason}`,
  () => {
    const { device, close } = acquired as AcquiredDevice;
    afterAll(() => close());

    it.each([...units])('%s', { timeout: 60_000 }, async (name, { descriptor }) => {
      const cases = launchCases(descriptor!, lengths, 65);
      const { launches, ...compiled } = await runExample(device, descriptor!, expectations[name], cases, {
        seed: 11,
      });
      expect(launches.filter(({ ok }) => !ok)).toEqual([]);
      expect(launches).toHaveLength(cases.length);
      expect(compiled).toMatchObject({ compiledOnce: true, compilations: { modules: 1 } });
    });

    it('would notice one pair too many', async () => {
      const name = 'longformer encoder';
      const { descriptor } = units.get(name)!;
      const keeps: Predicate = (pair) => predicates[name](pair) && !(pair.i === 40 && pair.j === 41);
      const { launches } = await runExample(device, descriptor!, keeps, [{ nq: 63, nk: 63, layer: 0 }], {
        seed: 11,
      });
      expect(launches[0]).toMatchObject({ ok: false, worst: { row: 40 }, non_finite: 0, stray_writes: 0 });
    });

    it('would notice a branch that counts a shared pair once', async () => {
      const name = 'longnet dilated';
      const { descriptor } = units.get(name)!;
      const { attends } = branches[name];
      const once: Branches = {
        combine: 'merge',
        attends: { ...attends, far: (pair) => attends.far(pair) && !(pair.i === 40 && attends.near(pair)) },
      };
      const { launches } = await runExample(device, descriptor!, once, [{ nq: 63, nk: 63, layer: 0 }], {
        seed: 11,
      });
      expect(launches[0]).toMatchObject({ ok: false, worst: { row: 40 }, non_finite: 0, stray_writes: 0 });
    });

    it('would notice a write beside a tensor, and rows that were not written', async () => {
      const { descriptor } = units.get('longformer encoder')!;
      const strides = guardedStrides(descriptor!, { nq: 5, nk: 5 });
      const { out } = layOutTensors(descriptor!, { batch: 1, nq: 5, nk: 5 }, { strides });
      const tensor = new PoisonedTensor(device, out, null);
      const untouched = await tensor.read();
      expect(untouched.strayWrites).toBe(0);
      expect(untouched.values.every(Number.isNaN)).toBe(true);
      const { buffer, offset } = tensor.part;
      for (const element of [-1, out.dim, out.extent]) {
        device.queue.writeBuffer(buffer, offset + 4 * element, new Float32Array([NaN]));
      }
      device.queue.writeBuffer(buffer, offset, new Float32Array([1]));
      const { values, strayWrites } = await tensor.read();
      expect(strayWrites).toBe(3);
      expect(values[0]).toBe(1);
      tensor.destroy();
    });
  },
);
