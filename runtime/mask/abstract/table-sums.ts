import { contains } from '../sets/int-set.ts';
import { Op, type FlatMask } from './flat-mask.ts';

/** An element of an int array, times a factor. */
export interface TableTerm {
  readonly data: Int32Array;
  /** The node of its index. */
  readonly index: number;
  readonly lookup: number;
  readonly factor: number;
}

/**
 * What a predicate asks about: a constant and elements of one-dimensional arrays, each at an index of one leaf and no two
 * at one of the same. Such a predicate is mixed over a box where extremes of the elements, which are all taken together
 * somewhere in it, answer differently.
 */
export interface TableSum {
  readonly constant: number;
  readonly terms: readonly TableTerm[];
}

/** Terms up to which all combinations of extremes are tried. */
const MOST_TERMS = 4;

/** What an `interval` or `inSet` asks about, as a sum of elements; null for other predicates. */
export function tableSum(flat: FlatMask, id: number, leavesOf: Int32Array): TableSum | null {
  if (flat.op[id] !== Op.interval && flat.op[id] !== Op.inSet) return null;
  let constant = 0;
  const terms: TableTerm[] = [];
  const collect = (node: number, factor: number): boolean => {
    const { op, a, b, first, arrays, operands } = flat;
    switch (op[node]) {
      case Op.constant:
        constant += factor * first[node];
        return true;
      case Op.add:
      case Op.sub:
        return collect(a[node], factor) && collect(b[node], op[node] === Op.add ? factor : -factor);
      case Op.scale:
        return collect(a[node], factor * first[node]);
      case Op.neg:
        return collect(a[node], -factor);
      case Op.lookup: {
        const array = arrays[node];
        if (array?.kind !== 'int' || array.dims.length !== 1) return false;
        terms.push({ data: array.data, index: operands[node][0], lookup: node, factor });
        return true;
      }
      default:
        return false;
    }
  };
  if (!collect(flat.a[id], 1) || terms.length === 0 || terms.length > MOST_TERMS) return null;
  let seen = 0;
  for (const { lookup } of terms) {
    const leaves = leavesOf[lookup];
    if ((leaves & (leaves - 1)) !== 0 || (leaves & seen) !== 0) return null;
    seen |= leaves;
  }
  return { constant, terms };
}

/** Do the extremes of the elements, in all combinations, answer the predicate in both ways? */
export function answersBothWays(
  flat: FlatMask,
  id: number,
  { constant, terms }: TableSum,
  low: Float64Array,
  high: Float64Array,
): boolean {
  let [holds, fails] = [false, false];
  for (let corner = 0; corner < 1 << terms.length; corner++) {
    let value = constant;
    for (let at = 0; at < terms.length; at++) {
      const { lookup, factor } = terms[at];
      value += factor * (corner & (1 << at) ? high[lookup] : low[lookup]);
    }
    const isIn =
      flat.op[id] === Op.interval
        ? value >= flat.first[id] && value <= flat.last[id]
        : contains(flat.sets[id]!, value);
    if (isIn) holds = true;
    else fails = true;
    if (holds && fails) return true;
  }
  return false;
}
