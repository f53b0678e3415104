import type { CompiledUnit, CompileOptions } from '../../compiler/index.ts';
import { explainTarget } from '../../cli/explain/explain-target.ts';
import { countVisits } from '../../cli/explain/count-visits.ts';
import { costOf } from '../../cli/explain/predict.ts';
import type { LaunchedUnit } from '../../cli/launch-unit.ts';
import { median } from '../benchmark.ts';
import type { TileCase } from './cases.ts';
import { compileCase } from './compile-case.ts';
import type { Timer } from './time.ts';

/** What a launch gains by the plan, or by what one switch turns off. */
export interface MeasuredGain {
  /** `--no-layout --no-split` is plain tiles. */
  readonly options: string;
  /** Cost, and time, with the switch over that without. */
  readonly predicted: number;
  readonly measured: number;
}

export interface TimedCase {
  readonly tokens: number;
  /** Milliseconds of the plan, the median of the rounds. */
  readonly milliseconds: number;
  readonly rounds: number;
  /** Plain tiles first. */
  readonly gains: readonly MeasuredGain[];
}

/** What is turned off, and the options that do it. */
const switches: readonly (readonly [string, CompileOptions])[] = [
  ['--no-layout --no-split', { noLayout: true, noSplit: true }],
  ['--no-layout', { noLayout: true }],
  ['--no-split', { noSplit: true }],
  ['--no-variants', { noVariants: true }],
];

/** A switch matters where it is predicted to cost so much. */
const MATTERS = 1.05;
/** Rounds of one attention that are enough after so many milliseconds: launches of a few milliseconds take more of them. */
const ENOUGH: readonly { readonly rounds: number; readonly milliseconds: number }[] = [
  { rounds: 3, milliseconds: 4000 },
  { rounds: 9, milliseconds: 1000 },
  { rounds: 31, milliseconds: 0 },
];

/**
 * Measures one attention of a case by its plan and with each switch that changes it, or of those the ones that matter, in
 * turns. Null where there is none.
 *
 * @throws {Error} where outputs differ.
 */
export async function timeCase(
  timer: Timer,
  entry: TileCase,
  number: number,
  launched: LaunchedUnit,
  everySwitch: boolean,
): Promise<TimedCase | null> {
  const unit = compileCase(entry, {})[number];
  const cost = predictCost(unit, launched);
  const others = switches.map(([options, turnedOff]) => {
    const other = compileCase(entry, turnedOff)[number];
    return { options, unit: other, key: keyOf(other), predicted: predictCost(other, launched) / cost };
  });
  const measured = others.filter(({ key, predicted }, at) => {
    const isOther = key !== keyOf(unit) && others.findIndex((known) => known.key === key) === at;
    return isOther && (at === 0 || predicted >= MATTERS || everySwitch);
  });
  if (measured.length === 0) return null;
  const descriptors = [unit, ...measured.map((other) => other.unit)].map(({ descriptor }) => descriptor!);
  const rounds = await timer.measureRounds(
    descriptors,
    launched,
    (known) => {
      const spent = known.reduce((sum, times) => sum + times.reduce((all, time) => all + time, 0), 0);
      return ENOUGH.some(({ rounds, milliseconds }) => known.length >= rounds && spent >= milliseconds);
    },
    { compare: true },
  );
  const milliseconds = median(rounds.map(([time]) => time));
  return {
    tokens: launched.nq,
    milliseconds,
    rounds: rounds.length,
    gains: measured.map(({ options, predicted }, at) => ({
      options,
      predicted,
      // The median over rounds of what each round says: the two times of a round are neighbours.
      measured: median(rounds.map((times) => times[at + 1] / times[0])),
    })),
  };
}

/** By the cost model for the software adapter, over all heads. */
function predictCost(unit: CompiledUnit, launched: LaunchedUnit): number {
  const { passes, factors } = explainTarget(unit, launched.nq, 'software');
  return launched.groups.reduce((sum, { heads }) => {
    const visits = passes.map((pass) => countVisits(pass, launched, heads[0]));
    return sum + heads.length * costOf(passes, visits, launched.nq, factors);
  }, 0);
}

/** Equal modules are equal work. */
function keyOf({ descriptor }: CompiledUnit): string {
  return JSON.stringify(descriptor);
}
