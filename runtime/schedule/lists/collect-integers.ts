import { ALL, NONE, type Verdict } from '../../mask/sets/int-set.ts';

/**
 * The integers of low .. high with a property, ascending. `verdict` answers for an interval; where it leaves one of at
 * most `leaf` integers open, `members` gives 1 or 0 for each of the `leaf` integers from its first.
 */
export function collectIntegers(
  low: number,
  high: number,
  leaf: number,
  verdict: (low: number, high: number) => Verdict,
  members: (low: number) => ArrayLike<number>,
): Int32Array {
  let found = new Int32Array(1024);
  let count = 0;
  const room = (more: number) => {
    if (count + more <= found.length) return;
    const grown = new Int32Array(Math.max(2 * found.length, count + more));
    grown.set(found);
    found = grown;
  };
  const descend = (from: number, to: number): void => {
    if (from > to) return;
    const answer = verdict(from, to);
    if (answer === NONE) return;
    if (answer === ALL) {
      room(to - from + 1);
      for (let x = from; x <= to; x++) found[count++] = x;
    } else if (to - from < leaf) {
      const live = members(from);
      room(to - from + 1);
      for (let x = from; x <= to; x++) if (live[x - from] === 1) found[count++] = x;
    } else {
      const middle = from + (1 << (31 - Math.clz32(to - from)));
      descend(from, middle - 1);
      descend(middle, to);
    }
  };
  descend(low, high);
  return found.slice(0, count);
}
