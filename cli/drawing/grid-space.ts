import { evaluateProgram } from '../../runtime/mask/exact/evaluate.ts';
import { UsageError } from '../failures.ts';
import type { LaunchedUnit } from '../launch-unit.ts';

/** A region of positions with its sizes known; without axes where they are no grid, or numbered in another order. */
export interface GridRegion {
  readonly name: string | null;
  readonly start: number;
  readonly length: number;
  /** Row-major, the last runs fastest. */
  readonly axes: readonly { readonly name: string; readonly size: number }[];
}

/** The regions of a launch that have positions; one over all keys where the positions are a plain sequence. */
export function gridRegions({ space, mask, nk }: LaunchedUnit): readonly GridRegion[] {
  if (space === null) return [{ name: null, start: 0, length: nk, axes: [] }];
  const symbols = mask.scalars;
  const regions = space.regions.map(({ name, start, length, axes }) => ({
    name,
    start: evaluateProgram(start, { symbols }),
    length: evaluateProgram(length, { symbols }),
    axes: axes.map((axis) => ({ name: axis.name, size: evaluateProgram(axis.size, { symbols }) })),
  }));
  return regions.filter(({ start, length }) => length > 0 && start < nk);
}

/** `(2, 3)` in a region of two axes, `video: t = 1, h = 2, w = 3` as a title. */
export function describePlace(regions: readonly GridRegion[], position: number): string {
  const region = regions.find(({ start, length }) => position >= start && position < start + length);
  if (region === undefined) return `position ${position}`;
  const at = coordinatesOf(region, position);
  const words = region.axes.map((axis, index) => `${axis.name} = ${at[index]}`);
  const place = words.length === 0 ? `${position - region.start}` : words.join(', ');
  if (region.name === null)
    return words.length === 0 ? `position ${position}` : `${place} (position ${position})`;
  return `${region.name} ${place} (position ${position})`;
}

/** The coordinates of a position of the region. */
export function coordinatesOf({ start, axes }: GridRegion, position: number): readonly number[] {
  let rest = position - start;
  const found: number[] = [];
  for (const { size } of [...axes].reverse()) {
    found.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return found;
}

/**
 * The position that `--at` names: `(y, x)` or `y,x`, with the name of the region before it where several have so many
 * axes.
 *
 * @throws {UsageError} where no cell is called so.
 */
export function positionAt(text: string, regions: readonly GridRegion[]): number {
  const match = /^\s*([A-Za-z_]\w*)?\s*\(?\s*(\d+(?:\s*,\s*\d+)*)\s*\)?\s*$/.exec(text);
  if (match === null) throw new UsageError(`--at takes the coordinates of a cell, (y, x), not "${text}"`);
  const [, name, list] = match;
  const at = list.split(',').map(Number);
  const fitting = regions.filter(
    (region) => region.axes.length === at.length && (name === undefined || region.name === name),
  );
  if (fitting.length !== 1) throw new UsageError(`--at "${text}": ${placesOf(fitting, regions, at.length)}`);
  const [{ axes, start }] = fitting;
  let position = 0;
  axes.forEach(({ name: axis, size }, index) => {
    if (at[index] >= size) throw new UsageError(`--at "${text}": ${axis} is at most ${size - 1}`);
    position = position * size + at[index];
  });
  return start + position;
}

function placesOf(fitting: readonly GridRegion[], regions: readonly GridRegion[], count: number): string {
  if (fitting.length > 1) {
    return `several regions have ${count} axes: write ${fitting.map(({ name }) => `"${name}(…)"`).join(' or ')}`;
  }
  const grids = regions.filter(({ axes }) => axes.length > 0);
  if (grids.length === 0)
    return 'the positions are no grid that is numbered row by row (they are a sequence, bands, follow an order, or queries and keys have spaces of their own); --query takes a position';
  const shapes = grids.map(({ name, axes }) => `${name ?? ''}(${axes.map((axis) => axis.name).join(', ')})`);
  return `there is no such cell; the grid is ${shapes.join(' + ')}`;
}
