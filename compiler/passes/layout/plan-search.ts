import type { BoundMask } from '../../../runtime/mask/bound/bound-mask.ts';
import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import type { View } from '../../../runtime/view.ts';
import type { Graph } from '../../ir/graph.ts';
import type { TileBoxes } from '../../ir/schedule.ts';
import { findRowBounds } from '../find-row-bounds.ts';
import { chooseExtents } from './choose-extents.ts';
import type { ChosenBoxes, CountedBoxes, TileSize } from './choose-extents.ts';
import { countPass, countStretches, NO_DIAGONALS } from './count-pass.ts';
import type { PassCounts } from './count-pass.ts';
import { distinctSizes } from './layout-target.ts';
import type { LayoutTarget } from './layout-target.ts';
import type { NominalLaunch } from './nominal-launch.ts';
import { orderAxes, reorderBoxes, reorderViews } from './order-axes.ts';
import { priceOf } from './price.ts';
import { programKey } from './programs.ts';
import { boundMasks, layoutKey, proposeLayouts } from './propose-layouts.ts';
import type { Layout } from './propose-layouts.ts';
import { readBranches } from './read-branches.ts';
import { subtractBranches } from './subtract-branches.ts';

/** A part of a mask in a layout of its own, with its boxes and what it visits. */
export interface PlannedPart {
  readonly mask: MaskProgram;
  readonly layout: Layout;
  /** By target. */
  readonly counted: readonly CountedPart[];
}

/** A part in the tiles of a target. */
export interface CountedPart {
  readonly tile: TileSize;
  readonly boxes: ChosenBoxes;
  readonly counts: PassCounts;
}

/** The views of a part as its pass has them, and its boxes in every size of tile. */
export interface ArrangedPart {
  readonly queries: View;
  readonly keys: View;
  readonly shapes: readonly TileBoxes[];
}

/** A way to compute one attend. */
export interface Plan {
  readonly parts: readonly PlannedPart[];
  /** By target, in full tiles' worth of work. */
  readonly costs: readonly number[];
}

export interface SearchOptions {
  readonly targets: readonly LayoutTarget[];
  readonly layouts: boolean;
  readonly split: boolean;
  readonly variants: boolean;
}

/** Pairs of queries and keys up to which tables are derived; beyond, products and samples are counted. */
const MOST_PAIRS = 8192 * 8192;
/** What branches apart must cost of the best plan without: a pass more is more to launch, too. */
const WORTH_A_PASS = 0.9;
/** Branches that are told apart where counts take longer. */
const MOST_LARGE_BRANCHES = 3;
const noBoxes: ChosenBoxes = { queries: [], keys: [] };

/** A group of branches under one layout. */
interface Group {
  readonly layout: Layout;
  readonly branches: readonly MaskProgram[];
}

/**
 * Looks for the cheapest plan of one attend: the whole mask in every layout that suits it, and its branches grouped by
 * the layout that suits each. Everything that was counted is counted once.
 */
export class PlanSearch {
  private readonly counted = new Map<string, CountedPart>();
  private readonly masks = new Map<string, readonly BoundMask[]>();
  /** Layouts that suit some mask but have no tile on a class of devices, by name. */
  readonly unserved = new Map<string, string>();

  constructor(
    private readonly graph: Graph,
    private readonly nominal: NominalLaunch,
    private readonly options: SearchOptions,
  ) {}

  /** Every plan that was looked at, the cheapest first and `plain` among them. */
  search(mask: MaskProgram): readonly Plan[] {
    const layouts = this.layoutsFor(mask);
    const whole = layouts.map((layout) => this.plan([{ layout, branches: [mask] }], mask));
    const branches = this.options.split ? readBranches(mask) : [mask];
    const isLarge = this.nominal.nq * this.nominal.nk > MOST_PAIRS;
    if (branches.length === 1 || (isLarge && branches.length > MOST_LARGE_BRANCHES))
      return this.ranked(whole, whole[0]);
    const grouped = this.groupByBest(branches, layouts);
    const apart = branches.length <= MOST_LARGE_BRANCHES ? separateBoxes(grouped) : grouped;
    const plans = this.ranked([...whole, ...this.improve(grouped, mask)], whole[0]);
    if (apart.length === grouped.length) return plans;
    const more = this.plan(apart, mask);
    const isWorthwhile = this.relativeCost(more, plans[0]) <= WORTH_A_PASS;
    return isWorthwhile ? [more, ...plans] : plans;
  }

