import { AbstractMask } from '../../mask/abstract/abstract.ts';
import type { BoundMask } from '../../mask/bound/bound-mask.ts';
import { queryAndKey } from '../../mask/abstract/flat-mask.ts';
import { ALL, MIXED, NONE, SATURATED } from '../../mask/sets/int-set.ts';
import type { SingleBits, SingleMember } from '../../mask/abstract/single-predicate.ts';
import { usesKey, usesQuery, type StepList } from '../../mask/abstract/step-list.ts';
import { assembleRunTable } from '../table/assemble-run-table.ts';
import { isSameRow, isSparse, ListScanner } from './listed-columns.ts';
import { middleOf, RepeatedBoxes } from './repeated-boxes.ts';
import { RectangleList } from '../table/rectangle-list.ts';
import { TileRefiner } from './refine-tile.ts';
import { pushTileClasses } from './tile-classes.ts';
import { BitScanner } from './scan-bits.ts';
import type { RunTable } from '../table/run-table.ts';

export interface RunTableRequest {
  readonly nq: number;
  readonly nk: number;
  /** Position of query row 0. */
  readonly offset: number;
  /** Query rows of a tile. */
  readonly queryTile: number;
  /** Run borders are multiples of this many keys (or nk). */
  readonly granularity?: number;
}

/** Looks inside tiles are bounded by half the visits of the descent and this many more. */
const FREE_REFINEMENTS = 2 ** 16;

/** Tiles of a strip that are not looked into one by one. */
const LONG_STRIP = 16;

/** Tiles of a row between the ends of its live keys that are asked about one by one: most of them are open. */
const FEW_COLUMNS = 4;

const [QUERY, KEY] = [1 << queryAndKey.query, 1 << queryAndKey.key];

/**
 * Derives the run table of a mask by interval descent: ask the abstract reading about a box of tiles, and split the
 * longer side while the answer is open. `none` and `all` are asked about the box clipped to nq rows and nk keys; a key
 * tile that hangs over nk is never full, because a kernel reads a full tile without a mask. Where only a short list of
 * blocks is left, its members are looked up in place of splitting; boxes that repeat are looked at once.
 */
