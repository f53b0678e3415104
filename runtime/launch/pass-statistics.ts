import type { ScheduleStatistics } from '../schedule/table/run-table.ts';
import type { PassTables } from './pack-arena.ts';

/** What one table of a pass makes its kernel visit: tiles of a run table, or a number of distances a query. */
export type PassStatistics =
  | ({
      readonly kind: 'runs';
      /** Keys of a view by list, else null. */ readonly listedKeys: number | null;
    } & ScheduleStatistics)
  | { readonly kind: 'diagonals'; readonly distances: number };

/** Statistics of every distinct table of a pass. */
export function statisticsOf(passTables: PassTables | null): readonly PassStatistics[] {
  return (passTables?.tables ?? []).map((entry): PassStatistics => {
    if (entry.kind === 'diagonals') return { kind: 'diagonals', distances: entry.distances.length };
    return { kind: 'runs', listedKeys: entry.positions?.length ?? null, ...entry.table.statistics };
  });
}
