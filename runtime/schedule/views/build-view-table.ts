import type { BoundMask } from '../../mask/bound/bound-mask.ts';
import { maskOverListed } from '../../mask/views/listed-keys-mask.ts';
import { maskOverRows } from '../../mask/views/parted-rows-mask.ts';
import type { BoundView } from '../../view.ts';
import { buildRunTable } from '../descent/build-run-table.ts';
import { IrregularTiles } from './irregular-tiles.ts';
import { maskOfListedKeys } from '../lists/list-keys.ts';
import { RowEmitter } from './row-emitter.ts';
import type { RunTable } from '../table/run-table.ts';
import { RunWriter } from './run-writer.ts';
import { populateTiles, type TilePopulation } from './tile-population.ts';
import { slotsOf } from './tile-positions.ts';
import { deriveProduct } from './view-product.ts';
import { spacesOf, type TiledSpace } from './view-spaces.ts';

export interface ViewTableRequest {
  readonly nq: number;
  readonly nk: number;
  /** Position of query row 0. */
  readonly offset: number;
  readonly queries: BoundView;
  readonly keys: BoundView;
}

/**
 * Derives the run table of a mask in views: a row is a tile of `queries`, runs are ranges of slots of `keys`, their ends
 * multiples of the key tile or the end of the view's slots.
 *
 * For every pair of regions the mask is rewritten over coordinates and cut into factors that share no axis; each is
 * decided by interval descent on its own, and the rows of runs are multiplied. A key tile with a slot that is no key is
 * never full; queries that are padding are not asked about. A `list` of keys holds those that the mask lists; under queries
 * in positions it is a plane of its own. So are parted rows, over keys in positions or a list.
 */
export function buildViewTable(mask: BoundMask, request: ViewTableRequest): RunTable {
  const { nq, nk, offset, queries, keys } = request;
  const bound = keys.positions === null ? mask : maskOfListedKeys(mask);
  if (queries.kind === 'parted') {
    if (queries.positions === null || keys.kind === 'boxes')
      throw new Error(`parted rows over keys by ${keys.kind}`);
    const shape = { nq, nk: slotsOf(keys), offset: 0, queryTile: queries.tile, granularity: keys.tile };
    const ofKeys = keys.positions === null ? bound : maskOverListed(bound, keys.positions);
    return buildRunTable(maskOverRows(ofKeys, queries.positions, offset), shape);
  }
  if (keys.positions !== null && queries.kind === 'positions') {
    const shape = { nq, nk: keys.positions.length, offset, queryTile: queries.tile, granularity: keys.tile };
    return buildRunTable(maskOverListed(bound, keys.positions), shape);
  }
  const populations = {
    queries: populateTiles(queries, offset, offset + nq - 1),
    keys: populateTiles(keys, 0, nk - 1),
  };
  const writer = new RunWriter({
    queryTile: queries.tile,
    granularity: keys.tile,
    rows: queries.tiles,
    slots: slotsOf(keys),
    queries: populations.queries.counts,
    keys: populations.keys.counts,
  });
  const keySpaces = spacesOf(keys);
  let [visits, expected] = [0, 0];
  const regions = spacesOf(queries).map((own) => {
    const emitters: { readonly emitter: RowEmitter; readonly fix: IrregularTiles | null }[] = [];
    for (const other of keySpaces) {
      const product = deriveProduct(bound, own, other);
      if (product === null) continue;
      for (const { relation } of product.factors) visits += relation.visits;
      // The slots behind a box are padding: its tiles are never full.
      const fills = other.axes.reduce((slots, { extent }) => slots * extent, 1) === keys.tile ? 1 : 0;
      const push = (begin: number, end: number, full: number): void => writer.push(begin, end, full & fills);
      const isRegular = !touches(populations.queries, own) && !touches(populations.keys, other);
      const fix = isRegular ? null : new IrregularTiles(bound, request, own, other, populations, push);
      const emitter = new RowEmitter(product, own, other, { writer, fills, correct: fix?.correct ?? null });
      emitters.push({ emitter, fix });
    }
    const shapes = emitters.length === 1 && writer.isRepeatable ? emitters[0].emitter.shapes() : null;
    if (shapes === null) for (const { emitter } of emitters) expected += emitter.countRuns();
    return { own, emitters, shapes };
  });
  writer.reserve(expected);
  for (const { own, emitters, shapes } of regions) {
    /** By shape: the first tile that has it. */
    const known = new Int32Array(shapes?.count ?? 0).fill(-1);
    for (let tile = 0; tile < own.tiles; tile++) {
      if (populations.queries.counts[own.firstTile + tile] > 0) {
        if (shapes !== null) {
          const shape = shapes.shapeOf[tile];
          const source = known[shape];
          if (source >= 0) {
            writer.repeatRow(own.firstTile + source, shapes.placeOf[tile] - shapes.placeOf[source]);
            continue;
          }
          known[shape] = tile;
        }
        for (const { emitter, fix } of emitters) {
          fix?.startRow(own.firstTile + tile);
          emitter.emit(tile);
        }
      }
      writer.endRow();
    }
    for (const { fix } of emitters) visits += fix?.visits ?? 0;
  }
  return writer.finish(visits);
}

/** Has a region a tile with positions outside of the launch? */
function touches({ irregular }: TilePopulation, { firstTile, tiles }: TiledSpace): boolean {
  return irregular.some((tile) => tile >= firstTile && tile < firstTile + tiles);
}
