import { contains, countMembers, stretchEnd, type IntSet } from './int-set.ts';

/** The members of low .. high, ascending; both finite. */
export function membersWithin(set: IntSet, low: number, high: number): Int32Array {
  const members = new Int32Array(countMembers(set, low, high));
  let count = 0;
  for (let x = low; x <= high;) {
    const end = Math.min(high, stretchEnd(set, x));
    if (contains(set, x)) for (let member = x; member <= end; member++) members[count++] = member;
    x = end + 1;
  }
  return members;
}

/** The least member of low .. high; null where there is none. */
export function firstMember(set: IntSet, low: number, high: number): number | null {
  for (let x = low; x <= high; x = stretchEnd(set, x) + 1) if (contains(set, x)) return x;
  return null;
}
