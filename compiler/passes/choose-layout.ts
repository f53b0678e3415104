import type { Attend, Graph } from '../ir/graph.ts';
import type { Alternative, PassCost, Schedule, ScheduledPass } from '../ir/schedule.ts';
import type { Extents } from '../../runtime/view.ts';
import type { LayoutTarget } from './layout/layout-target.ts';
import type { NominalLaunch, PlanSizes } from './layout/nominal-launch.ts';
import { nominalLaunch } from './layout/nominal-launch.ts';
import { PlanSearch } from './layout/plan-search.ts';
import type { Plan, PlannedPart } from './layout/plan-search.ts';
import { plainPass } from './schedule-plainly.ts';

export interface LayoutOptions {
  /** Classes of devices that the plan is for; what `explain` prints is in the tiles of the first. */
  readonly targets: readonly LayoutTarget[];
  /** Try other views than positions, and other strategies than dense tiles. */
  readonly layouts: boolean;
  /** Split masks into passes. */
  readonly split: boolean;
  /** Kernels may find their key tiles by row bounds. */
  readonly variants: boolean;
  /** Sizes to choose for; by default sizes that suit the mask. */
  readonly planFor?: PlanSizes | null;
}

/** A plan must be so much cheaper than plain tiles to be taken. */
const WORTHWHILE = 0.95;
/** Plans that are kept for `explain`. */
const MOST_ALTERNATIVES = 6;

/**
 * Decides into which passes every attend is split, in which views and with which strategy each computes its part: the
 * plan that is cheapest at nominal sizes by the cost model, on the target that gains least. Where nothing can be counted,
 * tiles stay plain, and the alternative says why.
 */
export function chooseLayout(plain: Schedule, options: LayoutOptions): Schedule {
  const { graph } = plain;
  if (!options.layouts && !options.split) return plain;
  const nominal = nominalLaunch(graph, options.planFor);
  if (typeof nominal === 'string') {
    return { ...plain, alternatives: [uncounted(`nothing was counted: ${nominal}`)] };
  }
  const search = new PlanSearch(graph, nominal, options);
  const chosen = graph.nodes.map((attend) => choosePlan(search, attend));
  const parts = chosen.flatMap(({ plan }, branch) =>
    plan.parts.map((part) => ({ part, branch, isOnly: plan.parts.length === 1 })),
  );
  return {
    kind: 'schedule',
    graph,
    passes: withState(
      graph,
      parts.map(({ part, branch, isOnly }) => scheduledPass(graph, branch, part, isOnly, search)),
    ),
    alternatives: [
      ...chosen.flatMap(({ plans, plan, plain: base }, branch) =>
        alternativesOf(search, plans, plan, base, nominal, graph.nodes[branch].name),
      ),
      ...unservedAlternatives(search, graph, nominal),
    ],
  };
}

interface Choice {
  readonly plans: readonly Plan[];
  readonly plan: Plan;
  readonly plain: Plan;
}

function choosePlan(search: PlanSearch, { mask }: Attend): Choice {
  const plans = search.search(mask);
  const plain = plans.find(isPlain)!;
  const [best] = plans;
  const plan = search.relativeCost(best, plain) <= WORTHWHILE ? best : plain;
  return { plans, plan, plain };
}

function isPlain({ parts }: Plan): boolean {
  return parts.length === 1 && parts[0].layout.name === 'plain';
}

function scheduledPass(
  graph: Graph,
  branch: number,
  part: PlannedPart,
  isOnly: boolean,
  search: PlanSearch,
): ScheduledPass {
  const plain = plainPass(graph, branch);
  const { strategy, name } = part.layout;
  return {
    ...plain,
    name: isOnly ? plain.name : passName(graph.nodes[branch].name, name),
    mask: part.mask,
    strategy,
    ...search.arrange(part),
  };
}

/** An identifier out of the name of a layout. */
function passName(branch: string, layout: string): string {
  const words = [branch, layout].filter((word) => word !== '').join(' ');
  return words.replaceAll(/[^A-Za-z0-9]+/g, '_').toLowerCase();
}

