import { Op, leafDependencies, queryAndKey, type FlatMask } from './flat-mask.ts';

/** A conjunct first <= sum of signed nodes <= last in which the key stands once, with sign 1 or -1, the rest without it. */
export interface KeyBand {
  readonly node: number;
  readonly keySign: number;
  /** What is added to the key: nodes that depend on the query alone, and their signs. */
  readonly rest: readonly { readonly node: number; readonly sign: number }[];
  readonly first: number;
  readonly last: number;
}

/** The conjuncts of a mask over pairs that hold the keys of some queries between two ends. */
export function keyBands(flat: FlatMask): readonly KeyBand[] {
  const { op, a, b, first, last, root } = flat;
  const leaves = leafDependencies(flat);
  const bands: KeyBand[] = [];
  const bandAt = (node: number): KeyBand | null => {
    const rest: { node: number; sign: number }[] = [];
    let keySign = 0;
    const take = (id: number, sign: number): boolean => {
      if (op[id] === Op.leaf && a[id] === queryAndKey.key) {
        if (keySign !== 0) return false;
        keySign = sign;
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
    return { node, keySign, rest, first: first[node], last: last[node] };
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
