import { cellOnCurve } from './forms/gilbert-curve.ts';
import { mortonCell, tiledCell } from './forms/ordered-grids.ts';
import type { Random } from './random.ts';
import { floorDiv, floorMod } from './term.ts';
import type { Environment } from './term.ts';

type Cell = readonly [y: number, x: number];
type Sizes = readonly [rows: number, columns: number];

/** How the cells of the attention's grid are numbered, and where that is said. */
export interface GridOrder {
  readonly order: keyof typeof cells;
  /** In the field `order` of the attention, or in the region. */
  readonly inField: boolean;
}

const rowMajor: CellOf = (p, [rows, columns]) =>
  p < 0 || p >= rows * columns ? null : [floorDiv(p, columns), floorMod(p, columns)];

/** The cell at a position, by the order of the grid; null where there is none. */
type CellOf = (p: number, sizes: Sizes, environment: Environment) => readonly number[] | null;

const cells = {
  row_major: rowMajor,
  'tiles(3, 2)': (p, sizes) => tiledCell(p, sizes, [3, 2]),
  'tiles(1, 4)': (p, sizes) => tiledCell(p, sizes, [1, 4]),
  morton: (p, sizes) => mortonCell(p, sizes),
  hilbert: (p, sizes) => cellOnCurve(p, sizes),
  cells: (p, sizes, environment) => {
    const numbers = (environment.arrays.cells as readonly (readonly number[])[])[environment.batch];
    return rowMajor(numbers[p] ?? -1, sizes, environment);
  },
} satisfies Record<string, CellOf>;

/** An order of the cells, none in half of all cases. */
export function generateOrder(random: Random): GridOrder | null {
  if (random.chance(0.5)) return null;
  const order = random.pick(Object.keys(cells) as GridOrder['order'][]);
  return { order, inField: random.chance(0.5) };
}

/** The lines of an attention that say what its positions are. */
export function printGrid([rows, columns]: Sizes, order: GridOrder | null): string[] {
  const inRegion = order === null || order.inField ? '' : `, order: ${order.order}`;
  const space = `over image(y: ${rows}, x: ${columns}${inRegion})`;
  return order?.inField ? [`order ${order.order}`, space] : [space];
}

/**
 * The cell of a position of the attention's grid; null where it is none. Without an order, positions outside count on.
 */
export function cellAt(environment: Environment, p: number): Cell | null {
  const { grid, order } = environment;
  if (grid === null) throw new Error('there is no grid here');
  if (order === null) return [floorDiv(p, grid[1]), floorMod(p, grid[1])];
  const cellOf: CellOf = cells[order.order];
  return cellOf(p, grid, environment) as Cell | null;
}

/** Whether a position is a cell of the attention's grid, if it has one. */
export function isCell(environment: Environment, p: number): boolean {
  const { grid, order } = environment;
  if (grid === null) return true;
  return (order === null ? rowMajor(p, grid, environment) : cellAt(environment, p)) !== null;
}

/** The coordinates of a position whose pairs are dead where it is no cell: any will do then. */
export function coordinatesAt(environment: Environment, p: number): Cell {
  return cellAt(environment, p) ?? [0, 0];
}
