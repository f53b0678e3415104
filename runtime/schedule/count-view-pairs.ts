import { AbstractMask } from '../mask/abstract.ts';
import type { BoundMask } from '../mask/bound-mask.ts';
import { ALL, NONE } from '../mask/int-set.ts';
import type { StepList } from '../mask/step-list.ts';
import { substitutePositions } from '../mask/substitute-positions.ts';
import type { ViewTableRequest } from './build-view-table.ts';
import { factorsOf } from './view-product.ts';
import { spacesOf, type TiledSpace } from './view-spaces.ts';

/** Boxes that may be looked at for one factor before the count is given up. */
const MAX_VISITS = 2 ** 19;

/**
 * The number of live pairs, counted in views of boxes: for every pair of regions the product of the counts of its
 * factors, each by interval descent over its own axes. Null where a factor is too large to be counted in this way. The
 * views hold every live pair.
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
      const axes = [...own.axes, ...other.axes];
      let product = 1;
      let counted = 0;
      for (const { parts, queryAxes, keyAxes } of factorsOf(mask, own.axes.length, other.axes.length)) {
        const leaves = [...queryAxes, ...keyAxes.map((axis) => own.axes.length + axis)];
        for (const leaf of leaves) counted |= 1 << leaf;
        const sizes = leaves.map((leaf) => axes[leaf].size);
        if (parts.length === 0) {
          product *= sizes.reduce((area, size) => area * size, 1);
          continue;
        }
        const count = countBox(mask.join(parts), leaves, sizes, axes.length);
        if (count === null) return null;
        product *= count;
      }
      axes.forEach(({ size }, leaf) => {
        if ((counted & (1 << leaf)) === 0) product *= size;
      });
      pairs += product;
    }
  }
  return pairs;
}

/** Live points of the box of some leaves; null where it takes too long. */
function countBox(
  bound: BoundMask,
  leaves: readonly number[],
  sizes: readonly number[],
  count: number,
): number | null {
  const mask = new AbstractMask(bound, new Array<number>(count).fill(1));
  const weights = mask.weights();
  const box = new Float64Array(2 * count);
  leaves.forEach((leaf, at) => (box[2 * leaf + 1] = sizes[at] - 1));
  let visits = 0;
  const area = () => leaves.reduce((product, leaf) => product * (box[2 * leaf + 1] - box[2 * leaf] + 1), 1);
  const descend = (known: StepList): number => {
    if (visits++ > MAX_VISITS) return 0;
    const verdict = mask.readBox(box, known);
    if (verdict === NONE) return 0;
    if (verdict === ALL) return area();
    const open = mask.open(known);
    let [side, largest] = [-1, -1];
    for (const leaf of leaves) {
      const length = box[2 * leaf + 1] - box[2 * leaf];
      if (length === 0 || (open.leaves & (1 << leaf)) === 0 || length * weights[leaf] <= largest) continue;
      [side, largest] = [leaf, length * weights[leaf]];
    }
    if (side < 0) throw new Error('a single pair is not decided');
    const [low, high] = [box[2 * side], box[2 * side + 1]];
    const middle = low + (1 << (31 - Math.clz32(high - low)));
    box[2 * side + 1] = middle - 1;
    const first = descend(open);
    box[2 * side] = middle;
    box[2 * side + 1] = high;
    const second = descend(open);
    box[2 * side] = low;
    return first + second;
  };
  const pairs = descend(mask.everything);
  return visits > MAX_VISITS ? null : pairs;
}

/** First and last position of a space. */
function hullOf({ space }: TiledSpace): readonly [number, number] {
  if ('positions' in space) return [space.positions[0], space.positions[space.positions.length - 1]];
  const reach = space.axes.reduce((sum, { size, stride }) => sum + (size - 1) * stride, 0);
  return [space.base, space.base + reach];
}
