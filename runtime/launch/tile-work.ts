import type { PassTables } from './pack-arena.ts';

/** What each tile of queries of a pass is worth; grid index batch * heads + head uses `visits[tableOf[index]]`. */
export interface TileWork {
  /** Of each distinct table: the key tiles that a tile of queries visits, in the order in which kernels take them. */
  readonly visits: readonly Uint32Array[];
  readonly tableOf: readonly number[];
}

/** Counts the tiles of `keys` keys of every row; null for passes without run tables. */
export function tileWorkOf(passTables: PassTables | null, keys: number): TileWork | null {
  if (passTables === null) return null;
  const visits: Uint32Array[] = [];
  for (const entry of passTables.tables) {
    if (entry.kind !== 'runs') return null;
    const { order, sources, starts, runs } = entry.table;
    visits.push(
      Uint32Array.from(order, (row) => {
        const own = 2 * sources[2 * row];
        let tiles = 0;
        for (let run = starts[own]; run < starts[own + 2]; run++)
          tiles += Math.ceil((runs[2 * run + 1] - runs[2 * run]) / keys);
        return tiles;
      }),
    );
  }
  return { visits, tableOf: passTables.tableOf };
}
