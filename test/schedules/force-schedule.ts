import type { TargetTable } from '../../compiler/index.ts';
import type { Graph } from '../../compiler/ir/graph.ts';
import type { Schedule, ScheduledPass, TileBoxes } from '../../compiler/ir/schedule.ts';
import { tileSizes } from '../../compiler/passes/plan-kernels.ts';
import type { MaskProgram } from '../../runtime/mask/program/nodes.ts';
import type { View } from '../../runtime/view.ts';
import type { Random } from '../fuzz/random.ts';
import { randomExtents, randomParts, randomView } from './random-views.ts';
import { splitMask } from './split-mask.ts';

/**
 * A schedule that no cost model would choose: the mask of every attend in up to three parts, each in views and with a
 * strategy of its own. Every such schedule computes what the plain one does.
 */
export function forceSchedule(graph: Graph, targets: readonly TargetTable[], random: Random): Schedule {
  return forceOnTiles(graph, tileSizes(graph, targets), random, true);
}

/** The same for kernels that have tiles of these sizes, with boxes of fewer slots where kernels know of them. */
export function forceOnTiles(
  graph: Graph,
  sizes: readonly { readonly queries: number; readonly keys: number }[],
  random: Random,
  mayPad = false,
): Schedule {
  const passes = graph.nodes.flatMap(({ mask }, branch) => {
    const parts = splitMask(mask, random.pick([1, 1, 2, 3]), random);
    return parts.map((part, at) => ({
      ...forcePass(graph, part, { sizes, mayPad }, random),
      name: `p${branch}${at}`,
      branch,
      state: stateOf(graph, branch, at, parts.length),
      column: graph.combine === 'concat' ? branch * graph.dimV : 0,
    }));
  });
  return { kind: 'schedule', graph, passes, alternatives: [] };
}

/** Branches that are merged share one softmax with all their parts; others have one each. */
function stateOf(
  { combine, nodes }: Graph,
  branch: number,
  part: number,
  parts: number,
): ScheduledPass['state'] {
  const [first, last] = [part === 0, part === parts - 1];
  return combine === 'merge'
    ? { reads: !first || branch > 0, writes: !last || branch < nodes.length - 1 }
    : { reads: !first, writes: !last };
}

type Forced = Pick<ScheduledPass, 'mask' | 'queries' | 'keys' | 'strategy' | 'shapes'>;

function forcePass(
  graph: Graph,
  mask: MaskProgram,
  {
    sizes,
    mayPad,
  }: {
    readonly sizes: readonly { readonly queries: number; readonly keys: number }[];
    readonly mayPad: boolean;
  },
  random: Random,
): Forced {
  const parameters = graph.launch.flatMap(({ name, type, min }) =>
    type === 'int' && min >= 1 ? [name] : [],
  );
  const queries = randomView('queries', parameters, random);
  const strategy = random.pick(['dense', 'dense', 'dense', 'gathered', 'diagonal'] as const);
  const keys: View =
    strategy === 'dense'
      ? randomView('keys', parameters, random)
      : { kind: strategy === 'gathered' ? 'list' : 'positions' };
  const shapes = sizes.map((tile): TileBoxes => ({
    ...tile,
    extents: {
      queries: extentsOf(queries, tile.queries, mayPad, random),
      keys: extentsOf(keys, tile.keys, mayPad, random),
    },
  }));
  if (strategy === 'diagonal' || !random.chance(0.25)) return { mask, queries, keys, strategy, shapes };
  const plain: View = { kind: 'positions' };
  const parted = { queries: randomParts(random), keys: strategy === 'gathered' ? keys : plain };
  return { mask, ...parted, strategy, shapes: [] };
}

function extentsOf(
  view: View,
  slots: number,
  mayPad: boolean,
  random: Random,
): readonly (readonly number[])[] {
  if (view.kind !== 'boxes') return [];
  return view.regions.map(({ axes }) => randomExtents(axes.length, slots, mayPad, random));
}
