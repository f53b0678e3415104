import type { GridOrder } from './grid-orders.ts';
import type { Random } from './random.ts';

/**
 * A piece of a random specification: one construct of the language over others. What constructs there are, how they
 * read and what they mean is the table of ./forms/index.ts; a term only names the row.
 */
export interface Term {
  readonly form: string;
  readonly args: readonly Term[];
  /** A constant's number, a name, or nothing. */
  readonly value: number | string | null;
}

/**
 * What a place in a construct takes: a set of pairs, an integer, an integer that is never negative or always positive
 * whatever the indices are, a small positive constant (the side of a grid), a positive constant of any size (a step, a
 * factor), an integer that depends on one index at most (for reals, which the host computes), or one that does not depend
 * on j.
 */
export type Sort = 'set' | 'integer' | 'natural' | 'positive' | 'size' | 'step' | 'host' | 'row';

/** A run-time array in the plainest form: nested arrays of numbers, booleans, or ascending lists. */
export type Nested = number | boolean | readonly Nested[];

/** What the sizes of arrays depend on. */
export interface ArraySizes {
  readonly batch: number;
  readonly heads: number;
  readonly nq: number;
  readonly nk: number;
}

/** What an expression is evaluated in. */
export interface Environment {
  readonly i: number;
  readonly j: number;
  /** Positions of the plane that the expression speaks about: keys, blocks, or the tokens of a part. */
  readonly n: number;
  /** Query rows of the plane: those of the launch, blocks of them, or the tokens of a part. */
  readonly nq: number;
  readonly head: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly layer: number;
  readonly batch: number;
  /** Position of query row 0. */
  readonly offset: number;
  /** Rows and columns of the grid that the positions are cells of; null where they are plain numbers. */
  readonly grid: readonly [rows: number, columns: number] | null;
  /** How these are numbered; null for rows one after another. */
  readonly order: GridOrder | null;
  /** Launch parameters, pattern parameters and `let` values. */
  readonly names: Readonly<Record<string, number>>;
  readonly arrays: Readonly<Record<string, Nested>>;
  /** What the pattern of the file means where it is called. */
  readonly shape: (environment: Environment, width: number) => number;
}

/** One row of the table: a construct of the language. */
export interface Form {
  readonly name: string;
  /** The sorts that the construct may stand for. */
  readonly gives: readonly Sort[];
  readonly takes: readonly Sort[];
  /** How often the generator chooses it among those that fit. */
  readonly weight: number;
  /** The input that it reads; none where absent. */
  readonly uses?: string;
  /** The launch parameter that it reads, of type real. */
  readonly launch?: string;
  /** Whether it depends on the batch entry, other than by its input. */
  readonly isOfBatch?: boolean;
  /** Whether it speaks of the axes y and x of the attention's grid. */
  readonly onGrid?: boolean;
  /** Whether it stands for plain positions alone: not all of those that it speaks of need be cells. */
  readonly offGrid?: boolean;
  /** Whether it asks for coordinates of positions that need not be cells. */
  readonly needsRowMajor?: boolean;
  /** Whether it rounds a real number though it takes none. */
  readonly isRounded?: boolean;
  /** Whether its set speaks of other positions, which are plain numbers: those of blocks, or of a part of the plane. */
  readonly rebases?: 'to blocks' | 'to parts';
  /** Whether it is drawn for a whole plane or has its size, and so cannot stand in a part of one. */
  readonly isDrawn?: boolean;
  /** Whether its set is the same for the whole batch and made of integers: the host shrinks it. */
  readonly isShrunk?: boolean;
  /** A pattern that the file declares for the text to call; none where absent. */
  readonly pattern?: string;
  /** How tightly its text holds together, see {@link levels}. */
  readonly level: number;
  /** Draws the number or name that stands in it; nothing does where absent. */
  readonly value?: (random: Random) => Term['value'];
  /** The text; `arg(k, level)` is argument k, in parentheses where it is looser than `level`. */
  readonly text: (arg: (index: number, level?: number) => string, value: Term['value']) => string;
  /** Exact meaning; `arg(k, environment)` evaluates argument k. Sets give 0 or 1. */
  readonly meaning: (
    environment: Environment,
    arg: (index: number, environment?: Environment) => number,
    value: Term['value'],
  ) => number;
}

/** Precedences of the language, from loose to tight. */
export const levels = {
  open: 0,
  or: 1,
  and: 2,
  not: 3,
  comparison: 4,
  range: 5,
  shift: 6,
  sum: 7,
  product: 8,
  prefix: 9,
  closed: 10,
};

/** Positions of another plane are no cells of the attention's grid. */
export function plain(environment: Environment): Environment {
  return { ...environment, grid: null };
}

export function floorDiv(a: number, b: number): number {
  return Math.floor(a / b);
}

export function floorMod(a: number, b: number): number {
  return a - b * Math.floor(a / b);
}