  /** The views of a part, their axes in the order that suits its mask, and its boxes. */
  arrange(part: PlannedPart): ArrangedPart {
    const { mask, layout, counted } = part;
    const shapes = this.shapes(part);
    const [{ tile, boxes }] = counted;
    if (!isBoxed(layout)) return { queries: layout.queries, keys: layout.keys, shapes };
    const order = orderAxes(this.bound(mask), layout, tile, boxes, this.nominal);
    return {
      ...reorderViews(layout, order),
      shapes: shapes.map(({ extents, ...size }) => ({
        ...size,
        extents: {
          queries: reorderBoxes(extents.queries, order),
          keys: reorderBoxes(extents.keys, order),
        },
      })),
    };
  }

  /** The boxes of a part for every size of tile. */
  private shapes({ mask, layout, counted }: PlannedPart): readonly TileBoxes[] {
    if (!isBoxed(layout)) return [];
    return distinctSizes(this.options.targets.flatMap(({ sizes }) => sizes)).map((tile) => {
      const known = counted.find((part) => isSameTile(part.tile, tile))?.boxes;
      const { queries, keys } = known ?? this.chooseExtents(mask, layout, tile).boxes;
      return { ...tile, extents: { queries, keys } };
    });
  }

  /** Largest cost over the targets relative to another plan. */
  relativeCost(plan: Plan, other: Plan): number {
    return Math.max(...plan.costs.map((cost, at) => cost / other.costs[at]));
  }

  private layoutsFor(mask: MaskProgram): readonly Layout[] {
    const found = proposeLayouts(mask, this.graph, this.nominal);
    if (!this.options.layouts) return found.slice(0, 1);
    return found.filter((layout) => {
      const full = this.options.targets.find(({ tileOf }) => tileOf(layout) === null);
      if (full !== undefined) this.unserved.set(layout.name, full.class);
      return full === undefined;
    });
  }

  private ranked(plans: readonly Plan[], plain: Plan): readonly Plan[] {
    return [...plans].sort((a, b) => this.relativeCost(a, plain) - this.relativeCost(b, plain));
  }

  /** Branches by the layout that suits each alone. */
  private groupByBest(branches: readonly MaskProgram[], common: readonly Layout[]): readonly Group[] {
    const groups = new Map<string, { layout: Layout; branches: MaskProgram[] }>();
    for (const branch of branches) {
      const own = new Map(
        [...this.layoutsFor(branch), ...common.filter(({ strategy }) => strategy === 'dense')].map(
          (layout) => [layoutKey(layout), layout],
        ),
      );
      const layout = this.bestAlone(branch, [...own.values()]);
      const group = groups.get(layoutKey(layout)) ?? { layout, branches: [] };
      group.branches.push(branch);
      groups.set(layoutKey(layout), group);
    }
    return [...groups.values()];
  }

  /** The layout in which a branch alone is cheapest on the first target. */
  private bestAlone(branch: MaskProgram, layouts: readonly Layout[]): Layout {
    const [target] = this.options.targets;
    const nothing = { reads: false, writes: false };
    const priced = layouts.map((layout) => {
      const { counts, tile } = this.count(branch, layout, target.tileOf(layout)!);
      return { layout, cost: priceOf(counts, layout, tile, nothing, target.factors) };
    });
    return priced.reduce((best, other) => (other.cost < best.cost ? other : best)).layout;
  }

  /** The grouping, and what comes of joining two of its groups as long as that makes it cheaper. */
  private improve(groups: readonly Group[], mask: MaskProgram): readonly Plan[] {
    const plans = [this.plan(groups, mask)];
    let [current, best] = [groups, plans[0]];
    while (current.length > 1) {
      const joined = joinsOf(current).map((next) => ({ next, plan: this.plan(next, mask) }));
      plans.push(...joined.map(({ plan }) => plan));
      joined.sort((a, b) => this.relativeCost(a.plan, best) - this.relativeCost(b.plan, best));
      // Gathered keys and diagonals take no other group in.
      if (joined.length === 0 || this.relativeCost(joined[0].plan, best) >= 1) break;
      current = joined[0].next;
      best = joined[0].plan;
    }
    return plans;
  }

