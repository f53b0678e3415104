import type { Extents } from '../../../runtime/view.ts';
import { BoxSearch, workOf } from './box-search.ts';
import type { Attempt } from './box-search.ts';
import type { TileCounter } from './count-products.ts';

/** Boxes of one side. */
export interface SampledBoxes {
  /** Those that fill a tile, in the order of factorizations. */
  readonly whole: readonly Extents[];
  readonly padded: readonly Extents[];
}

/** Query tiles that tell boxes apart, and those that then count the best of them. */
const FEW_SAMPLES = 4;
const SAMPLES = 12;
/** Boxes of one side that are tried, whole and padded ones, evenly out of more. */
const MOST_BOXES = 6;
const MOST_PADDED = 4;
/** Of boxes whose like pair has more than this times the least work no other pair is tried. */
const NEAR = 2;
/** Boxes of pairs that the descents of one step may look at: some of them cost more than all others together. */
const MOST_VISITS = 2 ** 18;

/**
 * The pair of boxes of least work by samples, which take so long that few pairs are tried: pairs of like boxes, then one
 * side at a time.
 */
export function chooseBySamples(
  queries: SampledBoxes,
  keys: SampledBoxes,
  counterOf: (samples: number) => TileCounter,
): Attempt {
  const counter = remembering(counterOf(FEW_SAMPLES));
  const search = new BoxSearch(counter, MOST_VISITS);
  const [own, other] = [spread(queries.whole, MOST_BOXES), spread(keys.whole, MOST_BOXES)];
  const pairs = own.map((box, at) => {
    const like = own.length === 1 ? 0 : Math.round((at * (other.length - 1)) / (own.length - 1));
    return { box, like: other[like], work: workOf(counter.count(box, other[like])) };
  });
  const least = Math.min(...pairs.map(({ work }) => work));
  const near = pairs.filter(({ work }) => work <= NEAR * least).sort((a, b) => a.work - b.work);
  for (const { box, like } of near) search.tryPairs([box], [like]);
  search.goOn();
  search.trySides(
    [...near.map(({ box }) => box), ...spread(queries.padded, MOST_PADDED)],
    [...new Set(near.map(({ like }) => like)), ...spread(keys.padded, MOST_PADDED)],
  );
  const { own: bestOwn, other: bestOther, work } = search.found;
  return { own: bestOwn, other: bestOther, work, counts: counterOf(SAMPLES).count(bestOwn, bestOther) };
}

/** Counts every pair of boxes once. */
function remembering(counter: TileCounter): TileCounter {
  const known = new Map<string, ReturnType<TileCounter['count']>>();
  return {
    get visits() {
      return counter.visits;
    },
    count(own, other) {
      const key = JSON.stringify([own, other]);
      const counts = known.get(key) ?? counter.count(own, other);
      known.set(key, counts);
      return counts;
    },
  };
}

function spread(boxes: readonly Extents[], most: number): readonly Extents[] {
  if (boxes.length <= most) return boxes;
  return Array.from({ length: most }, (_, at) => boxes[Math.round((at * (boxes.length - 1)) / (most - 1))]);
}
