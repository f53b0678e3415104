import type { CostFactors } from '../../compiler/cost/index.ts';
import { median } from '../benchmark.ts';

/** The shapes whose times decide the factors; what each has is counted in full tiles and in query tiles. */
export type ShapeName = 'full' | 'single' | 'partial' | 'boxes' | 'gathered' | 'near' | 'far' | 'state';

/** How many tiles of 32 x 32 pairs a shape visits, and more that depends on the shape. */
export interface ShapeCounts {
  /** Query tiles of each pass. */
  readonly rows: number;
  readonly tiles: Readonly<Record<Exclude<ShapeName, 'near' | 'far'>, number>>;
  /** Diagonals near the main one, of which most pairs exist, and far from it, of which few do; both have the same slots. */
  readonly diagonalPairs: Readonly<Record<'near' | 'far', number>>;
  readonly diagonalSlots: number;
  /** Passes that hand the state on. */
  readonly statePasses: number;
}

/** The pairs, or slots, that the factors of diagonals are for. */
const DIAGONAL_PAIRS = 1024;

/** Milliseconds of a round, one time a shape. */
export type RoundTimes = Readonly<Record<ShapeName, number>>;

export interface Estimate {
  readonly value: number;
  /** Standard deviation of a round, from the median deviation. */
  readonly spread: number;
  /** Standard error of the value. */
  readonly error: number;
}

export interface FactorEstimates {
  /** Milliseconds of a full tile. */
  readonly tile: Estimate;
  readonly factors: Readonly<Record<keyof CostFactors, Estimate>>;
}

/**
 * Medians over rounds of what each round says. The shapes of a round are measured one after another, so that what slows a
 * round down as a whole leaves its factors as they are, and a round that was disturbed in the middle is one among many.
 */
export function estimateFactors(rounds: readonly RoundTimes[], counts: ShapeCounts): FactorEstimates {
  const each = rounds.map((times) => factorsOfRound(times, counts));
  const of = (read: (round: (typeof each)[number]) => number) => estimate(each.map(read));
  return {
    tile: of(({ tile }) => tile),
    factors: {
      partial: of(({ partial }) => partial),
      gathered: of(({ gathered }) => gathered),
      boxes: of(({ boxes }) => boxes),
      diagonal: of(({ diagonal }) => diagonal),
      diagonalSlot: of(({ diagonalSlot }) => diagonalSlot),
      queryTile: of(({ queryTile }) => queryTile),
      state: of(({ state }) => state),
    },
  };
}

/**
 * full = tiles * tile + rows * row and single = rows * tile + rows * row give a tile and a row, near and far the two factors
 * of diagonals, the others one each.
 */
function factorsOfRound(
  times: RoundTimes,
  { rows, tiles, diagonalPairs, diagonalSlots, statePasses }: ShapeCounts,
): Record<keyof CostFactors | 'tile', number> {
  const tile = (times.full - times.single) / (tiles.full - tiles.single);
  const row = times.single / rows - (tile * tiles.single) / rows;
  const per = (name: 'partial' | 'boxes' | 'gathered') => (times[name] - rows * row) / (tiles[name] * tile);
  const diagonal =
    ((times.near - times.far) / ((diagonalPairs.near - diagonalPairs.far) * tile)) * DIAGONAL_PAIRS;
  const farValues = (diagonal * diagonalPairs.far * tile) / DIAGONAL_PAIRS;
  const handed = 2 * (statePasses - 1) * rows * tile;
  return {
    tile,
    partial: per('partial'),
    gathered: per('gathered'),
    boxes: per('boxes'),
    diagonal,
    diagonalSlot: ((times.far - rows * row - farValues) / (diagonalSlots * tile)) * DIAGONAL_PAIRS,
    queryTile: row / tile,
    state: (times.state - tiles.state * tile - statePasses * rows * row) / handed,
  };
}

/** Standard error of a median of normal values, in standard deviations over the root of their number. */
const MEDIAN_ERROR = Math.sqrt(Math.PI / 2);
/** Standard deviation of normal values in median absolute deviations. */
const DEVIATION = 1.4826;

function estimate(values: readonly number[]): Estimate {
  const value = median(values);
  const spread = DEVIATION * median(values.map((other) => Math.abs(other - value)));
  return { value, spread, error: (MEDIAN_ERROR * spread) / Math.sqrt(values.length) };
}

/** Rounds below which a spread says little. */
export const LEAST_ROUNDS = 7;
/** A ratio of two tiles must be known this well, other factors to that part of themselves: then they are not zero. */
const LARGEST_ERROR = { ofRatio: 0.05, relative: 0.15 };
/** Many rounds make a small error of any noise, but noise of a loaded machine only adds: its median is off as well. */
const LARGEST_SPREAD = { ofRatio: 0.15, relative: 0.4 };
/** No tile is cheaper than a full one of neighbours. */
const ratios: ReadonlySet<keyof CostFactors> = new Set(['partial', 'gathered', 'boxes']);

export interface Calibration {
  readonly factors: CostFactors;
  /** Factors that keep the value that they had, as what was measured is lost in its error. */
  readonly kept: readonly (keyof CostFactors)[];
}

/** The factors to write: those that are significant as measured, the others as they were. */
export function calibrate(estimates: FactorEstimates, rounds: number, before: CostFactors): Calibration {
  const names = Object.keys(before) as (keyof CostFactors)[];
  const kept = names.filter((name) => !isSignificant(name, estimates, rounds));
  const factors = Object.fromEntries(
    names.map((name) => {
      const { value } = estimates.factors[name];
      const measured = Number((ratios.has(name) ? Math.max(1, value) : value).toFixed(2));
      return [name, kept.includes(name) ? before[name] : measured];
    }),
  ) as unknown as CostFactors;
  return { factors, kept };
}

function isSignificant(name: keyof CostFactors, { tile, factors }: FactorEstimates, rounds: number): boolean {
  const isKnown = ({ value, error, spread }: Estimate) =>
    error <= LARGEST_ERROR.relative * value && spread <= LARGEST_SPREAD.relative * value;
  if (rounds < LEAST_ROUNDS || !isKnown(tile)) return false;
  const { error, spread } = factors[name];
  return ratios.has(name)
    ? error <= LARGEST_ERROR.ofRatio && spread <= LARGEST_SPREAD.ofRatio
    : isKnown(factors[name]);
}
