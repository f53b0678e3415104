import type { PassDescriptor } from '../descriptor.ts';
import type { KernelDescriptor, KernelSchedule } from '../kernel-descriptor.ts';
import { bindViews } from '../launch/bind-views.ts';
import { evaluateProgram } from '../mask/exact/evaluate.ts';
import type { LaunchedMask } from '../mask/launch/launch-mask.ts';
import type { MaskProgram } from '../mask/program/nodes.ts';
import type { PassTable } from '../schedule/schedule-pass.ts';
import type { BoundView } from '../view.ts';
import { positionOfSlot } from './slot-positions.ts';

/** What a query tile takes in at once. */
export interface KeyStep {
  /** The key in a column of the tile for the query at position i; null where there is none. */
  readonly keyOf: (i: number, column: number) => number | null;
  /** Only a partial step evaluates the mask. */
  readonly partial: boolean;
}

/** A query tile: its number, the positions of its queries, and whose they are. */
export interface TilePlace {
  readonly tile: number;
  /** In the order of the slots. */
  readonly queries: readonly number[];
  readonly head: number;
  readonly batch: number;
}

/** How a kernel walks the keys of a tile, and which pairs of a partial step are live. */
export interface KeyWalk {
  readonly steps: (place: TilePlace) => Iterable<KeyStep>;
  readonly isLive: (i: number, j: number, head: number, batch: number) => boolean;
}

/** The table of a grid index, as ../schedule/schedule-pass.ts derives it. */
export type TableOf = (batch: number, head: number) => PassTable;

/** The walk of a kernel in one launch, as the kernel computes it itself or reads it from its tables. */
export function walkOf(
  pass: PassDescriptor,
  kernel: KernelDescriptor,
  launched: LaunchedMask,
  tableOf: TableOf,
): KeyWalk {
  const { schedule, tile } = kernel;
  switch (schedule.kind) {
    case 'ranges':
      return walkRanges(tile.keys, schedule, launched);
    case 'table': {
      const { keys } = bindViews(pass, kernel, launched);
      return {
        steps: walkRuns(tile.keys, keys, launched, tableOf),
        isLive: holds(schedule.residual, launched),
      };
    }
    case 'diagonals':
      return {
        steps: walkDistances(tile.keys, launched, tableOf),
        isLive: schedule.residual === null ? () => true : holds(schedule.residual, launched),
      };
  }
}

function holds(program: MaskProgram, { scalars, arrays }: LaunchedMask): KeyWalk['isLive'] {
  return (query, key, head, batch) =>
    evaluateProgram(program, { query, key, head, batch, symbols: scalars, arrays }) === 1;
}

function walkRanges(
  keys: number,
  { low, high }: KernelSchedule & { kind: 'ranges' },
  { scalars, arrays }: LaunchedMask,
): KeyWalk {
  const bound = (program: MaskProgram, query: number, head: number, batch: number): number =>
    evaluateProgram(program, { query, head, batch, symbols: scalars, arrays });
  return {
    *steps({ queries, head, batch }) {
      const [first, last] = [queries[0], queries[queries.length - 1]];
      const end = bound(high, last, head, batch);
      const fullBegin = bound(low, last, head, batch);
      const fullEnd = bound(high, first, head, batch);
      for (let key0 = bound(low, first, head, batch); key0 < end; key0 += keys) {
        const partial = key0 < fullBegin || key0 + keys > fullEnd;
        yield { keyOf: (_, column) => (key0 + column < scalars.nk ? key0 + column : null), partial };
      }
    },
    isLive: (i, j, head, batch) => bound(low, i, head, batch) <= j && j < bound(high, i, head, batch),
  };
}

function walkRuns(
  tile: number,
  view: BoundView | null,
  { scalars }: LaunchedMask,
  tableOf: TableOf,
): KeyWalk['steps'] {
  const range = { begin: 0, end: scalars.nk };
  return function* ({ tile: row, head, batch }) {
    const found = tableOf(batch, head);
    if (found.kind !== 'runs') throw new Error('a kernel that reads runs got distances');
    const { sources, starts, runs } = found.table;
    const [own, moved] = [2 * sources[2 * row], sources[2 * row + 1]];
    const positionOf = (slot: number): number | null =>
      view === null ? (found.positions?.[slot] ?? null) : positionOfSlot(view, slot, range);
    for (let run = starts[own]; run < starts[own + 2]; run++) {
      const end = runs[2 * run + 1] + moved;
      for (let slot = runs[2 * run] + moved; slot < end; slot += tile) {
        yield {
          keyOf: (_, column) => (slot + column < end ? positionOf(slot + column) : null),
          partial: run < starts[own + 1] || slot + tile > end,
        };
      }
    }
  };
}

function walkDistances(tile: number, { scalars }: LaunchedMask, tableOf: TableOf): KeyWalk['steps'] {
  return function* ({ head, batch }) {
    const found = tableOf(batch, head);
    if (found.kind !== 'diagonals') throw new Error('a kernel that reads distances got runs');
    const { distances } = found;
    for (let first = 0; first < distances.length; first += tile) {
      yield {
        keyOf: (i, column) => {
          const j = i + distances[first + column];
          return j >= 0 && j < scalars.nk ? j : null;
        },
        partial: true,
      };
    }
  };
}
