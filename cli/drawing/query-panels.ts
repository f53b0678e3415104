import { RowEvaluator } from '../../runtime/mask/exact/evaluate-row.ts';
import { UsageError } from '../failures.ts';
import { describeHeads } from '../launch-unit.ts';
import type { LaunchedUnit } from '../launch-unit.ts';
import { coordinatesOf, describePlace, gridRegions } from './grid-space.ts';
import type { GridRegion } from './grid-space.ts';
import type { Drawing, Panel } from './panel.ts';

/** Slices of a grid that are drawn; those with the most live keys, and the query's own. */
const mostSlices = 24;

/** The keys that one query attends. */
interface Keys {
  /** 1 for live keys. */
  readonly live: ArrayLike<number>;
  readonly query: number;
  /** Heads and the like, before the name of a panel. */
  readonly prefix: string;
  /** Cells that a panel may have on a side. */
  readonly most: number;
}

/**
 * The keys that the query at a position attends, on the grid that positions stand for: a panel for every slice along
 * the last two axes, for every group of heads with equal masks. Positions without axes are folded into rows.
 *
 * @throws {UsageError} where no query of the launch is there.
 */
export function queryDrawing(unit: LaunchedUnit, query: number, most: number): Drawing {
  const { nq, nk, offset, groups, model, name } = unit;
  if (query < offset || query >= offset + nq) {
    const range = `${offset} to ${offset + nq - 1}`;
    throw new UsageError(`no query stands at position ${query}: this launch has those from ${range}`);
  }
  const regions = gridRegions(unit);
  const panels = groups.flatMap((group) => {
    const live = new RowEvaluator(group.bound, nk).row(query).slice();
    const prefix = groups.length === 1 ? '' : describeHeads(group, model.heads);
    return regions.flatMap((region) => regionPanels({ live, query, prefix, most }, region, nk));
  });
  return { title: `${name}: the keys of the query at ${describePlace(regions, query)}`, of: 'keys', panels };
}

function regionPanels(keys: Keys, region: GridRegion, nk: number): readonly Panel[] {
  if (region.axes.length < 2) return [foldedPanel(keys, region, nk)];
  const [down, across] = region.axes.slice(-2);
  const outer = region.axes.slice(0, -2);
  const area = down.size * across.size;
  const count = outer.reduce((product, { size }) => product * size, 1);
  const slices = Array.from({ length: count }, (_, at) => {
    const start = region.start + at * area;
    const end = Math.min(nk, start + area);
    const isOwn = keys.query >= start && keys.query < end;
    return { at, start, end, live: countLive(keys, start, end), isOwn };
  });
  const worth = slices
    .filter(({ live, isOwn }) => live > 0 || isOwn || count === 1)
    .sort((a, b) => Number(b.isOwn) - Number(a.isOwn) || b.live - a.live || a.at - b.at);
  const drawn = worth.slice(0, mostSlices).sort((a, b) => a.at - b.at);
  return drawn.map(({ start, end, live }, index) => {
    const first = coordinatesOf(region, start);
    const words = outer.map(({ name }, axis) => `${name} = ${first[axis]}`);
    const left = index === drawn.length - 1 ? worth.length - drawn.length : 0;
    return slicePanel(
      keys,
      { down, across, start, end },
      {
        caption: captionOf(keys, region, words),
        note: `${countText(live)}${left > 0 ? `; ${left} more slices` : ''}`,
      },
    );
  });
}

function countText(keys: number): string {
  return keys === 1 ? '1 key' : `${keys} keys`;
}

/** A stretch of positions, one after another in rows of equal length; cells hold several where there are too many. */
function foldedPanel(keys: Keys, region: GridRegion, nk: number): Panel {
  const { start } = region;
  const end = Math.min(nk, start + region.length);
  let cell = 1;
  while ((end - start) / cell > (keys.most * keys.most) / 2) cell *= 2;
  const cells = Math.ceil((end - start) / cell);
  let columns = 16;
  while (2 * columns <= keys.most && columns * columns < 4 * cells) columns *= 2;
  columns = Math.min(columns, cells);
  const row = `${columns * cell} positions a row${cell === 1 ? '' : `, cells of ${cell}`}`;
  const [axis] = region.axes;
  return keyPanel(keys, {
    caption: captionOf(keys, region, [axis?.name ?? (region.name === null ? 'keys' : '')]),
    note: `${countText(countLive(keys, start, end))}, ${row}`,
    axes: { down: `+${columns * cell}`, across: axis?.name ?? 'keys' },
    rows: Math.ceil(cells / columns),
    columns,
    start,
    end,
    cellOf: (position) => Math.floor((position - start) / cell),
  });
}

function countLive({ live }: Keys, start: number, end: number): number {
  let count = 0;
  for (let key = start; key < end; key++) if (live[key] !== 0) count++;
  return count;
}

function captionOf({ prefix }: Keys, { name }: GridRegion, words: readonly string[]): string {
  const place = [name ?? '', words.join(', ')].filter((word) => word !== '').join(' ');
  return [prefix, place].filter((word) => word !== '').join(': ');
}

/** A slice of a grid, in square cells of as many positions as it takes. */
function slicePanel(
  keys: Keys,
  { down, across, start, end }: { down: Axis; across: Axis; start: number; end: number },
  words: Pick<Panel, 'caption' | 'note'>,
): Panel {
  let cell = 1;
  while (Math.ceil(Math.max(down.size, across.size) / cell) > keys.most) cell *= 2;
  const columns = Math.ceil(across.size / cell);
  return keyPanel(keys, {
    caption: words.caption,
    note: cell === 1 ? words.note : `${words.note}, cells of ${cell}`,
    axes: { down: down.name, across: across.name },
    rows: Math.ceil(down.size / cell),
    columns,
    start,
    end,
    cellOf: (position) => {
      const [y, x] = [Math.floor((position - start) / across.size), (position - start) % across.size];
      return Math.floor(y / cell) * columns + Math.floor(x / cell);
    },
  });
}

type Axis = GridRegion['axes'][number];

/** The keys start .. end - 1 by the cells that hold them. */
function keyPanel(
  { live, query }: Keys,
  grid: Pick<Panel, 'caption' | 'note' | 'axes' | 'rows' | 'columns'> & {
    readonly start: number;
    readonly end: number;
    readonly cellOf: (position: number) => number;
  },
): Panel {
  const { caption, note, axes, rows, columns, start, end, cellOf } = grid;
  const [found, all] = [new Uint32Array(rows * columns), new Uint32Array(rows * columns)];
  for (let key = start; key < end; key++) {
    all[cellOf(key)]++;
    if (live[key] !== 0) found[cellOf(key)]++;
  }
  const own = query >= start && query < end ? cellOf(query) : null;
  return {
    title: `${caption}, ${note}`,
    caption,
    note,
    axes,
    rows,
    columns,
    shares: Float32Array.from(found, (count, at) => (all[at] === 0 ? 0 : count / all[at])),
    tiles: null,
    mark: own === null ? null : { row: Math.floor(own / columns), column: own % columns },
  };
}