/** The passes of one softmax hand the state on, the last of them finishes the rows. */
function withState(graph: Graph, passes: readonly ScheduledPass[]): readonly ScheduledPass[] {
  const groupOf = ({ branch }: ScheduledPass) => (graph.combine === 'concat' ? branch : 0);
  const used = new Map<string, number>();
  return passes.map((pass, at) => {
    const reads = at > 0 && groupOf(passes[at - 1]) === groupOf(pass);
    const writes = at + 1 < passes.length && groupOf(passes[at + 1]) === groupOf(pass);
    const count = (used.get(pass.name) ?? 0) + 1;
    used.set(pass.name, count);
    return { ...pass, name: count === 1 ? pass.name : `${pass.name}_${count}`, state: { reads, writes } };
  });
}

function uncounted(reason: string): Alternative {
  return { name: 'plain', sizes: { nq: 0, nk: 0 }, passes: [], cost: 0, reason };
}

function alternativesOf(
  search: PlanSearch,
  plans: readonly Plan[],
  chosen: Plan,
  plain: Plan,
  nominal: NominalLaunch,
  attend: string,
): readonly Alternative[] {
  const others = plans.filter((plan) => plan !== chosen);
  const kept = [chosen, ...others.slice(0, MOST_ALTERNATIVES - 1)];
  if (!kept.includes(plain)) kept.push(plain);
  const seen = new Set<string>();
  return kept.flatMap((plan): Alternative[] => {
    const name = planName(plan);
    if (seen.has(name)) return [];
    seen.add(name);
    return [
      {
        name: attend === '' ? name : `${attend}: ${name}`,
        sizes: { nq: nominal.nq, nk: nominal.nk },
        passes: plan.parts.map(passCost),
        cost: plan.costs[0],
        reason:
          plans.length === 1 ? 'chosen: nothing else was tried' : reasonFor(search, plan, chosen, plain),
      },
    ];
  });
}

/** Layouts that no kernel of some class of devices has room for: a larger tile table might. */
function unservedAlternatives(
  { unserved }: PlanSearch,
  { dim, dimV }: Graph,
  { nq, nk }: NominalLaunch,
): readonly Alternative[] {
  const sizes = dim === dimV ? `dim ${dim}` : `dim ${dim} and dim_v ${dimV}`;
  return [...unserved].map(([name, target]) => ({
    name,
    sizes: { nq, nk },
    passes: [],
    cost: 0,
    reason: `not planned: no tile of "${target}" has room for it at ${sizes}; smaller tiles or more workgroup storage would`,
  }));
}

function planName({ parts }: Plan): string {
  return parts.map(({ layout }) => layout.name).join(' + ');
}

function reasonFor(search: PlanSearch, plan: Plan, chosen: Plan, plain: Plan): string {
  const gain = 1 / search.relativeCost(plan, plain);
  if (plan === chosen) {
    return plan === plain
      ? 'chosen: no other layout is predicted to gain 5 % or more'
      : `chosen: predicted ${gain.toFixed(2)}x over plain tiles`;
  }
  const factor = search.relativeCost(plan, chosen);
  if (!Number.isFinite(factor)) return 'not counted: its axes depend on each other, and there are many tiles';
  if (factor < 1) return `predicted to gain less than 5 % over plain tiles`;
  return `predicted ${factor.toFixed(2)}x the time of the chosen plan`;
}

/** In the tiles of the first target. */
function passCost({ layout, counted }: PlannedPart): PassCost {
  const [{ tile, boxes, counts }] = counted;
  return {
    name: layout.name,
    strategy: layout.strategy,
    tile: { queries: boxText(boxes.queries, tile.queries), keys: boxText(boxes.keys, tile.keys) },
    livePairs: null,
    visitedPairs: counts.visitedPairs,
    fullTiles: counts.fullTiles,
    partialTiles: counts.partialTiles,
  };
}

/** `32` or `(2, 4, 4)`: the box of the regions with the most axes. */
function boxText(extents: Extents, size: number): string {
  const [largest] = [...extents].sort((a, b) => b.length - a.length);
  return largest === undefined || largest.length === 1 ? String(size) : `(${largest.join(', ')})`;
}
