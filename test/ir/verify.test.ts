import { describe, expect, it } from 'vitest';
import { rangesOfGraph } from '../../compiler/ir/find-ranges.ts';
import type { Graph } from '../../compiler/ir/graph.ts';
import { verifyGraph } from '../../compiler/ir/verify-graph.ts';
import { findValueProblems, verifyMask } from '../../compiler/ir/verify-mask.ts';
import type { MaskRules } from '../../compiler/ir/verify-mask.ts';
import type { MaskNode, MaskProgram } from '../../runtime/mask/program/nodes.ts';
import { MaskBuilder } from '../../runtime/mask/program/builder.ts';
import { graphOf, leafProgram } from '../passes/random-mask.ts';

const rules: MaskRules = {
  result: 'bool',
  indices: ['query', 'key'],
  symbols: new Set(['nk', 'w']),
  arrays: new Map([
    ['ids', { kind: 'int', rank: 2 }],
    ['near', { kind: 'list', rank: 1 }],
  ]),
  reals: false,
  ranges: null,
};

function problems(...nodes: MaskNode[]): string[] {
  return verifyMask({ nodes, root: nodes.length - 1 }, rules);
}

const query: MaskNode = { kind: 'query' };
const key: MaskNode = { kind: 'key' };
const causal: MaskNode[] = [query, key, { kind: 'compare', op: 'le', left: 1, right: 0 }];

describe('verifyMask', () => {
  it('accepts a well-formed mask', () => expect(problems(...causal)).toEqual([]));

  it.each<[string, MaskNode[]]>([
    ['has an operand that does not stand before it', [{ kind: 'not', operand: 0 }]],
    ['is stored twice', [query, query, { kind: 'compare', op: 'le', left: 0, right: 1 }]],
    ['the root is int, not bool', [query]],
    ['has operand 0 of type int, not bool', [query, { kind: 'not', operand: 0 }]],
    ['is not known here', [{ kind: 'head' }, query, { kind: 'compare', op: 'le', left: 0, right: 1 }]],
    [
      'names "x", which is not declared',
      [{ kind: 'symbol', name: 'x' }, query, { kind: 'compare', op: 'le', left: 0, right: 1 }],
    ],
    ['reads "gone", which is not declared', [query, { kind: 'bit', array: 'gone', indices: [0] }]],
    ['reads "ids", which holds int', [query, { kind: 'bit', array: 'ids', indices: [0] }]],
    [
      'reads "ids" with 1 indices instead of 2',
      [
        query,
        { kind: 'lookup', array: 'ids', indices: [0] },
        { kind: 'compare', op: 'le', left: 0, right: 1 },
      ],
    ],
    [
      'reads "ids", which is not a declared list',
      [query, { kind: 'member', array: 'ids', row: 0, value: 0 }],
    ],
    ['holds 0.5', [{ kind: 'int', value: 0.5 }, query, { kind: 'compare', op: 'le', left: 0, right: 1 }]],
    [
      'is real, which no kernel computes',
      [
        { kind: 'real', value: 1 },
        { kind: 'round', mode: 'floor', operand: 0 },
        { kind: 'compare', op: 'le', left: 1, right: 1 },
      ],
    ],
  ])('finds that a node %s', (text, nodes) => {
    expect(problems(...nodes).join('\n')).toContain(text);
  });

  it('finds a root beyond the nodes', () => {
    expect(verifyMask({ nodes: causal, root: 9 }, rules)).toEqual(['root 9 is not a node']);
  });
});

function int(make: (b: MaskBuilder, i: number, j: number) => number): MaskProgram {
  const builder = new MaskBuilder();
  const value = make(builder, builder.intern({ kind: 'query' }), builder.intern({ kind: 'key' }));
  return builder.finish(builder.compare('le', value, builder.int(0)));
}

describe('findValueProblems', () => {
  const ranges = rangesOfGraph(graphOf(leafProgram(0)));
  it.each<[string, MaskProgram, { kind: string; range: { low: number; high: number } }[]]>([
    [
      '16 j + 31 fits',
      int((b, _, j) => b.arithmetic('add', b.arithmetic('mul', j, b.int(16)), b.int(31))),
      [],
    ],
    [
      '128 j does not',
      int((b, _, j) => b.arithmetic('mul', j, b.int(129))),
      [{ kind: 'overflow', range: { low: 0, high: (2 ** 24 - 1) * 129 } }],
    ],
    [
      'only the first of a chain is reported',
      int((b, i, j) => b.arithmetic('add', b.arithmetic('mul', b.arithmetic('mul', j, j), b.int(2)), i)),
      [{ kind: 'overflow', range: { low: 0, high: (2 ** 24 - 1) ** 2 } }],
    ],
    [
      'a difference of elements fits',
      int((b, i, j) =>
        b.arithmetic(
          'sub',
          b.add({ kind: 'lookup', array: 'ids', indices: [i] }),
          b.add({ kind: 'lookup', array: 'ids', indices: [j] }),
        ),
      ),
      [],
    ],
    [
      'a divisor may be negative',
      int((b, i) => b.arithmetic('div', i, b.symbol('v'))),
      [{ kind: 'divisor', range: { low: -3, high: 3 } }],
    ],
    ['a divisor is at least 1', int((b, i) => b.arithmetic('div', i, b.symbol('w'))), []],
    [
      'a shift is too far',
      int((b, i) => b.arithmetic('shr', i, b.arithmetic('mul', b.symbol('w'), b.int(9)))),
      [{ kind: 'shift', range: { low: 9, high: 81 } }],
    ],
  ])('%s', (_, program, expected) => {
    expect(findValueProblems(program, ranges)).toMatchObject(expected);
    expect(findValueProblems(program, ranges)).toHaveLength(expected.length);
  });
});

