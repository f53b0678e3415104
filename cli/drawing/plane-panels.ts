import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import type { KernelDescriptor } from '../../runtime/kernel-descriptor.ts';
import { chooseKernels } from '../../runtime/launch/choose-kernel.ts';
import { countLivePairs } from '../../runtime/schedule/counts/count-live-pairs.ts';
import { anyDevice } from '../any-device.ts';
import { describeHeads } from '../launch-unit.ts';
import type { HeadGroup, LaunchedUnit } from '../launch-unit.ts';
import { countCells } from './panel.ts';
import type { Drawing, Panel } from './panel.ts';
import { shareOfCells } from './share-of-cells.ts';
import { visitedCells } from './visited-cells.ts';
import type { VisitingPass, Visits } from './visited-cells.ts';

/** The kernels whose tiles are drawn over the mask: those that serve the launch on an adapter without limits. */
export interface DrawnTiles {
  readonly descriptor: AttentionDescriptor;
  readonly target: KernelDescriptor['target'];
}

/** The plane of pairs, a panel for every group of heads with equal masks, in cells of `tile` x `tile` pairs. */
export function planeDrawing(unit: LaunchedUnit, tile: number, tiles: DrawnTiles | null): Drawing {
  const { nq, nk } = unit;
  const passes = tiles === null ? null : passesOf(unit, tiles);
  const scale = tile === 1 ? '' : `, cells of ${tile}`;
  return {
    title: `${unit.name}: ${nq} queries x ${nk} keys${scale}`,
    of: 'pairs',
    panels: unit.groups.map((group) => planePanel(unit, group, tile, passes)),
  };
}

function passesOf({ nq }: LaunchedUnit, { descriptor, target }: DrawnTiles): readonly VisitingPass[] {
  const kernels = chooseKernels(descriptor, nq, anyDevice, target);
  return descriptor.passes.map((pass, at) => ({ pass, kernel: kernels[at] }));
}

function planePanel(
  unit: LaunchedUnit,
  group: HeadGroup,
  tile: number,
  passes: readonly VisitingPass[] | null,
): Panel {
  const { nq, nk, offset, item, model, mask } = unit;
  const plane = { nq, nk, offset, tile };
  const shares = shareOfCells(group.bound, plane);
  const { pairs, exact } = countLivePairs(group.bound, plane);
  const visits = passes === null ? null : visitedCells(passes, mask, { item, head: group.heads[0] }, plane);
  const caption = describeHeads(group, model.heads);
  const sparsity = `sparsity ${exact ? '' : '~'}${(100 * (1 - pairs / (nq * nk))).toFixed(2)}%`;
  const scale = tile === 1 ? '' : `, cells of ${tile}`;
  const panel = {
    title: `${caption === '' ? unit.name : `${unit.name}, ${caption}`}: ${nq} queries x ${nk} keys${scale}`,
    caption,
    axes: { down: 'queries', across: 'keys' },
    rows: Math.ceil(nq / tile),
    columns: Math.ceil(nk / tile),
    shares,
    tiles: visits,
    mark: null,
  };
  const { full, partial, empty } = countCells({ ...panel, note: '' });
  const counts =
    visits === null ? `full ${full}, partial ${partial}, empty ${empty}` : describeVisits(visits, pairs);
  return { ...panel, note: `${sparsity}; ${counts}` };
}

function describeVisits({ fullTiles, partialTiles, distances, visitedPairs }: Visits, live: number): string {
  const alone = distances === 0 ? '' : `, distances ${distances}`;
  return `tiles: full ${fullTiles}, partial ${partialTiles}${alone}; visited / live ${ratio(visitedPairs, live)}`;
}

function ratio(visited: number, live: number): string {
  return live === 0 ? '-' : (visited / live).toFixed(2);
}
