import { explainUnit } from '../../cli/explain-unit.ts';
import type { LaunchedUnit } from '../../cli/launch-unit.ts';
import type { CompiledUnit } from '../../compiler/index.ts';
import { optionOf } from '../benchmark.ts';
import type { Benchmark } from '../benchmark.ts';
import type { TileCase } from './cases.ts';
import { compilePairs, contiguousRatio } from './compile-case.ts';
import { countPairs, launch, listFalseTiles } from './count.ts';
import type { PairCounts } from './count.ts';
import { listEntries, tokensOf } from './list-entries.ts';
import type { TileEntry } from './list-entries.ts';
import { cellsOf, columns, notesOf, placesOf } from './tile-row.ts';
import type { TileRow } from './tile-row.ts';
import { timeCase } from './time-case.ts';
import type { TimedCase } from './time-case.ts';
import type { Timer } from './time.ts';

/** Pairs that a plan visits in a launch that is looked into for false tiles; longer ones are halved. */
const MOST_INSPECTED_PAIRS = 2 ** 27;
/**
 * Pairs that plain tiles visit, over all heads, in a launch that is measured; longer ones are halved. About half a second on
 * the software adapter.
 */
const MOST_TIMED_PAIRS = 3 * 2 ** 20;
/** Fewer tokens of a sequence are not measured. */
const LEAST_TIMED_TOKENS = 512;

/** Seconds for timing; patterns come first, examples that are left are named. */
const BUDGET = '300';

export const benchmark: Benchmark = {
  name: 'tiles',
  description: 'Live and visited pairs of every example, with plain tiles and with the chosen plan.',
  async run(args, say) {
    const n = Number(optionOf(args, 'n', '8191'));
    const only = optionOf(args, 'only', '');
    const timer = args.includes('--time') ? await (await import('./time.ts')).createTimer() : null;
    const budget = 1000 * Number(optionOf(args, 'budget', BUDGET));
    let spent = 0;
    const rows: TileRow[] = [];
    const untimed: string[] = [];
    for (const entry of listEntries(n).filter(({ name }) => name.includes(only))) {
      const units = compilePairs(entry.halved(0));
      for (const number of units.keys()) {
        const start = performance.now();
        const row = measureRow(entry, number, args.includes('--inspect'));
        const begin = performance.now();
        const isTimed = timer !== null && (row.plan !== 'plain' || entry.isPattern);
        if (isTimed && spent > budget) untimed.push(row.name);
        const time = isTimed && spent <= budget ? await timeRow(timer, entry, number) : null;
        spent += performance.now() - begin;
        rows.push({ ...row, time });
        const seconds = ((performance.now() - start) / 1000).toFixed(1);
        say(`${row.name}: ${row.plan} (${seconds} s)`);
      }
    }
    timer?.close();
    return {
      table: { columns, rows: rows.map(cellsOf) },
      notes: notesOf(rows, untimed),
      data: rows,
    };
  },
};

/** An attention of an entry, compiled and launched, at the size of the entry or a smaller one. */
interface Launched {
  readonly entry: TileCase;
  readonly unit: CompiledUnit;
  readonly launched: LaunchedUnit;
  readonly chosen: PairCounts;
  readonly plain: PairCounts;
}

function launchEntry(entry: TileCase, number: number): Launched {
  const [unit, plain] = compilePairs(entry)[number];
  const tokens = tokensOf(unit, entry.n);
  const launched = launch(unit, tokens, tokens);
  return {
    entry,
    unit,
    launched,
    chosen: countPairs(unit, launched),
    plain: countPairs(plain, launched),
  };
}

/**
 * The largest launch of an entry that is small enough, halved again and again; the last one where no halving helps, or the
 * last one before tiles become plain.
 */
function halvedUntil(
  entry: TileEntry,
  number: number,
  whole: Launched,
  isSmall: (launched: Launched) => boolean,
): Launched {
  let found = whole;
  for (let halvings = 1; !isSmall(found); halvings++) {
    const next = launchEntry(entry.halved(halvings), number);
    const isPlainNow = planOf(next.unit) === 'plain' && planOf(found.unit) !== 'plain';
    if (next.launched.nq >= found.launched.nq || isPlainNow) break;
    found = next;
  }
  return found;
}

function measureRow(entry: TileEntry, number: number, inspect: boolean): Omit<TileRow, 'time'> {
  const whole = launchEntry(entry.halved(0), number);
  const { unit, launched, chosen, plain } = whole;
  const inspected = inspect
    ? halvedUntil(entry, number, whole, (found) => found.chosen.visited <= MOST_INSPECTED_PAIRS)
    : null;
  const falseTiles = inspected === null ? null : listFalseTiles(inspected.unit, inspected.launched);
  return {
    name: unit.name === 'a' ? entry.name : `${entry.name} ${unit.name}`,
    tokens: launched.nq,
    plan: planOf(unit),
    live: chosen.live,
    plain: plain.visited,
    plainComputed: plain.computed,
    chosen: chosen.visited,
    computed: chosen.computed,
    contiguous: contiguousRatio(whole.entry),
    predicted: explainUnit(launched, unit, 'software', null).predicted.over_plain,
    falseTiles: falseTiles?.length ?? null,
    inspectedTokens: inspected?.launched.nq ?? null,
    falsePlaces: placesOf(falseTiles ?? []),
  };
}

function timeRow(timer: Timer, entry: TileEntry, number: number): Promise<TimedCase | null> {
  const timed = halvedUntil(
    entry,
    number,
    launchEntry(entry.halved(0), number),
    ({ plain, launched }) =>
      plain.visited * launched.model.heads <= MOST_TIMED_PAIRS || launched.nq < 2 * LEAST_TIMED_TOKENS,
  );
  return timeCase(timer, timed.entry, number, timed.launched, entry.isPattern);
}

function planOf({ schedule }: CompiledUnit): string {
  const chosen = schedule!.alternatives.filter(({ reason }) => reason.startsWith('chosen'));
  return chosen.length === 0 ? 'plain' : chosen.map(({ name }) => name).join('; ');
}
