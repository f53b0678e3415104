import type { AttentionDescriptor, KernelDescriptor } from '../descriptor.ts';
import type { BoundMask } from '../mask/bound-mask.ts';
import { launchMask, launchScalars, type LaunchedMask } from '../mask/launch-mask.ts';
import { readArrays } from '../read-arrays.ts';
import { buildRunTable } from '../schedule/build-run-table.ts';
import { assembleLaunch, type Launch } from './assemble-launch.ts';
import { chooseGranularity } from './choose-granularity.ts';
import type { LaunchRequest } from './launch-request.ts';
import type { ScheduledTables } from './pack-arena.ts';
import type { Sizes } from './tensor-layout.ts';

/**
 * Makes a request ready for a kernel: checks sizes, parameters and arrays, computes derived values, derives a run table
 * for every distinct mask (unless the kernel computes its ranges) and packs everything.
 *
 * @throws {SparsecError} naming the size, parameter, array or stride that does not fit.
 */
export function prepareLaunch(
  descriptor: AttentionDescriptor,
  kernel: KernelDescriptor,
  request: LaunchRequest,
): Launch {
  const sizes = { batch: request.batch ?? 1, nq: request.nq, nk: request.nk };
  const scalars = { ...sizes, layer: request.layer, launch: request.launch };
  const arrays = readArrays(descriptor.inputs, request.arrays ?? {}, launchScalars(descriptor, scalars));
  const mask = launchMask(descriptor, { ...scalars, arrays });
  return assembleLaunch(descriptor, kernel, sizes, request, {
    symbols: mask.scalars,
    arrays: mask.arrays,
    schedule: kernel.schedule.kind === 'table' ? scheduleTables(descriptor, kernel, sizes, mask) : null,
  });
}

function scheduleTables(
  { heads }: AttentionDescriptor,
  { tile }: KernelDescriptor,
  { batch, nq, nk }: Required<Sizes>,
  mask: LaunchedMask,
): ScheduledTables {
  const indices = new Map<BoundMask, number>();
  const tableOf: number[] = [];
  for (let grid = 0; grid < batch * heads; grid++) {
    const bound = mask.bind(Math.floor(grid / heads), grid % heads);
    const index = indices.get(bound) ?? indices.size;
    indices.set(bound, index);
    tableOf.push(index);
  }
  const granularity = chooseGranularity(nk, tile.keys);
  const options = { nq, nk, offset: mask.offset, queryTile: tile.queries, granularity };
  return { tables: [...indices.keys()].map((bound) => buildRunTable(bound, options)), tableOf };
}
