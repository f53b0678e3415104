import { Op, type FlatMask } from './flat-mask.ts';
import { ALL, NONE, type Verdict } from './int-set.ts';
import { greatestCommonDivisor } from './residue-pattern.ts';

/** Periods beyond this are of no use to anyone. */
const MAX_PERIOD = 2 ** 26;

const ALL_LEAVES = -1;

/** How an integer moves with the leaves: by rate * s where all leaves move by s, a multiple of `period`. */
interface Movement {
  /** Numerator and denominator of the rate. */
  readonly rate: readonly [number, number];
  readonly period: number;
}

const still: readonly [number, number] = [0, 1];

/**
 * By node: of a predicate (a boolean over integers) the least period that is known: it answers alike for two boxes of
 * which one is the other with every leaf of `moved` (a bit for each) moved by a multiple of the period. 0 where none is
 * known, and for other nodes.
 *
 * Differences of leaves stay, a leaf mod m stays where the shift is a multiple of m, and a leaf div m moves by shift / m.
 * Of a selection whose condition is decided one branch counts.
 */
export function shiftPeriods(
  flat: FlatMask,
  decided: (condition: number) => Verdict | null,
  moved = ALL_LEAVES,
): Float64Array {
  const { size, op, a, b, c, first, operands } = flat;
  const moves: (Movement | null)[] = [];
  const periods = new Float64Array(size);
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
        own = { rate: moved & (1 << x) ? [1, 1] : still, period: 1 };
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
        const alike = either(x, y);
        own = alike && { rate: still, period: alike.period };
        break;
      }
      default:
        own = stays(id);
    }
    moves.push(own);
    if (own !== null && isPredicate(op[id])) periods[id] = own.period;
  }
  return periods;
}

/** Is the answer of an operation that of a predicate over integers? */
export function isPredicate(op: number): boolean {
  return op >= Op.interval && op !== Op.and && op !== Op.or && op !== Op.not && op !== Op.bool;
}

/** A common multiple; infinite beyond the limit. */
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
