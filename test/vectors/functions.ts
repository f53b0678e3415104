import type { Json } from './vector-case.ts';

/** What the expressions of `spec-examples/vectors.json` may call. */
export const functions: Readonly<Record<string, (...values: never[]) => Json>> = {
  /** The only integer in a text: 4 for "sliding_window_4". */
  number_in(text: string) {
    const digits = /\d+/.exec(text);
    if (digits === null) throw new Error(`there is no number in "${text}"`);
    return Number(digits[0]);
  },

  /** The sizes of the axes in the name of a case: [13, 17] for "2d_13x17_k5x7". */
  axis_sizes(name: string) {
    const sizes = /_(\d+(?:x\d+)+)/.exec(name);
    if (sizes === null) throw new Error(`there are no sizes in "${name}"`);
    return sizes[1].split('x').map(Number);
  },

  /** [3, 1] becomes [0, 0, 0, 1]: the part of each position, given the lengths of the parts. */
  part_ids(lengths: readonly number[]) {
    return lengths.flatMap((length, part) => new Array<number>(length).fill(part));
  },

  /** values[index] for each index. */
  gather(values: readonly number[], indices: readonly number[]) {
    return indices.map((index) => values[index]);
  },

  /** rows[r][c] for each row r. */
  column(rows: readonly (readonly number[])[], c: number) {
    return rows.map((row) => row[c]);
  },

  /** Row a, column b: node b is node a or one of its ancestors. The parent of a root is -1. */
  ancestors(parents: readonly number[]) {
    return parents.map((_, node) => {
      const row = parents.map(() => false);
      for (let at = node; at >= 0; at = parents[at]) row[at] = true;
      return row;
    });
  },

  /**
   * The same table for a tree given as the paths of its nodes: the root, then the paths by length and then by their
   * numbers. A path is a list of child numbers.
   */
  path_prefixes(choices: readonly (readonly number[])[]) {
    const byNumbers = (a: readonly number[], b: readonly number[]) => {
      const first = a.findIndex((number, index) => number !== b[index]);
      return first < 0 ? 0 : a[first] - b[first];
    };
    const sorted = [...choices].sort((a, b) => a.length - b.length || byNumbers(a, b));
    const paths: (readonly number[])[] = [[], ...sorted];
    return paths.map((path) => paths.map((other) => other.every((number, index) => path[index] === number)));
  },
};
