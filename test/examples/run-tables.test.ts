import { describe, expect, it } from 'vitest';
import { chooseGranularity } from '../../runtime/launch/choose-granularity.ts';
import { feedArrays, launchMask, launchScalars } from '../../runtime/mask/index.ts';
import { buildRunTable } from '../../runtime/schedule/build-run-table.ts';
import { verifyRunTable } from '../../runtime/schedule/verify-run-table.ts';
import { launchCases } from './launch-cases.ts';
import { compileExamples } from './load-examples.ts';

/** Around multiples of the tiles and of the blocks of the examples: the last column of tiles is ragged. */
const lengths = [1, 31, 64, 65, 257, 321, 600];
const withTables = [...compileExamples({})].filter(([, { descriptor }]) =>
  descriptor!.kernels.some(({ schedule }) => schedule.kind === 'table'),
);

describe('run tables of the examples, for the tiles that are shipped', () => {
  it.each(withTables)('%s', { timeout: 60_000 }, (_, { descriptor: compiled }) => {
    const descriptor = compiled!;
    const tiles = new Map(descriptor.kernels.map(({ tile }) => [`${tile.queries} x ${tile.keys}`, tile]));
    for (const { nq, nk, layer } of launchCases(descriptor, lengths)) {
      const sizes = { batch: 1, nq, nk, layer };
      const arrays = feedArrays(descriptor.inputs, {}, launchScalars(descriptor, sizes));
      const launched = launchMask(descriptor, { ...sizes, arrays });
      const masks = new Set(
        Array.from({ length: descriptor.heads }, (_head, head) => launched.bind(0, head)),
      );
      for (const bound of masks) {
        for (const [shape, { queries, keys }] of tiles) {
          const request = { nq, nk, offset: launched.offset, queryTile: queries };
          const granularity = chooseGranularity(nk, keys);
          const { problems } = verifyRunTable(
            buildRunTable(bound, { ...request, granularity }),
            bound,
            request,
          );
          expect(problems, `nq ${nq}, nk ${nk}, layer ${layer}, tiles of ${shape}`).toEqual([]);
        }
      }
    }
  });
});
