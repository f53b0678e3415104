import type { BoundMask } from '../../runtime/mask/bound/bound-mask.ts';
import { evaluateNode } from '../../runtime/mask/exact/evaluate.ts';
import { expandTable, type RunTable } from '../../runtime/schedule/table/run-table.ts';

/** A partial tile of a table that a perfect one would leave out, or run without a mask. */
export interface FalseTile {
  readonly kind: 'dead' | 'full';
  /** Positions of its first query and its first key. */
  readonly query: number;
  readonly key: number;
}

/** The positions of the launch in the tiles of a table's rows, and of its columns of `granularity` key slots. */
export interface TilePositions {
  readonly queries: (row: number) => Int32Array;
  readonly keys: (column: number) => Int32Array;
}

/** Steps of the golden ratio come early into every part of a tile. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The false tiles of a table, in order. The pairs of a partial tile are evaluated in an order that hops about, until a
 * live and a dead one are found: most tiles are decided by two or three pairs, only false ones are looked at as a whole.
 */
export function findFalseTiles(
  table: RunTable,
  bound: BoundMask,
  positions: TilePositions,
): readonly FalseTile[] {
  const { rows, granularity, starts, runs } = expandTable(table);
  const reader = new PairReader(bound);
  const found: FalseTile[] = [];
  for (let row = 0; row < rows; row++) {
    const queries = positions.queries(row);
    if (queries.length === 0) continue;
    for (let run = starts[2 * row]; run < starts[2 * row + 1]; run++) {
      for (let slot = runs[2 * run]; slot < runs[2 * run + 1]; slot += granularity) {
        const keys = positions.keys(slot / granularity);
        const { live, dead } = inspectTile(reader, queries, keys);
        const [query, key] = [queries[0], keys[0] ?? -1];
        if (!live) found.push({ kind: 'dead', query, key });
        else if (!dead && keys.length === granularity) found.push({ kind: 'full', query, key });
      }
    }
  }
  return found;
}

function inspectTile(
  reader: PairReader,
  queries: Int32Array,
  keys: Int32Array,
): { readonly live: boolean; readonly dead: boolean } {
  const pairs = queries.length * keys.length;
  const step = stepFor(pairs);
  let [live, dead] = [false, false];
  let pair = 0;
  for (let count = 0; count < pairs && !(live && dead); count++) {
    if (reader.read(queries[Math.floor(pair / keys.length)], keys[pair % keys.length])) live = true;
    else dead = true;
    pair = (pair + step) % pairs;
  }
  return { live, dead };
}

/** A step that comes by every pair, near the golden ratio of their number. */
function stepFor(pairs: number): number {
  let step = Math.max(1, Math.round(pairs * GOLDEN));
  while (commonDivisor(step, pairs) > 1) step++;
  return step;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** The exact reading of a bound mask at one pair, without a new array for each. */
class PairReader {
  private readonly values: Float64Array;

  constructor(private readonly bound: BoundMask) {
    this.values = new Float64Array(bound.root + 1);
  }

  read(query: number, key: number): boolean {
    const { nodes, root, arrays } = this.bound;
    const environment = { query, key, arrays };
    for (let id = 0; id <= root; id++) this.values[id] = evaluateNode(nodes[id], this.values, environment);
    return this.values[root] === 1;
  }
}
