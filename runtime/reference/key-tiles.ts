import type { KernelDescriptor, KernelSchedule } from '../descriptor.ts';
import { chooseGranularity } from '../launch/choose-granularity.ts';
import type { BoundMask } from '../mask/bound-mask.ts';
import { evaluateProgram } from '../mask/evaluate.ts';
import type { LaunchedMask } from '../mask/launch-mask.ts';
import { buildRunTable } from '../schedule/build-run-table.ts';
import type { RunTable } from '../schedule/run-table.ts';

/** A tile of keys that a query tile visits: the keys key0 ..< end belong to it, at most tile.keys of them. */
export interface KeyTile {
  readonly key0: number;
  readonly end: number;
  /** A partial tile evaluates the mask, a full one does not. */
  readonly partial: boolean;
}

/** Where one query tile stands: the positions of its first and last existing row, and its head. */
export interface TilePlace {
  readonly tile: number;
  readonly first: number;
  readonly last: number;
  readonly head: number;
  readonly batch: number;
}

/** How a kernel finds its key tiles, and which keys of a partial tile are live. */
export interface Schedule {
  readonly keyTiles: (place: TilePlace) => Iterable<KeyTile>;
  readonly isLive: (i: number, j: number, head: number, batch: number) => boolean;
}

/** The schedule of a kernel for one launch, as the kernel computes it itself or reads it from the run tables. */
export function scheduleOf(kernel: KernelDescriptor, mask: LaunchedMask): Schedule {
  return kernel.schedule.kind === 'ranges'
    ? rangeSchedule(kernel, kernel.schedule, mask)
    : tableSchedule(kernel, kernel.schedule, mask);
}

function rangeSchedule(
  { tile }: KernelDescriptor,
  { low, high }: KernelSchedule & { kind: 'ranges' },
  { scalars, arrays }: LaunchedMask,
): Schedule {
  const bound = (program: typeof low, query: number, head: number, batch: number): number =>
    evaluateProgram(program, { query, head, batch, symbols: scalars, arrays });
  return {
    *keyTiles({ first, last, head, batch }) {
      const end = bound(high, last, head, batch);
      const fullBegin = bound(low, last, head, batch);
      const fullEnd = bound(high, first, head, batch);
      for (let key0 = bound(low, first, head, batch); key0 < end; key0 += tile.keys) {
        const partial = key0 < fullBegin || key0 + tile.keys > fullEnd;
        yield { key0, end: Math.min(key0 + tile.keys, end), partial };
      }
    },
    isLive: (i, j, head, batch) => bound(low, i, head, batch) <= j && j < bound(high, i, head, batch),
  };
}

function tableSchedule(
  { tile }: KernelDescriptor,
  { residual }: KernelSchedule & { kind: 'table' },
  mask: LaunchedMask,
): Schedule {
  const { nq, nk } = mask.scalars;
  const granularity = chooseGranularity(nk, tile.keys);
  const tables = new Map<BoundMask, RunTable>();
  const tableOf = (batch: number, head: number): RunTable => {
    const bound = mask.bind(batch, head);
    let table = tables.get(bound);
    if (table === undefined) {
      table = buildRunTable(bound, { nq, nk, offset: mask.offset, queryTile: tile.queries, granularity });
      tables.set(bound, table);
    }
    return table;
  };
  return {
    *keyTiles({ tile: row, head, batch }) {
      const { starts, runs } = tableOf(batch, head);
      for (let run = starts[2 * row]; run < starts[2 * row + 2]; run++) {
        const end = runs[2 * run + 1];
        for (let key0 = runs[2 * run]; key0 < end; key0 += tile.keys) {
          const partial = run < starts[2 * row + 1] || key0 + tile.keys > end;
          yield { key0, end: Math.min(key0 + tile.keys, end), partial };
        }
      }
    },
    isLive: (query, key, head, batch) =>
      evaluateProgram(residual, { query, key, head, batch, symbols: mask.scalars, arrays: mask.arrays }) ===
      1,
  };
}
