import { describe, expect, it } from 'vitest';
import { evaluateText } from './case-expressions.ts';
import { functions } from './functions.ts';

describe('expressions of vectors.json', () => {
  it('computes with floored division', () => {
    expect(evaluateText('(a - 7) div 2 + a mod 3', { a: 4 })).toBe(-2 + 1);
  });

  it('indexes lists and calls functions', () => {
    expect(evaluateText('part_ids([sizes[1], 2])', { sizes: [9, 1] })).toEqual([0, 1, 1]);
  });

  it('takes another value where a case has no such parameter', () => {
    expect(evaluateText('given("padding", [])', {})).toEqual([]);
    expect(evaluateText('given("padding", [])', { padding: [3] })).toEqual([3]);
  });

  it('names what it cannot compute', () => {
    expect(() => evaluateText('b + 1', { a: 1 })).toThrow('the case has no parameter "b"');
    expect(() => evaluateText('shuffle(a)', { a: 1 })).toThrow('there is no function "shuffle"');
  });
});

describe('trees', () => {
  it('finds the ancestors of every node', () => {
    expect(functions.ancestors([-1, 0, 1, 0] as never)).toEqual([
      [true, false, false, false],
      [true, true, false, false],
      [true, true, true, false],
      [true, false, false, true],
    ]);
  });

  it('orders paths by length, then by their numbers', () => {
    const table = functions.path_prefixes([[1], [0, 0], [0]] as never) as boolean[][];
    // Nodes: root, [0], [1], [0, 0].
    expect(table[3]).toEqual([true, true, false, true]);
    expect(table[2]).toEqual([true, false, true, false]);
  });
});
