import type { BoundMask } from '../../../runtime/mask/bound/bound-mask.ts';
import type { Extents, View } from '../../../runtime/view.ts';
import type { ChosenBoxes, TileSize } from './choose-extents.ts';
import { SampleCounter } from './count-samples.ts';
import type { NominalLaunch } from './nominal-launch.ts';

/** Another order must have so many of the runs to be taken. */
const WORTHWHILE = 0.9;
const SAMPLES = 6;

interface Views {
  readonly queries: View;
  readonly keys: View;
}

/** New place by place: the old one. */
export type AxisOrder = readonly number[];

/**
 * The order of the axes of views of boxes that has the fewest runs, by samples: the order of the space, or one of its axes
 * brought to the end. Tiles are the same in every order, but those that a query tile visits follow one another in one and
 * lie apart in the other: a band over positions that are numbered place by place is one run where time comes last, and one
 * a frame where it comes first.
 */
export function orderAxes(
  masks: readonly BoundMask[],
  views: Views,
  tile: TileSize,
  boxes: ChosenBoxes,
  nominal: NominalLaunch,
): AxisOrder {
  const rank = rankOf(views.keys);
  const own = Array.from({ length: rank }, (_, at) => at);
  if (rank < 2 || rankOf(views.queries) !== rank) return own;
  const runsOf = (order: AxisOrder): number => {
    const counter = new SampleCounter(masks, reorderViews(views, order), tile, nominal, SAMPLES);
    return counter.countRuns(reorderBoxes(boxes.queries, order), reorderBoxes(boxes.keys, order));
  };
  const orders = own.slice(0, -1).map((last) => [...own.filter((axis) => axis !== last), last]);
  const counted = orders.map((order) => ({ order, runs: runsOf(order) }));
  const best = counted.reduce((least, other) => (other.runs < least.runs ? other : least));
  return best.runs <= WORTHWHILE * runsOf(own) ? best.order : own;
}

/** The regions with the most axes, as many as the order has, in another order. */
export function reorderViews({ queries, keys }: Views, order: AxisOrder): Views {
  return { queries: reorderView(queries, order), keys: reorderView(keys, order) };
}

export function reorderBoxes(boxes: Extents, order: AxisOrder): Extents {
  return boxes.map((box) => reorder(box, order));
}

function reorderView(view: View, order: AxisOrder): View {
  if (view.kind !== 'boxes') return view;
  return { ...view, regions: view.regions.map(({ base, axes }) => ({ base, axes: reorder(axes, order) })) };
}

function reorder<T>(items: readonly T[], order: AxisOrder): readonly T[] {
  return items.length === order.length ? order.map((at) => items[at]) : items;
}

function rankOf(view: View): number {
  return view.kind === 'boxes' ? Math.max(...view.regions.map(({ axes }) => axes.length)) : 1;
}
