import type { CompiledUnit } from '../../compiler/index.ts';
import { countVisits } from '../../cli/explain/count-visits.ts';
import { launchUnit } from '../../cli/launch-unit.ts';
import type { LaunchedUnit } from '../../cli/launch-unit.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { anyDevice } from '../../cli/any-device.ts';
import { createBinder } from '../../runtime/mask/normal-form/bind.ts';
import { chooseKernel } from '../../runtime/launch/choose-kernel.ts';
import { bindView } from '../../runtime/schedule/views/bind-view.ts';
import { countLivePairs } from '../../runtime/schedule/counts/count-live-pairs.ts';
import { schedulePass } from '../../runtime/schedule/schedule-pass.ts';
import type { PassTable } from '../../runtime/schedule/schedule-pass.ts';
import { tilePositions } from '../../runtime/schedule/views/tile-positions.ts';
import type { PassDescriptor } from '../../runtime/descriptor.ts';
import type { BoundView } from '../../runtime/view.ts';
import { findFalseTiles } from './inspect-tiles.ts';
import type { FalseTile } from './inspect-tiles.ts';

/** Pairs that a compiled attention has and visits, means over its heads, in the tiles of the software target. */
export interface PairCounts {
  readonly live: number;
  readonly visited: number;
  /** Whole tiles, padding counted. */
  readonly computed: number;
}

const silent: Terminal = {
  cwd: '',
  env: {},
  out: { write: () => undefined, isTerminal: false, columns: undefined },
  err: { write: () => undefined, isTerminal: false, columns: undefined },
  readStdin: () => Promise.resolve(new Uint8Array()),
};

export function launch(unit: CompiledUnit, nq: number, nk: number): LaunchedUnit {
  return launchUnit(unit, { nq, nk }, silent);
}

/** Live pairs of the attends, and what their passes visit; a pair of two attends that are merged counts twice. */
export function countPairs(unit: CompiledUnit, launched: LaunchedUnit): PairCounts {
  const { nq, nk, offset, mask, model } = launched;
  let [live, visited, computed] = [0, 0, 0];
  const heads = samplesOf(model.heads);
  for (const head of heads) {
    for (const node of unit.graph.nodes) {
      const bound = createBinder(node.mask, mask.scalars, mask.arrays)(0, head);
      live += countLivePairs(bound, { nq, nk, offset }).pairs;
    }
    for (const pass of unit.descriptor!.passes) {
      const kernel = kernelOf(pass, nq);
      const isFine = kernel.schedule.kind === 'ranges';
      const found = countVisits({ ...pass, kernel, isFine }, launched, head);
      visited += found.visited_pairs;
      computed += found.computed_pairs;
    }
  }
  const mean = (sum: number): number => sum / heads.length;
  return { live: mean(live), visited: mean(visited), computed: mean(computed) };
}

/** A partial tile that is in truth full or empty, of one head in one pass. */
export interface FalseTileOfPass extends FalseTile {
  readonly pass: string;
  readonly head: number;
}

/**
 * Partial tiles of the tables of a launch that are in truth full or empty, of all heads; those with equal masks once.
 * Kernels that compute the ranges of their rows, and diagonals, have no tables.
 */
export function listFalseTiles(unit: CompiledUnit, launched: LaunchedUnit): readonly FalseTileOfPass[] {
  const { nq, nk, offset, mask, model } = launched;
  const found: FalseTileOfPass[] = [];
  for (const pass of unit.descriptor!.passes) {
    const kernel = kernelOf(pass, nq);
    if (kernel.schedule.kind !== 'table') continue;
    const seen = new Set<PassTable>();
    const bind = createBinder(pass.mask, mask.scalars, mask.arrays);
    for (let head = 0; head < model.heads; head++) {
      const table = schedulePass(pass, kernel, mask, 0, head);
      if (table.kind !== 'runs' || seen.has(table)) continue;
      seen.add(table);
      const bound = bind(0, head);
      const { granularity } = table.table;
      const request = { scalars: mask.scalars, nq, nk, offset, bound, rows: table.rows };
      const { tile, extents } = kernel;
      const positions = {
        queries: positionsOf(
          bindView(pass.queries, extents.queries, tile.queries, 'queries', request),
          offset,
          offset + nq,
        ),
        keys: positionsOf(bindView(pass.keys, extents.keys, granularity, 'keys', request), 0, nk),
      };
      for (const tile of findFalseTiles(table.table, bound, positions))
        found.push({ pass: pass.name, head, ...tile });
    }
  }
  return found;
}

/** The positions from .. to - 1 in the tiles of a view. */
function positionsOf(view: BoundView, from: number, to: number): (tile: number) => Int32Array {
  const known = new Map<number, Int32Array>();
  const slots = new Int32Array(view.tile);
  return (tile) => {
    const kept = known.get(tile);
    if (kept !== undefined) return kept;
    tilePositions(view, tile, slots);
    const inside = slots.filter((position) => position >= from && position < to);
    known.set(tile, inside);
    return inside;
  };
}

function kernelOf(pass: PassDescriptor, nq: number) {
  return chooseKernel(pass, nq, anyDevice, 'software');
}

/** Some heads stand for many. */
function samplesOf(heads: number): readonly number[] {
  const count = Math.min(heads, 4);
  return Array.from({ length: count }, (_, at) => Math.floor((at * heads) / count));
}
