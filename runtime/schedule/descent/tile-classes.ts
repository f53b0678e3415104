import type { AbstractMask } from '../../mask/abstract/abstract.ts';
import { boundOperands } from '../../mask/bound/bound-arena.ts';
import type { BoundMask } from '../../mask/bound/bound-mask.ts';
import { dependsOn } from '../../mask/bound/conjuncts.ts';
import { ALL, MIXED, NONE, type Verdict } from '../../mask/sets/int-set.ts';
import type { NodeId } from '../../mask/program/nodes.ts';
import type { RectangleList } from '../table/rectangle-list.ts';
import type { TileRefiner } from './refine-tile.ts';

/** Tiles from which on classes are looked for. */
const LEAST_TILES = 2 ** 12;
/** In planes of fewer tiles so many of them are looked into first. */
const MANY_TILES = 2 ** 17;
const SAMPLES = 64;
const MOST_CLASSES = 64;
/** Samples lie evenly over the plane (Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018). */
const [ROW_STEP, COLUMN_STEP] = [0.7548776662466927, 0.5698402909980532];

/** First and last position of every tile of a side; the last tile may be shorter. */
interface TiledSide {
  readonly base: number;
  readonly count: number;
  readonly tile: number;
}

interface Classes {
  /** By tile. */
  readonly classOf: Int32Array;
  /** By class: its first tile. */
  readonly tiles: readonly number[];
}

/**
 * Pushes the tiles of a mask that sees of a tile of queries, and of a tile of keys, only what many tiles have in common
 * (the cells that its voxels lie in, in no order: every tile has voxels of all cells): one tile of each class stands for
 * all of them, as the abstract reading cannot tell them apart. False, and nothing pushed, where there are many classes, or
 * where a look into some tiles of a plane that is not large says that most are not open.
 */
export function pushTileClasses(
  bound: BoundMask,
  mask: AbstractMask,
  rectangles: RectangleList,
  queries: TiledSide,
  keys: TiledSide,
  refiner: TileRefiner,
): boolean {
  const [rows, columns] = [tilesOf(queries), tilesOf(keys)];
  if (rows * columns < LEAST_TILES) return false;
  const [onQuery, onKey] = [dependsOn(bound, 'query'), dependsOn(bound, 'key')];
  const [firstRow, firstColumn] = [rangeOf(queries, 0), rangeOf(keys, 0)];
  const rowClasses = classify(mask, rows, nodesRead(bound, onQuery, onKey), (row) =>
    mask.read(...rangeOf(queries, row), ...firstColumn),
  );
  const columnClasses =
    rowClasses &&
    classify(mask, columns, nodesRead(bound, onKey, onQuery), (column) =>
      mask.read(...firstRow, ...rangeOf(keys, column)),
    );
  if (rowClasses === null || columnClasses === null) return false;
  if (rows * columns < MANY_TILES && !areOpen(mask, refiner, queries, keys)) return false;
  const wholeColumns = Math.floor(keys.count / keys.tile);
  const runsOf = rowClasses.tiles.map((row) => {
    const verdicts = columnClasses.tiles.map((column) =>
      mask.read(...rangeOf(queries, row), ...rangeOf(keys, column)),
    );
    return runsOfClasses(columnClasses.classOf, verdicts, wholeColumns);
  });
  for (let row = 0; row < rows;) {
    const own = rowClasses.classOf[row];
    const first = row;
    while (row < rows && rowClasses.classOf[row] === own) row++;
    for (const { begin, end, isFull } of runsOf[own]) rectangles.push(first, row, begin, end, isFull);
  }
  return true;
}

/** Are most tiles partial, and none of those that are looked into decided inside? */
function areOpen(mask: AbstractMask, refiner: TileRefiner, queries: TiledSide, keys: TiledSide): boolean {
  let open = 0;
  for (let sample = 0; sample < SAMPLES; sample++) {
    const row = rangeOf(queries, Math.floor(tilesOf(queries) * ((sample * ROW_STEP) % 1)));
    const column = rangeOf(keys, Math.floor(tilesOf(keys) * ((sample * COLUMN_STEP) % 1)));
    if (mask.read(...row, ...column) !== MIXED) continue;
    if (refiner.refine(...row, ...column, mask.open(mask.everything)) !== MIXED) return false;
    open++;
  }
  return 2 * open > SAMPLES;
}

interface Run {
  readonly begin: number;
  readonly end: number;
  readonly isFull: boolean;
}

/** The live columns, in runs; only the first `whole` columns may be full. */
function runsOfClasses(classOf: Int32Array, verdicts: readonly Verdict[], whole: number): readonly Run[] {
  const runs: Run[] = [];
  for (let begin = 0; begin < classOf.length;) {
    const kind = kindOf(verdicts[classOf[begin]], begin < whole);
    let end = begin + 1;
    while (end < classOf.length && kindOf(verdicts[classOf[end]], end < whole) === kind) end++;
    if (kind !== NONE) runs.push({ begin, end, isFull: kind === ALL });
    begin = end;
  }
  return runs;
}

function kindOf(verdict: Verdict, isWhole: boolean): Verdict {
  return verdict === NONE || (verdict === ALL && isWhole) ? verdict : MIXED;
}

/** Tiles by what the abstract reading makes of some nodes over them; null where there are too many classes. */
function classify(
  mask: AbstractMask,
  tiles: number,
  nodes: readonly NodeId[],
  read: (tile: number) => Verdict,
): Classes | null {
  const classes = new Map<string, number>();
  const first: number[] = [];
  const classOf = new Int32Array(tiles);
  for (let tile = 0; tile < tiles; tile++) {
    read(tile);
    const key = mask.valuesOf(nodes);
    const known = classes.get(key) ?? classes.size;
    if (known === classes.size) {
      if (known === MOST_CLASSES) return null;
      classes.set(key, known);
      first.push(tile);
    }
    classOf[tile] = known;
  }
  return { classOf, tiles: first };
}

/** The nodes of one side alone that other nodes read, or that are all there is. */
function nodesRead(
  { nodes, root }: BoundMask,
  onSide: readonly boolean[],
  onOther: readonly boolean[],
): readonly NodeId[] {
  const read = new Set<NodeId>();
  const add = (id: NodeId) => {
    if (onSide[id] && !onOther[id]) read.add(id);
  };
  add(root);
  for (let id = 0; id <= root; id++) if (onOther[id]) boundOperands(nodes[id]).forEach(add);
  return [...read];
}

function tilesOf({ count, tile }: TiledSide): number {
  return Math.ceil(count / tile);
}

function rangeOf({ base, count, tile }: TiledSide, at: number): [number, number] {
  return [base + at * tile, base + Math.min(count, (at + 1) * tile) - 1];
}
