import { lowerBound } from '../exact/evaluate.ts';
import { Op, leafDependencies, queryAndKey, type FlatMask } from './flat-mask.ts';
import { rangeExtremes } from './range-extremes.ts';

/**
 * A conjunct first <= sum of signed nodes <= last in which the key stands once, with sign 1 or -1, the rest without it. In
 * place of the key its element of an array that never falls may stand: how many positions before it take part.
 */
export interface KeyBand {
  readonly node: number;
  /** The array that is read at the key; null where the key itself stands. */
  readonly ranks: Int32Array | null;
  readonly keySign: number;
  /** What is added to the key: nodes that depend on the query alone, and their signs. */
  readonly rest: readonly { readonly node: number; readonly sign: number }[];
  readonly first: number;
  readonly last: number;
}

/** The conjuncts of a mask over pairs that hold the keys of some queries between two ends. */
export function keyBands(flat: FlatMask): readonly KeyBand[] {
  const { op, a, b, first, last, root, arrays, operands } = flat;
  const leaves = leafDependencies(flat);
  const bands: KeyBand[] = [];
  const isKey = (id: number): boolean => op[id] === Op.leaf && a[id] === queryAndKey.key;
  const bandAt = (node: number): KeyBand | null => {
    const rest: { node: number; sign: number }[] = [];
    let keySign = 0;
    let ranks: Int32Array | null = null;
    const take = (id: number, sign: number): boolean => {
      if (isKey(id)) {
        if (keySign !== 0) return false;
        keySign = sign;
        return true;
      }
      const array = arrays[id];
      if (
        op[id] === Op.lookup &&
        array?.kind === 'int' &&
        array.dims.length === 1 &&
        isKey(operands[id][0])
      ) {
        if (keySign !== 0 || !rangeExtremes(array.data).isAscending) return false;
        [keySign, ranks] = [sign, array.data];
        return true;
      }
      if ((leaves[id] & ~(1 << queryAndKey.query)) === 0) {
        rest.push({ node: id, sign });
        return true;
      }
      if (op[id] === Op.add) return take(a[id], sign) && take(b[id], sign);
      return op[id] === Op.sub && take(a[id], sign) && take(b[id], -sign);
    };
    if (!take(a[node], 1) || keySign === 0) return null;
    // Through an array one end alone tells little for what it costs to find.
    if (ranks !== null && !(first[node] > -Infinity && last[node] < Infinity)) return null;
    return { node, ranks, keySign, rest, first: first[node], last: last[node] };
  };
  const walk = (id: number): void => {
    if (op[id] === Op.and) {
      walk(a[id]);
      walk(b[id]);
    } else if (op[id] === Op.interval) {
      const band = bandAt(id);
      if (band !== null) bands.push(band);
    }
  };
  walk(root);
  return bands;
}

/**
 * The keys whose elements of an array that never falls lie in from .. to: first and last, both beyond each other where there
 * are none. Outside of the array stands -1.
 */
export function keysOfRanks(
  ranks: Int32Array,
  from: number,
  to: number,
): readonly [low: number, high: number] {
  const low = lowerBound(ranks, from, 0, ranks.length);
  return [low, from <= -1 ? Infinity : lowerBound(ranks, to + 1, low, ranks.length) - 1];
}
