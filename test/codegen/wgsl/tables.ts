/** A mask of one head, by positions. */
export type Live = (batch: number, head: number, i: number, j: number) => boolean;

/**
 * The run table of one head, as the words of the arena, by looking at every pair: independent of the descent.
 * Partial runs come before full ones; neighbouring granules of a class are joined.
 */
export function bruteTable(
  isLive: (i: number, j: number) => boolean,
  {
    nq,
    nk,
    offset,
    queryTile,
    granularity,
  }: Record<'nq' | 'nk' | 'offset' | 'queryTile' | 'granularity', number>,
): Uint32Array {
  const rows = Math.ceil(nq / queryTile);
  const starts = [0];
  const runs: number[] = [];
  const work: number[] = [];
  for (let row = 0; row < rows; row++) {
    const partial: number[][] = [];
    const full: number[][] = [];
    for (let begin = 0; begin < nk; begin += granularity) {
      const end = Math.min(begin + granularity, nk);
      let live = 0;
      const queries = Math.min(queryTile, nq - row * queryTile);
      for (let r = 0; r < queries; r++) {
        for (let j = begin; j < end; j++) if (isLive(row * queryTile + r + offset, j)) live++;
      }
      if (live === 0) continue;
      const list = live === queries * (end - begin) ? full : partial;
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
  return Uint32Array.from([...order, ...starts, ...runs]);
}
