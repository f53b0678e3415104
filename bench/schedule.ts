import { feedArrays, launchMask, launchScalars, type MaskModel } from '../runtime/mask/index.ts';
import type { BoundMask } from '../runtime/mask/bound/bound-mask.ts';
import { buildRunTable, countFalseTiles, verifyRunTable, type RunTable } from '../runtime/schedule/index.ts';
import { median } from './benchmark.ts';

export interface SchedulePattern {
  readonly name: string;
  readonly model: MaskModel;
}

export interface ScheduleBenchOptions {
  readonly patterns: readonly SchedulePattern[];
  /** nq = nk. */
  readonly tokens: number;
  /** Measurements of each pattern for the median, at most. */
  readonly repeats: number;
}

/** Processor time in milliseconds, of all threads: the collector of garbage counts, other processes do not. */
export interface ScheduleRow {
  readonly pattern: string;
  readonly tokens: number;
  /** Different masks of one batch entry: heads with equal masks share a table. */
  readonly masks: number;
  /** Median of launchMask, bind and buildRunTable for the mask that takes longest: from arrays to its run table. */
  readonly milliseconds: number;
  /** The part of it that is launchMask and bind. */
  readonly bindMilliseconds: number;
  /** Median of launchMask, bind for every head and buildRunTable for every mask: what a plan does on the host. */
  readonly planMilliseconds: number;
  /** Boxes that the descent looked at, those inside tiles too. */
  readonly visits: number;
  readonly runs: number;
  readonly partialTiles: number;
  readonly fullTiles: number;
  /** Visited tiles that are dead and partial tiles that are full; null where it takes too long to look. */
  readonly falseTiles: number | null;
}

const queryTile = 128;
const granularity = 128;

/** The tiles that a table calls partial are looked into up to this length. */
const INSPECTED_LENGTH = 8192;

/** Milliseconds after which no further round of a pattern begins. */
export const ROUNDS_BUDGET = 1000;

/** Tables of this length are checked against every pair. */
const VERIFIED_LENGTH = 1000;

interface Measurement {
  readonly bind: number;
  /** By head: launchMask, bind and its table; heads with the mask of an earlier one are left out. */
  readonly heads: readonly number[];
  readonly plan: number;
  readonly bound: BoundMask;
  readonly table: RunTable;
  readonly offset: number;
  readonly masks: number;
}

/**
 * Times the derivation of run tables. The patterns take turns, so that a slow moment of the machine falls on all of
 * them. Of the slow ones there are fewer rounds, see {@link ROUNDS_BUDGET}.
 */
export async function benchSchedule({
  patterns,
  tokens,
  repeats,
}: ScheduleBenchOptions): Promise<ScheduleRow[]> {
  const measured: Measurement[][] = patterns.map(() => []);
  const arrays = patterns.map(({ model }) => defaultArrays(model, tokens));
  for (let repeat = 0; repeat < repeats; repeat++) {
    patterns.forEach(({ model }, at) => {
      const spent = measured[at].reduce((total, { plan }) => total + plan, 0);
      if (repeat === 0 || spent < ROUNDS_BUDGET) measured[at].push(measurePlan(model, arrays[at], tokens));
    });
    await nextTurn();
  }
  return patterns.map(({ name }, at) => {
    const { bound, table, offset, masks } = measured[at][0];
    const { visits, partialRuns, fullRuns, partialTiles, fullTiles } = table.statistics;
    const medianOf = (part: (measurement: Measurement) => number) => median(measured[at].map(part));
    return {
      pattern: name,
      tokens,
      masks,
      milliseconds: slowestOf(measured[at].map(({ heads }) => heads)),
      bindMilliseconds: medianOf(({ bind }) => bind),
      planMilliseconds: medianOf(({ plan }) => plan),
      visits,
      runs: partialRuns + fullRuns,
      partialTiles,
      fullTiles,
      falseTiles:
        tokens <= INSPECTED_LENGTH ? countFalseTiles(table, bound, { nq: tokens, nk: tokens, offset }) : null,
    };
  });
}

/** The largest of the medians of columns: a slow moment falls on another head in every round. */
export function slowestOf(rounds: readonly (readonly number[])[]): number {
  return Math.max(...rounds[0].map((_, head) => median(rounds.map((times) => times[head]))));
}

/** One mask: launchMask, bind and buildRunTable for the first head. */
export function measureFirst(model: MaskModel, arrays: ReturnType<typeof defaultArrays>, tokens: number) {
  const start = processorTime();
  const launched = launchMask(model, { batch: 1, nq: tokens, nk: tokens, arrays });
  const request = { nq: tokens, nk: tokens, offset: launched.offset, queryTile, granularity };
  const bound = launched.bind(0, 0);
  const bind = processorTime() - start;
  const table = buildRunTable(bound, request);
  return { launched, request, bound, table, bind, first: processorTime() - start };
}

/** One plan: that of the first head, then the tables of the masks of the others. */
function measurePlan(
  model: MaskModel,
  arrays: ReturnType<typeof defaultArrays>,
  tokens: number,
): Measurement {
  const start = processorTime();
  const { launched, request, bound, table, bind, first } = measureFirst(model, arrays, tokens);
  const masks = new Set([bound]);
  const heads = [first];
  for (let head = 1; head < model.heads; head++) {
    const begin = processorTime();
    const other = launched.bind(0, head);
    if (masks.has(other)) continue;
    masks.add(other);
    buildRunTable(other, request);
    heads.push(bind + processorTime() - begin);
  }
  return {
    bind,
    heads,
    plan: processorTime() - start,
    bound,
    table,
    offset: request.offset,
    masks: masks.size,
  };
}

/**
 * Checks the table of a length that no tile divides, pair by pair.
 *
 * @throws {Error} when it does not hold the pairs of the mask.
 */
export function verifyPattern({ name, model }: SchedulePattern): void {
  const [nq, nk] = [VERIFIED_LENGTH, VERIFIED_LENGTH];
  const launched = launchMask(model, { batch: 1, nq, nk, arrays: defaultArrays(model, nk) });
  const shape = { nq, nk, offset: launched.offset };
  const bound = launched.bind(0, 0);
  const [problem] = verifyRunTable(
    buildRunTable(bound, { ...shape, queryTile, granularity }),
    bound,
    shape,
  ).problems;
  if (problem !== undefined) throw new Error(`${name}, ${nk} tokens: ${problem}`);
}

/** What the inputs of a model hold unless they are given. */
export function defaultArrays(model: MaskModel, tokens: number): ReturnType<typeof feedArrays> {
  return feedArrays(model.inputs, {}, launchScalars(model, { batch: 1, nq: tokens, nk: tokens }));
}

/** Milliseconds that this process has computed. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Lets pending work of the process run between rounds. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