export function buildRunTable(bound: BoundMask, request: RunTableRequest): RunTable {
  const { nq, nk, offset, queryTile, granularity = 128 } = request;
  const rows = Math.ceil(nq / queryTile);
  const wholeColumns = Math.floor(nk / granularity);
  const wholeRows = Math.floor(nq / queryTile);
  const mask = new AbstractMask(bound, { queries: queryTile, keys: granularity });
  const rectangles = new RectangleList();
  const refiner = new TileRefiner(mask);
  const boxes = new RepeatedBoxes(mask, rectangles, {
    queryTile,
    granularity,
    rows: wholeRows,
    columns: wholeColumns,
  });
  const scanners = new Map<SingleBits, BitScanner>();
  const listScanners = new Map<SingleMember, ListScanner>();
  let visits = 0;
  /** Boxes of a few tiles that nothing was asked about: they count for the looks inside tiles all the same. */
  let passed = 0;

  const descend = (rowBegin: number, rowEnd: number, begin: number, end: number, known: StepList): void => {
    visits++;
    const lastRow = Math.min(nq, rowEnd * queryTile) - 1;
    let lastKey = Math.min(nk, end * granularity) - 1;
    const i0 = offset + rowBegin * queryTile;
    const i1 = offset + lastRow;
    let j0 = begin * granularity;
    const height = rowEnd - rowBegin;
    let verdict = mask.read(i0, i1, j0, lastKey, known);
    if (verdict === NONE) return;
    if (verdict === ALL) {
      // Only the last column hangs over nk, and it is asked on its own.
      rectangles.push(rowBegin, rowEnd, begin, end, end <= wholeColumns);
      return;
    }
    const open = mask.open(known);
    // Keys that a conjunct leaves out for all queries of the box are left out at once.
    const live = boxes.columns === null && end - begin > 1 ? mask.liveKeys(open) : null;
    if (live !== null) {
      begin = Math.max(begin, Math.floor(live[0] / granularity));
      end = Math.min(end, Math.floor(live[1] / granularity) + 1);
      if (end - begin < 1) return;
      if (end - begin === 1) return descend(rowBegin, rowEnd, begin, end, open);
      j0 = begin * granularity;
      lastKey = Math.min(nk, end * granularity) - 1;
    }
    const width = end - begin;
    const [onQuery, onKey] = [usesQuery(open), usesKey(open)];
    // What does not depend on the query is the same for all rows of the box: one row of tiles stands for all.
    if ((height === 1 || !onQuery) && (width === 1 || !onKey)) {
      if (verdict === MIXED && refiner.visits <= FREE_REFINEMENTS + (visits + passed) / 2) {
        verdict = refiner.refine(i0, onQuery ? i1 : i0, j0, onKey ? lastKey : j0, open);
      }
      if (verdict !== NONE)
        rectangles.push(rowBegin, rowEnd, begin, end, verdict === ALL && end <= wholeColumns);
      return;
    }
    const mixed = mask.mixedLeaves(known, 'others') || mask.mixedLeaves(known, 'all');
    // The rows of a box that is no longer than wide: the keys of each half are then cut again.
    const least = live === null ? 1 : 2;
    const splitsKeys =
      mixed === QUERY ? false : mixed === KEY || width * granularity >= least * height * queryTile;
    // Of a long strip, what is mixed across it alone is as mixed in each of its tiles.
    const isSettled =
      verdict === SATURATED ||
      (width === 1 && height >= LONG_STRIP && mask.mixedLeaves(known, 'all') === KEY) ||
      (height === 1 && width >= LONG_STRIP && mask.mixedLeaves(known, 'all') === QUERY);
    if (isSettled && rowEnd <= wholeRows && end <= wholeColumns) {
      rectangles.push(rowBegin, rowEnd, begin, end, false);
      return;
    }
    const bits = verdict === MIXED ? mask.singleBits(open) : null;
    if (bits !== null) {
      const scanner = scanners.get(bits) ?? new BitScanner(bits);
      scanners.set(bits, scanner);
      const scanned = { granularity, end: nk, mayFill: end <= wholeColumns };
      for (let row = rowBegin; row < rowEnd;) {
        visits++;
        const first = row++;
        const top = offset + first * queryTile;
        // Tiles that lie in one row of the matrix have the same runs.
        while (row < rowEnd && scanner.isOneRow(top, offset + Math.min(nq, (row + 1) * queryTile) - 1)) row++;
        const bottom = offset + Math.min(nq, row * queryTile) - 1;
        scanner.scan([top, bottom], [begin, end], scanned, rectangles, [first, row]);
      }
      return;
    }
    const listed = verdict === MIXED ? mask.singleMember(open) : null;
    if (listed && isSparse(listed, i0, i1)) {
      const lists = listScanners.get(listed) ?? new ListScanner(listed);
      listScanners.set(listed, lists);
      for (let row = rowBegin; row < rowEnd;) {
        visits++;
        const first = row++;
        const top = offset + first * queryTile;
        // Tiles of one row of the list have the same columns.
        while (row < rowEnd && isSameRow(listed, top, offset + Math.min(nq, (row + 1) * queryTile) - 1))
          row++;
        const bottom = offset + Math.min(nq, row * queryTile) - 1;
        const own = row;
        lists.scan([top, bottom], [j0, lastKey], granularity, (column, isFull) =>
          rectangles.push(first, own, column, column + 1, isFull && column < wholeColumns),
        );
      }
      return;
    }
    if (live !== null && height === 1 && width <= FEW_COLUMNS) return askTiles(rowBegin, begin, end, open);
    const byKeys = width > 1 && onKey && (height === 1 || !onQuery || splitsKeys);
    if (rowEnd <= wholeRows && end <= wholeColumns && boxes.has(height, width, open)) {
      boxes.visit(rowBegin, begin, open, () => split(rowBegin, rowEnd, begin, end, open, byKeys));
    } else split(rowBegin, rowEnd, begin, end, open, byKeys);
  };
  const split = (
    rowBegin: number,
    rowEnd: number,
    begin: number,
    end: number,
    open: StepList,
    byKeys: boolean,
  ): void => {
    if (byKeys) {
      const middle = middleOf(begin, end, boxes.columns);
      descend(rowBegin, rowEnd, begin, middle, open);
      descend(rowBegin, rowEnd, middle, end, open);
    } else {
      const middle = middleOf(rowBegin, rowEnd, boxes.rows);
      descend(rowBegin, middle, begin, end, open);
      descend(middle, rowEnd, begin, end, open);
    }
  };
  const askTiles = (row: number, begin: number, end: number, open: StepList): void => {
    if (end - begin === 1) return descend(row, row + 1, begin, end, open);
    const middle = middleOf(begin, end, null);
    if (middle - begin > 1) passed++;
    askTiles(row, begin, middle, open);
    if (end - middle > 1) passed++;
    askTiles(row, middle, end, open);
  };
  const queries = { base: offset, count: nq, tile: queryTile };
  const keys = { base: 0, count: nk, tile: granularity };
  if (!pushTileClasses(bound, mask, rectangles, queries, keys, refiner)) {
    // The ragged last column is asked on its own, so that the boxes before it hold whole tiles only.
    if (wholeColumns > 0) descend(0, rows, 0, wholeColumns, mask.everything);
    if (wholeColumns * granularity < nk) descend(0, rows, wholeColumns, wholeColumns + 1, mask.everything);
  }
  return assembleRunTable(rectangles, {
    nq,
    nk,
    queryTile,
    granularity,
    rows,
    visits: visits + refiner.visits,
  });
}
