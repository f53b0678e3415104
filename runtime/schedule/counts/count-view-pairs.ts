import type { BoundMask } from '../../mask/bound/bound-mask.ts';
import { substitutePositions } from '../../mask/views/substitute-positions.ts';
import type { ViewTableRequest } from '../views/build-view-table.ts';
import { countCoordinates } from './count-coordinates.ts';
import { spacesOf, type TiledSpace } from '../views/view-spaces.ts';

/**
 * The number of live pairs, counted in views of boxes: for every pair of regions by its coordinates, see
 * ./count-coordinates.ts. Null where that is too large to be counted. The views hold every live pair.
 */
export function countViewPairs(
  bound: BoundMask,
  { nq, nk, offset, queries, keys }: ViewTableRequest,
): number | null {
  let pairs = 0;
  for (const own of spacesOf(queries)) {
    for (const other of spacesOf(keys)) {
      const [queryHull, keyHull] = [hullOf(own), hullOf(other)];
      const isInside = queryHull[0] >= offset && queryHull[1] < offset + nq;
      const mask = substitutePositions(bound, {
        query: own.space,
        key: other.space,
        keyLimits: keyHull[0] >= 0 && keyHull[1] < nk ? null : [0, nk - 1],
        queryLimits: isInside ? null : { range: [offset, offset + nq - 1], outside: 'dead' },
      });
      if (mask.isEmpty) continue;
      const sizes = [...own.axes, ...other.axes].map(({ size }) => size);
      const all = 2 ** sizes.length - 1;
      const product =
        mask.parts.length === 0
          ? sizes.reduce((area, size) => area * size, 1)
          : countCoordinates(mask.join(mask.parts), all, { sizes, queryAxes: own.axes.length });
      if (product === null) return null;
      pairs += product;
    }
  }
  return pairs;
}

/** First and last position of a space. */
function hullOf({ space }: TiledSpace): readonly [number, number] {
  if ('positions' in space) return [space.positions[0], space.positions[space.positions.length - 1]];
  const reach = space.axes.reduce((sum, { size, stride }) => sum + (size - 1) * stride, 0);
  return [space.base, space.base + reach];
}
