import { Op, type FlatMask } from './flat-mask.ts';
import { ALL, NONE, type Verdict } from '../sets/int-set.ts';
import { greatestCommonDivisor } from '../sets/residue-pattern.ts';

/** Periods beyond this are of no use to anyone. */
const MAX_PERIOD = 2 ** 26;

/** How far each leaf moves: by a whole number of steps of the shift. */
export type LeafRates = (leaf: number) => number;

const alike: LeafRates = () => 1;

/** How an integer moves with the leaves: by rate * s where they move by their rates times s, a multiple of `period`. */
interface Movement {
  /** Numerator and denominator of the rate. */
  readonly rate: readonly [number, number];
  readonly period: number;
}

const still: readonly [number, number] = [0, 1];

/**
 * By node: of a predicate (a boolean over integers) the least period that is known: it answers alike for two boxes of
 * which one is the other with every leaf moved by its rate times a multiple of the period. 0 where none is known, and for
 * other nodes.
 *
 * Differences of leaves stay, a leaf mod m stays where the shift is a multiple of m, and a leaf div m moves by shift / m.
 * Of a selection whose condition is decided one branch counts.
 */
export function shiftPeriods(
  flat: FlatMask,
  decided: (condition: number) => Verdict | null,
  rates: LeafRates = alike,
): Float64Array {
  const periods = new Float64Array(flat.size);
  leafMovements(flat, decided, rates).forEach((own, id) => {
    if (own !== null && isPredicate(flat.op[id])) periods[id] = own.period;
  });
  return periods;
}

/**
 * How far two leaves may be moved together, a whole number each, so that an open predicate over a difference of multiples
 * of them stays as it is; null where there is no such predicate.
 */
export function movementRatio(
  flat: FlatMask,
  open: ArrayLike<number>,
  decided: (condition: number) => Verdict | null,
  x: number,
  y: number,
): readonly [number, number] | null {
  const [byX, byY] = [x, y].map((moved) => leafMovements(flat, decided, (leaf) => (leaf === moved ? 1 : 0)));
  for (let at = 0; at < open.length; at++) {
    const id = open[at];
    if (flat.op[id] !== Op.interval && flat.op[id] !== Op.inSet) continue;
    const [p, q] = [byX[flat.a[id]], byY[flat.a[id]]];
    if (p === null || q === null || p.rate[0] * q.rate[0] >= 0) continue;
    const [own, other] = reduced(Math.abs(q.rate[0]) * p.rate[1], Math.abs(p.rate[0]) * q.rate[1]);
    return [own, other];
  }
  return null;
}

function leafMovements(
  flat: FlatMask,
  decided: (condition: number) => Verdict | null,
  rates: LeafRates,
): readonly (Movement | null)[] {
  const { size, op, a, b, c, first, operands } = flat;
  const moves: (Movement | null)[] = [];
  /** The movement of something that stays if all operands do. */
  const stays = (id: number): Movement | null => {
    let period = 1;
    for (const operand of operands[id]) {
      const own = moves[operand];
      if (own === null || own.rate[0] !== 0) return null;
      period = commonMultiple(period, own.period);
    }
    return period <= MAX_PERIOD ? { rate: still, period } : null;
  };
  /** One of two, as far as they move alike. */
  const either = (x: number, y: number, period = 1): Movement | null => {
    const [p, q] = [moves[x], moves[y]];
    if (p === null || q === null || p.rate[0] * q.rate[1] !== q.rate[0] * p.rate[1]) return null;
    return bounded({ rate: p.rate, period: commonMultiple(period, commonMultiple(p.period, q.period)) });
  };
  const sum = (x: number, y: number, sign: number): Movement | null => {
    const [p, q] = [moves[x], moves[y]];
    if (p === null || q === null) return null;
    const rate = reduced(p.rate[0] * q.rate[1] + sign * q.rate[0] * p.rate[1], p.rate[1] * q.rate[1]);
    return bounded({ rate, period: commonMultiple(p.period, q.period) });
  };
  const divided = (x: number, by: number, isQuotient: boolean): Movement | null => {
    const own = moves[x];
    if (own === null) return null;
    // The least multiple of the period by which the operand moves by a multiple of the divisor.
    const step = (own.rate[0] * own.period) / own.rate[1];
    const times = step === 0 ? 1 : by / greatestCommonDivisor(by, Math.abs(step));
    const rate = isQuotient ? reduced(own.rate[0], own.rate[1] * by) : still;
    return bounded({ rate, period: own.period * times });
  };
  for (let id = 0; id < size; id++) {
    const [x, y] = [a[id], b[id]];
    let own: Movement | null = null;
    switch (op[id]) {
      case Op.constant:
      case Op.bool:
        own = { rate: still, period: 1 };
        break;
      case Op.leaf:
        own = { rate: reduced(rates(x), 1), period: 1 };
        break;
      case Op.add:
        own = sum(x, y, 1);
        break;
      case Op.sub:
        own = sum(x, y, -1);
        break;
      case Op.neg:
      case Op.scale: {
        const factor = op[id] === Op.neg ? -1 : first[id];
        const of = moves[x];
        own = of && bounded({ rate: reduced(factor * of.rate[0], of.rate[1]), period: of.period });
        break;
      }
      case Op.divConstant:
        own = divided(x, first[id], true);
        break;
      case Op.modConstant:
        own = divided(x, first[id], false);
        break;
      case Op.min:
      case Op.max:
        own = either(x, y);
        break;
      case Op.select: {
        const verdict = decided(x);
        if (verdict === ALL || verdict === NONE) {
          own = moves[verdict === ALL ? y : c[id]];
          break;
        }
        const condition = moves[x];
        own = condition && either(y, c[id], condition.period);
        break;
      }
      case Op.lt:
      case Op.le:
      case Op.eq:
      case Op.ne: {
        const both = either(x, y);
        own = both && { rate: still, period: both.period };
        break;
      }
      default:
        own = stays(id);
    }
    moves.push(own);
  }
  return moves;
}

/** Is the answer of an operation that of a predicate over integers? */
export function isPredicate(op: number): boolean {
  return op >= Op.interval && op !== Op.and && op !== Op.or && op !== Op.not && op !== Op.bool;
}

/** A common multiple of two whole numbers; infinite beyond the limit. */
export function commonMultiple(x: number, y: number): number {
  const multiple = (x / greatestCommonDivisor(x, y)) * y;
  return multiple <= MAX_PERIOD ? multiple : Infinity;
}

function bounded(movement: Movement): Movement | null {
  return movement.period <= MAX_PERIOD &&
    Math.abs(movement.rate[0]) <= MAX_PERIOD &&
    movement.rate[1] <= MAX_PERIOD
    ? movement
    : null;
}

function reduced(numerator: number, denominator: number): readonly [number, number] {
  if (numerator === 0) return still;
  const divisor = greatestCommonDivisor(Math.abs(numerator), denominator);
  return [numerator / divisor, denominator / divisor];
}
