import type { CudaLaunchPass } from '../launch/prepare-cuda-launch.ts';

type Work = Pick<CudaLaunchPass, 'kernel' | 'work'>;

/**
 * What it takes, in key tiles, to begin a tile of queries in a new block (the launch, signals, the first copies) and in
 * one that has copied ahead. Estimates: 3 us and 1 us beside the 1.6 us that a tile of 128 x 128 takes at dim 128.
 */
export const NEW_BLOCK = 2;
const NEXT_ITEM = 0.5;
/** Beyond so many tiles of queries the end of a launch hardly counts. */
const SIMULATED = 50_000;

/**
 * The blocks of a launch. A persistent kernel walks any number of items a block: it gets as many blocks as the device
 * holds, which take turns in a fixed order, or a block for each item, which the device hands out as others end. The
 * first saves the beginning of blocks; the second is better where a few tiles of queries visit far more keys than the
 * others, so that whoever has them should have nothing else.
 */
export function chooseBlocks(
  { kernel, work }: Work,
  multiprocessors: number,
): readonly [x: number, y: number] {
  const { queryTiles, grid, tiles } = work;
  if (kernel.grid.kind === 'tiles') return [queryTiles, grid];
  const items = queryTiles * grid;
  const places = kernel.grid.blocksPerUnit * multiprocessors;
  if (items <= places || tiles === null) return [Math.min(items, places), 1];
  const weights = weightsOf({ queryTiles, grid, tiles });
  return [timeInTurns(weights, places) <= timeHandedOut(weights, places) ? places : items, 1];
}

/** Key tiles of every item in the order of items (but for sections of heads): the x-th tiles of all heads together. */
function weightsOf({ queryTiles, grid, tiles }: Work['work'] & { tiles: object }): Uint32Array {
  const weights = new Uint32Array(queryTiles * grid);
  for (let y = 0; y < grid; y++) {
    const visits = tiles.visits[tiles.tableOf[y]];
    for (let x = 0; x < queryTiles; x++) weights[x * grid + y] = visits[x];
  }
  return weights;
}

/** There and back: `Items` of the emitted text. */
function timeInTurns(weights: Uint32Array, places: number): number {
  const loads = new Float64Array(places).fill(NEW_BLOCK);
  weights.forEach((weight, item) => {
    const [round, place] = [Math.floor(item / places), item % places];
    loads[round % 2 === 0 ? place : places - 1 - place] += weight + NEXT_ITEM;
  });
  return loads.reduce((most, load) => Math.max(most, load), 0);
}

/** Every item goes where the least has been. */
function timeHandedOut(weights: Uint32Array, places: number): number {
  if (weights.length > SIMULATED) {
    const sum = weights.reduce((total, weight) => total + weight + NEW_BLOCK, 0);
    return Math.max(sum / places, NEW_BLOCK + weights.reduce((most, weight) => Math.max(most, weight), 0));
  }
  // A heap with the least load on top.
  const loads = new Float64Array(places);
  for (const weight of weights) {
    const load = loads[0] + weight + NEW_BLOCK;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child + 1 < places && loads[child + 1] < loads[child]) child++;
      if (child >= places || loads[child] >= load) break;
      loads[at] = loads[child];
      at = child;
    }
    loads[at] = load;
  }
  return loads.reduce((most, load) => Math.max(most, load), 0);
}
