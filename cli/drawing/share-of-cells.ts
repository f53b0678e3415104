import { RowEvaluator } from '../../runtime/mask/exact/evaluate-row.ts';
import { evaluateBound } from '../../runtime/mask/exact/evaluate.ts';
import type { BoundMask } from '../../runtime/mask/bound/bound-mask.ts';
import { buildRunTable } from '../../runtime/schedule/descent/build-run-table.ts';
import { expandTable } from '../../runtime/schedule/table/run-table.ts';

/** The plane of pairs in cells of `tile` x `tile`, less at the right and lower border. */
export interface Plane {
  readonly nq: number;
  readonly nk: number;
  /** Position of query row 0. */
  readonly offset: number;
  readonly tile: number;
}

/** Planes of at most so many pairs are asked pair by pair. */
const mostAsked = 2 ** 24;
/** Blocks that a large plane is cut into, and pairs that are asked inside of the partial ones. */
const mostBlocks = 2 ** 20;
const mostSamples = 2 ** 20;

/**
 * The live share of every cell, row-major. Small planes are asked pair by pair. Of large ones the schedule of blocks of
 * a part of a cell is taken: full and dead blocks are known, in partial ones some pairs are asked; a share that is not
 * known to be 0 or 1 stays between.
 */
export function shareOfCells(bound: BoundMask, plane: Plane): Float32Array {
  return plane.nq * plane.nk <= mostAsked ? askedShares(bound, plane) : scheduledShares(bound, plane);
}

function askedShares(bound: BoundMask, { nq, nk, offset, tile }: Plane): Float32Array {
  const columns = Math.ceil(nk / tile);
  const shares = new Float32Array(Math.ceil(nq / tile) * columns);
  const evaluator = new RowEvaluator(bound, nk);
  const counts = new Uint32Array(columns);
  for (let top = 0; top < nq; top += tile) {
    const height = Math.min(tile, nq - top);
    counts.fill(0);
    for (let row = top; row < top + height; row++) {
      const live = evaluator.row(row + offset);
      for (let key = 0; key < nk; key++) if (live[key] !== 0) counts[Math.floor(key / tile)]++;
    }
    counts.forEach((count, column) => {
      const area = height * Math.min(tile, nk - column * tile);
      shares[(top / tile) * columns + column] = betweenUnless(count / area, count === 0, count === area);
    });
  }
  return shares;
}

function scheduledShares(bound: BoundMask, { nq, nk, offset, tile }: Plane): Float32Array {
  let block = tile;
  while (block % 2 === 0 && (2 * nq * 2 * nk) / (block * block) <= mostBlocks && tile / block < 8) block /= 2;
  const request = { nq, nk, offset, queryTile: block, granularity: block };
  const table = expandTable(buildRunTable(bound, request));
  const samples = Math.min(16, Math.max(1, Math.floor(mostSamples / (table.statistics.partialTiles + 1))));
  const columns = Math.ceil(nk / tile);
  const cells = Math.ceil(nq / tile) * columns;
  const [live, open] = [new Float64Array(cells), new Uint8Array(cells)];
  for (let row = 0; row < table.rows; row++) {
    const [top, bottom] = [row * block, Math.min(nq, (row + 1) * block)];
    for (let run = table.starts[2 * row]; run < table.starts[2 * row + 2]; run++) {
      const isFull = run >= table.starts[2 * row + 1];
      for (let left = table.runs[2 * run]; left < table.runs[2 * run + 1]; left += block) {
        const right = Math.min(nk, left + block);
        const cell = Math.floor(top / tile) * columns + Math.floor(left / tile);
        const share = isFull
          ? 1
          : sampledShare(bound, { top: top + offset, bottom: bottom + offset, left, right }, samples);
        live[cell] += share * (bottom - top) * (right - left);
        if (!isFull) open[cell] = 1;
      }
    }
  }
  return Float32Array.from(live, (pairs, cell) => {
    const height = Math.min(tile, nq - Math.floor(cell / columns) * tile);
    const share = pairs / (height * Math.min(tile, nk - (cell % columns) * tile));
    return betweenUnless(share, pairs === 0 && open[cell] === 0, share >= 1 && open[cell] === 0);
  });
}

interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Of pairs spread by the R2 sequence (Roberts, 2018), so that diagonals and columns are met in proportion. */
function sampledShare(bound: BoundMask, { top, bottom, left, right }: Box, samples: number): number {
  let live = 0;
  for (let at = 1; at <= samples; at++) {
    const i = top + Math.floor(((0.5 + at * 0.7548776662466927) % 1) * (bottom - top));
    const j = left + Math.floor(((0.5 + at * 0.5698402909980532) % 1) * (right - left));
    if (evaluateBound(bound, i, j)) live++;
  }
  return live / samples;
}

/** 0 and 1 are said only of what is known to be so. */
function betweenUnless(share: number, isNone: boolean, isAll: boolean): number {
  if (isNone) return 0;
  return isAll ? 1 : Math.min(0.999, Math.max(0.001, share));
}
