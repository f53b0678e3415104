import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangeOfProgram, rangesOfGraph, rangesOfNodes } from '../../compiler/ir/find-ranges.ts';
import { evaluateNode } from '../../runtime/mask/exact/evaluate.ts';
import { maxLength } from '../../runtime/limits.ts';
import { MaskBuilder } from '../../runtime/mask/program/builder.ts';
import type { NodeId } from '../../runtime/mask/program/nodes.ts';
import { arraysOf, buildTree, graphOf, leafProgram, maskTree, offsetProgram } from '../passes/random-mask.ts';

describe('rangesOfNodes', () => {
  it('holds the value of every node at every pair', () => {
    fc.assert(
      fc.property(maskTree, fc.nat(7), fc.nat(7), fc.integer({ min: 1, max: 9 }), (tree, row, key, w) => {
        const { nodes } = buildTree(tree);
        const [nq, nk] = [8, 8];
        const ranges = rangesOfNodes(nodes, rangesOfGraph(graphOf(buildTree(tree))));
        const symbols = { nq, nk, offset: 0, w, v: (w % 7) - 3, heads: 4, layer: 0 };
        const environment = { query: row, key, head: w % 4, batch: 1, symbols, arrays: arraysOf(nk) };
        const values: number[] = [];
        nodes.forEach((node, id) => {
          values.push(evaluateNode(node, values, environment));
          expect(values[id]).toBeGreaterThanOrEqual(ranges[id].low);
          expect(values[id]).toBeLessThanOrEqual(ranges[id].high);
        });
      }),
      { numRuns: 500, seed: 20261121 },
    );
  });

  const graph = graphOf(leafProgram(0));
  const range = (make: (b: MaskBuilder) => NodeId) => {
    const builder = new MaskBuilder();
    return rangeOfProgram(builder.finish(make(builder)), rangesOfGraph(graph));
  };

  it.each<[string, (b: MaskBuilder) => NodeId, number, number]>([
    ['a position', (b) => b.intern({ kind: 'query' }), 1 - maxLength, maxLength - 1],
    ['a key', (b) => b.intern({ kind: 'key' }), 0, maxLength - 1],
    ['a floored quotient', (b) => b.arithmetic('div', b.symbol('v'), b.int(2)), -2, 1],
    [
      'a remainder within one period',
      (b) => b.arithmetic('mod', b.arithmetic('add', b.symbol('w'), b.int(20)), b.int(10)),
      1,
      9,
    ],
    ['a shift', (b) => b.arithmetic('shl', b.int(3), b.symbol('w')), 6, 3 * 2 ** 9],
    [
      'a rounded root',
      (b) =>
        b.add({
          kind: 'round',
          mode: 'ceil',
          operand: b.add({
            kind: 'real-unary',
            op: 'sqrt',
            operand: b.add({ kind: 'to-real', operand: b.symbol('nk') }),
          }),
        }),
      1,
      4096,
    ],
    [
      'a power',
      (b) =>
        b.add({
          kind: 'round',
          mode: 'nearest',
          operand: b.add({
            kind: 'real-binary',
            op: 'pow',
            left: b.real(2),
            right: b.add({ kind: 'to-real', operand: b.symbol('w') }),
          }),
        }),
      1,
      513,
    ],
    [
      'an element, or -1 outside',
      (b) => b.add({ kind: 'lookup', array: 'ids', indices: [b.int(0)] }),
      1 - 2 ** 30,
      2 ** 30 - 1,
    ],
  ])('finds %s', (_, make, low, high) => expect(range(make)).toEqual({ low, high }));

  it('bounds positions by the offset that is declared', () => {
    expect(rangesOfGraph({ ...graph, offset: offsetProgram('zero') }).query).toEqual({
      low: 0,
      high: maxLength - 1,
    });
    expect(rangesOfGraph({ ...graph, offset: leafProgram('w') }).query).toEqual({
      low: 1,
      high: maxLength + 8,
    });
  });

  it('adds -1 to the elements of a table only where an index may be outside', () => {
    const table = { kind: 'constant', name: 't', type: 'int', dims: [4], values: [3, 7, 5, 9] } as const;
    const at = (index: (b: MaskBuilder) => NodeId) => {
      const builder = new MaskBuilder();
      const root = builder.add({ kind: 'lookup', array: 't', indices: [index(builder)] });
      return rangeOfProgram(builder.finish(root), rangesOfGraph({ ...graph, heads: 4, derived: [table] }));
    };
    expect(at((b) => b.intern({ kind: 'head' }))).toEqual({ low: 3, high: 9 });
    expect(at((b) => b.arithmetic('add', b.intern({ kind: 'head' }), b.int(1)))).toEqual({
      low: -1,
      high: 9,
    });
  });

  it('reads the ranges of derived values from their programs', () => {
    const derived = [
      { kind: 'scalar', name: 'a', type: 'int', program: leafProgram('w') },
      {
        kind: 'table',
        name: 'b',
        type: 'int',
        over: 'head',
        size: leafProgram(4),
        program: leafProgram('v'),
      },
      { kind: 'constant', name: 'c', type: 'int', dims: [2], values: [7, -2] },
      { kind: 'segments', name: 'd', of: 'ids', edge: 'end' },
    ] as const;
    const found = rangesOfGraph({ ...graph, derived });
    expect(found.symbols.get('a')).toEqual({ low: 1, high: 9 });
    expect(found.arrays.get('b')).toEqual({ low: -3, high: 3 });
    expect(found.arrays.get('c')).toEqual({ low: -2, high: 7 });
    expect(found.arrays.get('d')).toEqual({ low: 0, high: maxLength });
  });
});
