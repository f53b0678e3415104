import type { PassDescriptor } from '../descriptor.ts';
import type { KernelDescriptor } from '../kernel-descriptor.ts';
import { createBinder } from '../mask/normal-form/bind.ts';
import type { BoundMask } from '../mask/bound/bound-mask.ts';
import type { LaunchedMask } from '../mask/launch/launch-mask.ts';
import { buildRunTable } from './descent/build-run-table.ts';
import { buildViewTable } from './views/build-view-table.ts';
import { bindView } from './views/bind-view.ts';
import { chooseGranularity } from './table/choose-granularity.ts';
import { listDistances } from './lists/list-distances.ts';
import { partRows } from './views/part-rows.ts';
import type { RunTable } from './table/run-table.ts';

/**
 * What the arena holds for one mask of a pass.
 * - `runs`: rows are query tiles of the pass's view, runs are in slots of its keys; `rows` of a `parted` view of queries
 *   are the query rows of its slots, `positions` of a `list` view its keys.
 * - `diagonals`: the distances j - i, ascending.
 */
export type PassTable =
  | {
      readonly kind: 'runs';
      readonly table: RunTable;
      readonly rows: Int32Array | null;
      readonly positions: Int32Array | null;
    }
  | { readonly kind: 'diagonals'; readonly distances: Int32Array };

/** What of a pass and of a kernel decides the table. */
export type ScheduledPart = Pick<PassDescriptor, 'mask' | 'queries' | 'keys' | 'strategy'>;
export type ScheduledKernel = Pick<KernelDescriptor, 'tile' | 'extents'>;

interface Memory {
  readonly bind: (batch: number, head: number) => BoundMask;
  /** Of parted rows: which rows come first. */
  readonly bindFirst: ((batch: number, head: number) => BoundMask) | null;
  /** By mask, and by what comes first. */
  readonly tables: Map<BoundMask, Map<BoundMask | null, PassTable>>;
}

/** Tables live as long as the launched mask that they were made for. */
const memories = new WeakMap<LaunchedMask, Map<ScheduledPart, Map<ScheduledKernel, Memory>>>();

/**
 * The table of one grid index of a launched pass. Grid indices whose masks are equal get the same object.
 *
 * `launched` is the mask of the whole attention: its sizes, scalars and arrays are those of the pass as well.
 */
export function schedulePass(
  pass: ScheduledPart,
  kernel: ScheduledKernel,
  launched: LaunchedMask,
  batch: number,
  head: number,
): PassTable {
  const memory = memoryOf(pass, kernel, launched);
  const bound = memory.bind(batch, head);
  const first = memory.bindFirst?.(batch, head) ?? null;
  const tables = memory.tables.get(bound) ?? new Map<BoundMask | null, PassTable>();
  memory.tables.set(bound, tables);
  const known = tables.get(first);
  if (known) return known;
  const table = tableOf(pass, kernel, launched, bound, first);
  tables.set(first, table);
  return table;
}

function tableOf(
  pass: ScheduledPart,
  { tile, extents }: ScheduledKernel,
  { scalars, offset }: LaunchedMask,
  bound: BoundMask,
  first: BoundMask | null,
): PassTable {
  const sizes = { nq: scalars.nq, nk: scalars.nk, offset };
  if (pass.strategy === 'diagonal') return { kind: 'diagonals', distances: listDistances(bound, sizes) };
  if (pass.queries.kind === 'positions' && pass.keys.kind === 'positions') {
    const granularity = chooseGranularity(sizes.nk, tile.keys);
    const table = buildRunTable(bound, { ...sizes, queryTile: tile.queries, granularity });
    return { kind: 'runs', table, rows: null, positions: null };
  }
  const rows = first && partRows(first, sizes);
  const request = { ...sizes, scalars, bound, rows };
  const queries = bindView(pass.queries, extents.queries, tile.queries, 'queries', request);
  const isCoarse = rows !== null && pass.keys.kind === 'positions';
  const keySlots = isCoarse ? chooseGranularity(sizes.nk, tile.keys) : tile.keys;
  const keys = bindView(pass.keys, extents.keys, keySlots, 'keys', request);
  const table = buildViewTable(bound, { ...sizes, queries, keys });
  return { kind: 'runs', table, rows, positions: keys.positions };
}

function memoryOf(pass: ScheduledPart, kernel: ScheduledKernel, launched: LaunchedMask): Memory {
  const byPass = memories.get(launched) ?? new Map<ScheduledPart, Map<ScheduledKernel, Memory>>();
  memories.set(launched, byPass);
  const byKernel = byPass.get(pass) ?? new Map<ScheduledKernel, Memory>();
  byPass.set(pass, byKernel);
  const known = byKernel.get(kernel);
  if (known) return known;
  const { scalars, arrays } = launched;
  const memory: Memory = {
    bind: createBinder(pass.mask, scalars, arrays),
    bindFirst: pass.queries.kind === 'parted' ? createBinder(pass.queries.first, scalars, arrays) : null,
    tables: new Map(),
  };
  byKernel.set(kernel, memory);
  return memory;
}
