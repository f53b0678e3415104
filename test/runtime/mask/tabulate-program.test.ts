import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateProgram } from '../../../runtime/mask/exact/evaluate.ts';
import { tabulateProgram } from '../../../runtime/mask/exact/tabulate-program.ts';
import { MaskBuilder, type MaskProgram } from '../../../runtime/mask/index.ts';
import { randomMask, testArrays } from './random-masks.ts';

const arrays = {
  ...testArrays,
  slopes: { kind: 'real', dims: [9], data: Float64Array.from({ length: 9 }, (_, x) => x / 7 - 0.5) } as const,
};
const environment = { query: 3, key: 5, head: 1, symbols: { w: 4 }, arrays };

function tabulated(program: MaskProgram, over: 'query' | 'key' | 'head', size: number): number[] {
  const values: number[] = [];
  tabulateProgram(program, over, size, environment, (first, column) => {
    expect(first).toBe(values.length);
    for (let at = 0; at < column.length && values.length < size; at++) values.push(column[at]);
  });
  return values;
}

function expected(program: MaskProgram, over: 'query' | 'key' | 'head', size: number): number[] {
  return Array.from({ length: size }, (_, index) =>
    evaluateProgram(program, { ...environment, [over]: index }),
  );
}

describe('tables of a program', () => {
  it('are what it is at each index', () => {
    fc.assert(
      fc.property(
        randomMask,
        fc.constantFrom('query', 'key', 'head'),
        fc.integer({ min: 0, max: 60 }),
        (mask, over, size) => {
          expect(tabulated(mask, over, size)).toEqual(expected(mask, over, size));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it.each([0, 1, 1023, 1024, 1025, 2049])('of %i reals, also where an array ends before', (size) => {
    const b = new MaskBuilder();
    const query = b.intern({ kind: 'query' });
    const isFirst = b.compare('eq', b.arithmetic('mod', query, b.int(5)), b.int(0));
    const slope = b.intern({ kind: 'real-lookup', array: 'slopes', indices: [query] });
    const row = b.intern({ kind: 'to-real', operand: query });
    const root = b.intern({ kind: 'real-unary', op: 'sqrt', operand: row });
    const sum = b.intern({ kind: 'real-binary', op: 'add', left: root, right: slope });
    const constant = b.intern({ kind: 'real-unary', op: 'log', operand: b.real(7) });
    const program = b.finish(
      b.intern({ kind: 'real-select', condition: isFirst, then: constant, else: sum }),
    );
    expect(tabulated(program, 'query', size)).toEqual(expected(program, 'query', size));
  });
});
