import { feedArrays, launchMask, launchScalars, type MaskModel } from '../runtime/mask/index.ts';
import { buildRunTable, verifyRunTable } from '../runtime/schedule/index.ts';
import { median } from './benchmark.ts';

export interface SchedulePattern {
  readonly name: string;
  readonly model: MaskModel;
}

export interface ScheduleBenchOptions {
  readonly patterns: readonly SchedulePattern[];
  /** Tokens, nq = nk; 8k, 128k and 1M unless given. */
  readonly lengths?: readonly number[];
  readonly queryTile?: number;
  readonly granularity?: number;
  /** Measurements of each pattern at each length; the median is reported. */
  readonly repeats?: number;
}

export interface ScheduleRow {
  readonly pattern: string;
  readonly tokens: number;
  /** Boxes that the descent looked at, those inside tiles too. */
  readonly visits: number;
  readonly runs: number;
  readonly partialTiles: number;
  readonly fullTiles: number;
  /** Median time of buildRunTable for head 0 of batch 0. */
  readonly milliseconds: number;
  /** Median time of launchMask and bind: derived values, binding, merging. */
  readonly bindMilliseconds: number;
  /** Visited tiles that are dead and partial tiles that are full; null where the pairs are too many to look at. */
  readonly falseTiles: number | null;
}

/** Every pair of a mask is looked at up to this length. */
const VERIFIED_LENGTH = 8192;

/**
 * Times the derivation of run tables, one length after the other. Within a length the patterns take turns, so that a
 * slow moment of the machine falls on all of them.
 *
 * @throws {Error} when a table does not hold the pairs of its mask.
 */
export async function benchSchedule(options: ScheduleBenchOptions): Promise<ScheduleRow[]> {
  const {
    patterns,
    lengths = [8192, 131072, 1048576],
    queryTile = 128,
    granularity = 128,
    repeats = 5,
  } = options;
  const rows: ScheduleRow[] = [];
  for (const tokens of lengths) {
    const times = patterns.map(() => ({ bind: [] as number[], build: [] as number[] }));
    const arrays = patterns.map(({ model }) => {
      const scalars = launchScalars(model, { batch: 1, nq: tokens, nk: tokens });
      return feedArrays(model.inputs, {}, scalars);
    });
    const measure = (at: number) => {
      const start = performance.now();
      const launched = launchMask(patterns[at].model, {
        batch: 1,
        nq: tokens,
        nk: tokens,
        arrays: arrays[at],
      });
      const bound = launched.bind(0, 0);
      const middle = performance.now();
      const shape = { nq: tokens, nk: tokens, offset: launched.offset };
      const table = buildRunTable(bound, { ...shape, queryTile, granularity });
      times[at].bind.push(middle - start);
      times[at].build.push(performance.now() - middle);
      return { bound, table, shape };
    };
    for (let repeat = 1; repeat < repeats; repeat++) {
      patterns.forEach((_, at) => measure(at));
      await nextTurn();
    }
    patterns.forEach(({ name }, at) => {
      const { bound, table, shape } = measure(at);
      const verified = tokens <= VERIFIED_LENGTH ? verifyRunTable(table, bound, shape) : null;
      if (verified && verified.problems.length > 0)
        throw new Error(`${name}, ${tokens} tokens: ${verified.problems[0]}`);
      const { visits, partialRuns, fullRuns, partialTiles, fullTiles } = table.statistics;
      rows.push({
        pattern: name,
        tokens,
        visits,
        runs: partialRuns + fullRuns,
        partialTiles,
        fullTiles,
        milliseconds: median(times[at].build),
        bindMilliseconds: median(times[at].bind),
        falseTiles: verified && verified.deadTiles + verified.fullTiles,
      });
    });
  }
  return rows;
}

/** Lets pending work of the process run between rounds. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
