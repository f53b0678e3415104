import { NEW_BLOCK } from './choose-blocks.ts';
import type { ChooseParts } from '../launch/prepare-cuda-launch.ts';

/** What the kernels of a pass would do, whole. Work is counted in tiles of keys. */
export interface WholeWork {
  /** Tiles of queries of all heads: blocks of a launch. */
  readonly items: number;
  /** Blocks that the device holds at a time. */
  readonly places: number;
  /** Tiles of keys of the tile of queries that visits most. */
  readonly longest: number;
  /** What it takes to leave the state of a tile of queries and to read it again. */
  readonly state: number;
}

/** The launch that merges, and what it reads of each part: estimates in tiles of keys, like NEW_BLOCK. */
const MERGE = 3;
const EACH_PART = 0.1;

/**
 * Into how many parts each tile of queries is cut, so that a device is not idle where tiles are few; 1 where that gains
 * less than a fifth. Estimated is the time of the tile with most keys: rounds of blocks, each of which takes a part, and
 * the merge (https://pytorch.org/blog/flash-decoding). Of parts that take as long, the fewest.
 */
export function chooseParts({ items, places, longest, state }: WholeWork): number {
  const timeOf = (parts: number): number =>
    Math.ceil((items * parts) / places) *
      (NEW_BLOCK + Math.ceil(longest / parts) + (parts === 1 ? 0 : state)) +
    (parts === 1 ? 0 : MERGE + EACH_PART * parts);
  const most = items < places ? Math.min(longest, Math.ceil((2 * places) / items)) : 1;
  let best = 1;
  for (let parts = 2; parts <= most; parts++) if (timeOf(parts) < timeOf(best)) best = parts;
  return timeOf(best) < 0.8 * timeOf(1) ? best : 1;
}

/** The choice for a device of so many multiprocessors. Rows are looked at only where tiles of queries leave some idle. */
export function partsOn(multiprocessors: number): ChooseParts {
  return (kernel, items, longest) => {
    const places = (kernel.parts?.blocksPerUnit ?? 0) * multiprocessors;
    // A row of the state, four bytes an element written and read, is twice as long as a row of k and one of v.
    const state = (2 * kernel.tile.queries) / kernel.tile.keys;
    return items < places ? chooseParts({ items, places, longest: longest(), state }) : 1;
  };
}
