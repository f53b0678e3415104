import { describe, expect, it } from 'vitest';
import { feedArrays, launchMask, launchScalars } from '../../runtime/mask/index.ts';
import { createBinder } from '../../runtime/mask/normal-form/bind.ts';
import { schedulePass } from '../../runtime/schedule/schedule-pass.ts';
import { verifyRunTable } from '../../runtime/schedule/checks/verify-run-table.ts';
import { checkPassTables } from '../schedules/check-pass-tables.ts';
import { launchCases } from './launch-cases.ts';
import { compileExamples } from './load-examples.ts';

/** Around multiples of the tiles and of the blocks of the examples: the last column of tiles is ragged. */
const lengths = [1, 31, 64, 65, 257, 321, 600];
const withTables = [...compileExamples({})]
  .map(([name, { descriptor }]) => [name, descriptor!] as const)
  .filter(([, { passes }]) => passes.some((pass) => pass.kernels[0].schedule.kind === 'table'));

describe('run tables of the examples, for the tiles that are shipped', () => {
  it.each(withTables)('%s', { timeout: 60_000 }, (_, descriptor) => {
    for (const { nq, nk, layer } of launchCases(descriptor, lengths)) {
      const sizes = { batch: 1, nq, nk, layer };
      const arrays = feedArrays(descriptor.inputs, {}, launchScalars(descriptor, sizes));
      const launched = launchMask(descriptor, { ...sizes, arrays });
      for (const pass of descriptor.passes) {
        if (pass.queries.kind !== 'positions' || pass.keys.kind !== 'positions') continue;
        if (pass.kernels[0].schedule.kind !== 'table') continue;
        const bind = createBinder(pass.mask, launched.scalars, launched.arrays);
        for (const kernel of pass.kernels) {
          const tables = new Map(
            Array.from({ length: descriptor.heads }, (_head, head) => [
              schedulePass(pass, kernel, launched, 0, head),
              bind(0, head),
            ]),
          );
          for (const [table, bound] of tables) {
            if (table.kind !== 'runs') throw new Error(`${kernel.name} reads runs`);
            const request = { nq, nk, offset: launched.offset, queryTile: kernel.tile.queries };
            const { problems } = verifyRunTable(table.table, bound, request);
            expect(problems, `nq ${nq}, nk ${nk}, layer ${layer}, ${kernel.name}`).toEqual([]);
          }
        }
      }
    }
  });
});

/** Shorter, since every pair is looked at; still around the tiles. */
const shortLengths = [1, 31, 65, 129];
const inViews = withTables.filter(([, { passes }]) =>
  passes.some(({ queries, keys }) => queries.kind !== 'positions' || keys.kind !== 'positions'),
);

describe('tables of the examples in views, lists and distances', () => {
  it.each(inViews)('%s', { timeout: 60_000 }, (_, descriptor) => {
    for (const { nq, nk, layer } of launchCases(descriptor, shortLengths, 129)) {
      const sizes = { batch: 1, nq, nk, layer };
      const arrays = feedArrays(descriptor.inputs, {}, launchScalars(descriptor, sizes));
      const launched = launchMask(descriptor, { ...sizes, arrays });
      expect(checkPassTables(descriptor, launched), `nq ${nq}, nk ${nk}, layer ${layer}`).toBeNull();
    }
  });
});
