import { contains, countMembers, periodWithin, stretchEnd, type IntSet } from './int-set.ts';

/** The members of low .. high, ascending; both finite. */
export function membersWithin(set: IntSet, low: number, high: number): Int32Array {
  const members = new Int32Array(countMembers(set, low, high));
  const period = low <= high ? (periodWithin(set, low, high) ?? Infinity) : Infinity;
  const last = Math.min(high, low + period - 1);
  let count = 0;
  for (let x = low; x <= last;) {
    const end = Math.min(last, stretchEnd(set, x));
    if (contains(set, x)) for (let member = x; member <= end; member++) members[count++] = member;
    x = end + 1;
  }
  // What follows repeats the first period.
  for (let at = count; at < members.length; at++) members[at] = members[at - count] + period;
  return members;
}

/** The least member of low .. high; null where there is none. */
export function firstMember(set: IntSet, low: number, high: number): number | null {
  for (let x = low; x <= high; x = stretchEnd(set, x) + 1) if (contains(set, x)) return x;
  return null;
}