  /** The disjoint parts of some groups, one pass each: dense ones first, what is subtracted then stays simple. */
  private plan(groups: readonly Group[], mask: MaskProgram): Plan {
    const ordered = [...groups].sort((a, b) => rankOf(a.layout) - rankOf(b.layout));
    const parts = ordered.map(({ layout, branches }, at): PlannedPart => {
      const taken = ordered.slice(0, at).flatMap((group) => group.branches);
      const own = groups.length === 1 ? mask : subtractBranches(this.graph, branches, taken);
      const counted = this.options.targets.map(({ tileOf }) => this.count(own, layout, tileOf(layout)!));
      return { mask: own, layout, counted };
    });
    const costs = this.options.targets.map((target, own) =>
      parts.reduce((sum, { layout, counted }, at) => {
        const state = { reads: at > 0, writes: at < parts.length - 1 };
        const { counts, tile } = counted[own];
        return sum + priceOf(counts, layout, tile, state, target.factors);
      }, 0),
    );
    return { parts, costs };
  }

  private count(mask: MaskProgram, layout: Layout, tile: TileSize): CountedPart {
    const key = `${tile.queries} ${tile.keys} ${layoutKey(layout)} ${programKey(mask)}`;
    const known = this.counted.get(key);
    if (known !== undefined) return known;
    const best = this.countAnew(mask, layout, tile);
    this.counted.set(key, best);
    return best;
  }

  private countAnew(mask: MaskProgram, layout: Layout, tile: TileSize): CountedPart {
    const isLarge = this.nominal.nq * this.nominal.nk > MOST_PAIRS;
    if (!isBoxed(layout)) {
      const isPlain = layout.name === 'plain';
      const bounds = isPlain && this.options.variants ? findRowBounds(mask, this.graph) : null;
      const counts =
        isPlain && isLarge && bounds === null
          ? countStretches(mask, tile, this.nominal)
          : countPass({ mask, layout, bounds }, tile, noBoxes, this.nominal);
      return { tile, boxes: noBoxes, counts };
    }
    const { boxes, counts, isCut } = this.chooseExtents(mask, layout, tile);
    if (!isLarge && !isCut) {
      const exact = countPass({ mask, layout, bounds: null }, tile, boxes, this.nominal);
      return { tile, boxes, counts: exact };
    }
    const visitedPairs = (counts.fullTiles + counts.partialTiles) * tile.queries * tile.keys;
    return { tile, boxes, counts: { ...counts, ...NO_DIAGONALS, visitedPairs } };
  }

  private chooseExtents(mask: MaskProgram, layout: Layout, tile: TileSize): CountedBoxes {
    const mayPad = this.options.targets.every(({ takesPaddedBoxes }) => takesPaddedBoxes === true);
    return chooseExtents(this.bound(mask), layout, { ...tile, mayPad }, this.nominal);
  }

  private bound(mask: MaskProgram): readonly BoundMask[] {
    const key = programKey(mask);
    const known = this.masks.get(key) ?? boundMasks(mask, this.nominal);
    this.masks.set(key, known);
    return known;
  }
}

function isBoxed({ queries, keys }: Layout): boolean {
  return queries.kind === 'boxes' || keys.kind === 'boxes';
}

function isSameTile(a: TileSize, b: TileSize): boolean {
  return a.queries === b.queries && a.keys === b.keys;
}

function rankOf({ strategy, queries, keys }: Layout): number {
  if (strategy === 'diagonal') return 3;
  if (strategy === 'gathered') return 2;
  return queries.kind === 'positions' && keys.kind === 'positions' ? 0 : 1;
}

/** Branches that suit one view of boxes may want boxes of other shapes: rows lie across columns. */
function separateBoxes(groups: readonly Group[]): readonly Group[] {
  return groups.flatMap(({ layout, branches }): Group[] =>
    isBoxed(layout) ? branches.map((branch) => ({ layout, branches: [branch] })) : [{ layout, branches }],
  );
}

/** Every way to join two groups, under the layout of the one or of the other. */
function joinsOf(groups: readonly Group[]): readonly (readonly Group[])[] {
  const found: (readonly Group[])[] = [];
  groups.forEach((into, a) =>
    groups.forEach((from, b) => {
      if (a === b || into.layout.strategy !== 'dense') return;
      const joined = { layout: into.layout, branches: [...into.branches, ...from.branches] };
      found.push(groups.flatMap((group, at) => (at === a ? [joined] : at === b ? [] : [group])));
    }),
  );
  return found;
}
