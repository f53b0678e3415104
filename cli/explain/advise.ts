import type { Neighborhood } from '../../compiler/index.ts';
import { blockSparseStrides, neighborhoodTiles } from '../../compiler/cost/neighborhood-model.ts';
import type { WindowAxis } from '../../compiler/cost/neighborhood-model.ts';
import { evaluateProgram } from '../../runtime/mask/exact/evaluate.ts';
import type { AskedTile } from './parse-tile.ts';
import type { LaunchedUnit } from '../launch-unit.ts';
import type { Visits } from './work.ts';

/**
 * What a person can change: the strides with which a neighborhood has no partial tile in tiles of some boxes, and what
 * that gains. Null where there is nothing to say: no partial tiles, no such strides, or a mask that is not this
 * neighborhood alone (its counts are not those of the model).
 */
export function adviseStrides(
  neighborhoods: readonly Neighborhood[],
  tile: AskedTile,
  unit: LaunchedUnit,
  visits: Visits,
): string | null {
  const tiles = visits.full_tiles + visits.partial_tiles;
  if (neighborhoods.length !== 1 || visits.partial_tiles === 0) return null;
  const axes = neighborhoods[0].axes.map(({ name, length, kernel, stride }): WindowAxis => {
    return { name, length: evaluateProgram(length, { symbols: unit.mask.scalars }), kernel, stride };
  });
  if (axes.length !== tile.queries.length) return null;
  const now = neighborhoodTiles(axes, tile.queries, tile.keys);
  if (now.visited !== tiles || now.full !== visits.full_tiles) return null;
  const strides = blockSparseStrides(axes, tile.queries, tile.keys);
  if (strides === null) return null;
  const then = neighborhoodTiles(
    axes.map((axis, at) => ({ ...axis, stride: strides[at] })),
    tile.queries,
    tile.keys,
  );
  const share = ((100 * visits.partial_tiles) / tiles).toFixed(0);
  const list = strides.length === 1 ? String(strides[0]) : `(${strides.join(', ')})`;
  return (
    `${share} % of visited tiles are partial; stride ${list} makes this fully block-sparse: ` +
    `${now.bound.toFixed(1)}x → ${then.bound.toFixed(1)}x`
  );
}