describe('verifyGraph', () => {
  const good = graphOf({ nodes: causal, root: 2 });
  it('accepts a well-formed graph', () => expect(verifyGraph(good, { reals: false })).toEqual([]));

  it.each<[string, Partial<Graph>]>([
    ['4 heads do not divide among 3 key heads', { kvHeads: 3 }],
    ['dim is 0', { dim: 0 }],
    ['the graph has no node', { nodes: [] }],
    ['the graph has no output', { outputs: [] }],
    ['"w" is declared twice', { launch: [good.launch[0], good.launch[0]] }],
    ['"w" lies in 9..1, which is empty', { launch: [{ ...good.launch[0], min: 9, max: 1 }] }],
    ['the default of "w" is out of its range', { launch: [{ ...good.launch[0], default: 10 }] }],
    ['offset: node 0 (symbol) names "gone"', { offset: leafProgram('gone') }],
    [
      'dimension 0 of "ids": node 0 (symbol) names "offset"',
      { inputs: [{ ...good.inputs[0], dims: [leafProgram('offset')] }] },
    ],
    ['"ids" is declared twice', { derived: [{ kind: 'segments', name: 'ids', of: 'ids', edge: 'end' }] }],
    [
      '"ends" takes segments of "keep", which is no int array',
      { derived: [{ kind: 'segments', name: 'ends', of: 'keep', edge: 'end' }] },
    ],
    [
      'derived "a": node 0 (symbol) names "b"',
      { derived: [{ kind: 'scalar', name: 'a', type: 'int', program: leafProgram('b') }] },
    ],
    ['a span belongs to node 7', { nodes: [{ ...good.nodes[0], spans: new Map([[7, good.span]]) }] }],
    [
      'the scale names "gone"',
      { nodes: [{ ...good.nodes[0], score: { ...good.nodes[0].score, scale: 'gone' } }] },
    ],
    [
      'the score reads "ids", which is no real array',
      { nodes: [{ ...good.nodes[0], score: { ...good.nodes[0].score, sink: 'ids' } }] },
    ],
  ])('finds: %s', (text, change) => {
    expect(verifyGraph({ ...good, ...change }, { reals: false }).join('\n')).toContain(text);
  });

  it.each<[string, Partial<Graph>, object]>([
    ['relu has no place for lse', { outputs: ['out', 'lse'] }, {}],
    ['relu has no place for a sink', {}, { sink: 'ids' }],
    [
      'relu has no place for a scale of its denominator',
      {},
      { denominatorScale: { array: 'ids', indices: [] } },
    ],
    ['relu has no place for a merge', { combine: 'merge' }, {}],
  ])('finds of weights: %s', (text, change, score) => {
    const weighing = {
      ...good.nodes[0],
      score: { ...good.nodes[0].score, weights: 'relu' as const, ...score },
    };
    const nodes = ['a', 'b'].map((name) => ({ ...weighing, name }));
    const graph: Graph = { ...good, nodes, combine: 'concat', ...change };
    expect(verifyGraph(graph, { reals: false }).join('\n')).toContain(text);
  });

  const named = (...names: string[]) => names.map((name) => ({ ...good.nodes[0], name }));
  it('accepts attends that are brought together', () => {
    const change = { nodes: named('near', 'far'), combine: 'merge' } as const;
    expect(verifyGraph({ ...good, ...change }, { reals: false })).toEqual([]);
  });

  it.each<[string, Partial<Graph>]>([
    ['there is nothing to merge', { combine: 'merge' }],
    ['2 attends are brought together by nothing', { nodes: named('a', 'b') }],
    ['attend 1 of 2 has no name', { nodes: named('a', ''), combine: 'merge' }],
    ['two attends are called "a"', { nodes: named('a', 'a'), combine: 'concat' }],
    ['a concat has no lse', { nodes: named('a', 'b'), combine: 'concat', outputs: ['out', 'lse'] }],
    [
      '"b" has a score of its own',
      {
        nodes: named('a', 'b').map((node, at) => ({ ...node, score: { ...node.score, scale: at + 1 } })),
        combine: 'merge',
      },
    ],
    [
      'mask of "b": the root is int, not bool',
      {
        nodes: named('a', 'b').map((node, at) => (at ? { ...node, mask: leafProgram(1) } : node)),
        combine: 'merge',
      },
    ],
  ])('finds in several attends: %s', (text, change) => {
    expect(verifyGraph({ ...good, ...change }, { reals: false }).join('\n')).toContain(text);
  });

  it('asks for values that fit only behind materialize-reals', () => {
    const program = int((b, _, j) => b.arithmetic('mul', j, j));
    const graph = graphOf(program);
    expect(verifyGraph(graph, { reals: true })).toEqual([]);
    expect(verifyGraph(graph, { reals: false }).join()).toContain('the value may be 0 to 281474943156225');
  });
});
