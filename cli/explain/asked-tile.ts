import type { GraphSpace } from '../../compiler/ir/graph.ts';
import { spaceView } from '../../compiler/passes/layout/space-views.ts';
import type { View } from '../../runtime/view.ts';
import { InputError } from '../failures.ts';
import type { ServedPass } from './count-visits.ts';
import type { LaunchedUnit } from '../launch-unit.ts';
import type { AskedTile } from './parse-tile.ts';

/**
 * The whole mask as one pass in such tiles.
 *
 * @throws {InputError} for a box where no region of the space has as many axes.
 */
export function askedPass(asked: AskedTile, unit: LaunchedUnit): ServedPass {
  const [queries, keys] = [productOf(asked.queries), productOf(asked.keys)];
  const { mask } = unit.model;
  const tile = { queries, keys };
  const plain: View = { kind: 'positions' };
  if (asked.queries.length === 1) {
    const kernel = { tile, extents: { queries: [], keys: [] } };
    return { mask, queries: plain, keys: plain, strategy: 'dense', kernel, isFine: true };
  }
  const space = spaceOfRank(unit.space, asked.queries.length);
  const [own, other] = [spaceView('queries', space, []), spaceView('keys', space, [])];
  return {
    mask,
    queries: own,
    keys: other,
    strategy: 'dense',
    kernel: { tile, extents: { queries: boxes(own, asked.queries), keys: boxes(other, asked.keys) } },
    isFine: false,
  };
}

function spaceOfRank(space: GraphSpace | null, rank: number): GraphSpace {
  if (space?.regions.some(({ axes }) => axes.length === rank)) return space;
  const names = space?.regions.flatMap(({ axes }) => axes.map(({ name }) => name)) ?? [];
  const found = names.length === 0 ? 'its positions have no axes' : `its axes are ${names.join(', ')}`;
  throw new InputError(`--tile has a box of ${rank} axes, and ${found}`);
}

/** The box in regions of its rank, everything along the last axis in others. */
function boxes(view: View, box: readonly number[]): readonly (readonly number[])[] {
  if (view.kind !== 'boxes') return [];
  const size = productOf(box);
  return view.regions.map(({ axes }) =>
    axes.length === box.length ? box : axes.map((_, at) => (at === axes.length - 1 ? size : 1)),
  );
}

export function productOf(factors: readonly number[]): number {
  return factors.reduce((product, factor) => product * factor, 1);
}
