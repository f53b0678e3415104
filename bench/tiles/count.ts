import type { CompiledUnit } from '../../compiler/index.ts';
import { countVisits } from '../../cli/explain/count-visits.ts';
import { launchUnit } from '../../cli/launch-unit.ts';
import type { LaunchedUnit } from '../../cli/launch-unit.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { anyDevice } from '../../cli/any-device.ts';
import { createBinder } from '../../runtime/mask/bind.ts';
import { chooseKernel } from '../../runtime/launch/choose-kernel.ts';
import { bindView } from '../../runtime/schedule/bind-view.ts';
import { buildViewTable } from '../../runtime/schedule/build-view-table.ts';
import { countFalseTiles } from '../../runtime/schedule/count-false-tiles.ts';
import { countLivePairs } from '../../runtime/schedule/count-live-pairs.ts';
import { schedulePass } from '../../runtime/schedule/schedule-pass.ts';
import { verifyViewTable } from '../../runtime/schedule/verify-view-table.ts';
import type { PassDescriptor } from '../../runtime/descriptor.ts';

/** Pairs that a compiled attention has and visits, means over its heads, in the tiles of the software target. */
export interface PairCounts {
  readonly live: number;
  readonly visited: number;
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
  let [live, visited] = [0, 0];
  const heads = samplesOf(model.heads);
  for (const head of heads) {
    for (const node of unit.graph.nodes) {
      const bound = createBinder(node.mask, mask.scalars, mask.arrays)(0, head);
      live += countLivePairs(bound, { nq, nk, offset }).pairs;
    }
    for (const pass of unit.descriptor!.passes) {
      const kernel = kernelOf(pass, nq);
      const isFine = kernel.schedule.kind === 'ranges';
      visited += countVisits({ ...pass, kernel, isFine }, launched, head).visited_pairs;
    }
  }
  return { live: live / heads.length, visited: visited / heads.length };
}

/** Partial tiles that are in truth full or empty; every pair of every tile is looked at. */
export function countFalse(unit: CompiledUnit, launched: LaunchedUnit): number {
  const { nq, nk, offset, mask, model } = launched;
  let found = 0;
  for (const head of samplesOf(model.heads)) {
    for (const pass of unit.descriptor!.passes) {
      const kernel = kernelOf(pass, nq);
      if (kernel.schedule.kind !== 'table') continue;
      const bound = createBinder(pass.mask, mask.scalars, mask.arrays)(0, head);
      if (pass.queries.kind === 'positions' && pass.keys.kind === 'positions') {
        const table = schedulePass(pass, kernel, mask, 0, head);
        if (table.kind === 'runs') found += countFalseTiles(table.table, bound, { nq, nk, offset });
        continue;
      }
      const request = { scalars: mask.scalars, nq, nk, offset, bound };
      const { tile, extents } = kernel;
      const queries = bindView(pass.queries, extents.queries, tile.queries, 'queries', request);
      const keys = bindView(pass.keys, extents.keys, tile.keys, 'keys', request);
      const views = { nq, nk, offset, queries, keys };
      const { problems, deadTiles, fullTiles } = verifyViewTable(buildViewTable(bound, views), bound, views);
      if (problems.length > 0) throw new Error(`pass ${pass.name}: ${problems[0]}`);
      found += deadTiles + fullTiles;
    }
  }
  return found;
}

function kernelOf(pass: PassDescriptor, nq: number) {
  return chooseKernel(pass, nq, anyDevice, 'software');
}

/** Some heads stand for many. */
function samplesOf(heads: number): readonly number[] {
  const count = Math.min(heads, 4);
  return Array.from({ length: count }, (_, at) => Math.floor((at * heads) / count));
}
