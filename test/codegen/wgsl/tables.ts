import type { Slots } from './slots.ts';

/** A mask by positions. */
export type Live = (batch: number, head: number, i: number, j: number) => boolean;

/**
 * The run table of one head, as the words of the arena, by looking at every pair: independent of the descent.
 * Partial runs come before full ones; neighbouring granules of a class are joined. A full granule has no padding among
 * its keys.
 */
export function bruteTable(
  isLive: (i: number, j: number) => boolean,
  {
    queries,
    keys,
    queryTile,
    granularity,
  }: {
    readonly queries: Slots;
    readonly keys: Slots;
    readonly queryTile: number;
    readonly granularity: number;
  },
): Uint32Array {
  const rows = Math.ceil(queries.length / queryTile);
  const starts = [0];
  const runs: number[] = [];
  const work: number[] = [];
  for (let row = 0; row < rows; row++) {
    const partial: number[][] = [];
    const full: number[][] = [];
    const owned = queries.slice(row * queryTile, (row + 1) * queryTile).filter((i) => i !== null);
    for (let begin = 0; begin < keys.length; begin += granularity) {
      const end = Math.min(begin + granularity, keys.length);
      let live = 0;
      for (const i of owned) {
        for (const j of keys.slice(begin, end)) if (j !== null && isLive(i, j)) live++;
      }
      if (live === 0) continue;
      const list = live === owned.length * (end - begin) ? full : partial;
      const last = list.at(-1);
      if (last !== undefined && last[1] === begin) last[1] = end;
      else list.push([begin, end]);
    }
    for (const list of [partial, full]) {
      for (const run of list) runs.push(...run);
      starts.push(runs.length / 2);
    }
    work.push([...partial, ...full].reduce((sum, [begin, end]) => sum + end - begin, 0));
  }
  const order = work.map((_, row) => row).sort((a, b) => work[b] - work[a] || a - b);
  return Uint32Array.from([...order, ...order.flatMap((_, row) => [row, 0]), ...starts, ...runs]);
}

/** The distances j - i of live pairs, as the words of the arena. */
export function bruteDistances(
  isLive: (i: number, j: number) => boolean,
  queries: Slots,
  keys: Slots,
): Uint32Array {
  const found = new Set<number>();
  for (const i of queries) {
    for (const j of keys) if (i !== null && j !== null && isLive(i, j)) found.add(j - i);
  }
  const distances = [...found].sort((a, b) => a - b);
  return Uint32Array.from([distances.length, ...distances]);
}
