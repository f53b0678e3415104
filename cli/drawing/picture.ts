/** What a cell of a drawing holds: no live pair, some, or only live pairs. */
export type Cell = 'empty' | 'partial' | 'full';

/** A mask at the scale of a drawing: one cell is `tile` x `tile` pairs, less at the right and lower border. */
export interface Picture {
  /** Which heads the picture stands for: `head 3`, `heads 0-3`; empty where the mask is the same for all. */
  readonly caption: string;
  readonly nq: number;
  readonly nk: number;
  readonly tile: number;
  /** Rows of cells: ceil(nq / tile) x ceil(nk / tile). */
  readonly cells: readonly (readonly Cell[])[];
  /** Live pairs over all pairs, 0 to 1. */
  readonly density: number;
}

/** Looks at every pair; `liveRow` gives the liveness of every key for a query row (not a position). */
export function pictureOf(
  size: { readonly nq: number; readonly nk: number; readonly tile: number; readonly caption: string },
  liveRow: (row: number) => ArrayLike<number | boolean>,
): Picture {
  const { nq, nk, tile } = size;
  const columns = Math.ceil(nk / tile);
  const cells: Cell[][] = [];
  let live = 0;
  for (let top = 0; top < nq; top += tile) {
    const height = Math.min(tile, nq - top);
    const counts = new Uint32Array(columns);
    for (let row = top; row < top + height; row++) {
      const keys = liveRow(row);
      for (let key = 0; key < nk; key++) if (keys[key]) counts[Math.floor(key / tile)]++;
    }
    cells.push(Array.from(counts, (count, at) => cellOf(count, height * Math.min(tile, nk - at * tile))));
    for (const count of counts) live += count;
  }
  return { ...size, cells, density: nq * nk === 0 ? 0 : live / (nq * nk) };
}

function cellOf(live: number, pairs: number): Cell {
  return live === 0 ? 'empty' : live === pairs ? 'full' : 'partial';
}

export function countCells(picture: Picture): Record<Cell, number> {
  const counts = { empty: 0, partial: 0, full: 0 };
  for (const line of picture.cells) for (const cell of line) counts[cell]++;
  return counts;
}

/** `93.75%`: what the mask leaves out. */
export function sparsityText(picture: Picture): string {
  return `${(100 * (1 - picture.density)).toFixed(2)}%`;
}
