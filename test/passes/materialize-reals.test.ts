import { describe, expect, it } from 'vitest';
import { Session } from '../../compiler/diagnostics/session.ts';
import type { Graph } from '../../compiler/ir/graph.ts';
import { printDerived } from '../../compiler/ir/print-graph.ts';
import { printMask } from '../../compiler/ir/print-mask.ts';
import { verifyGraph } from '../../compiler/ir/verify-graph.ts';
import { materializeReals } from '../../compiler/passes/materialize-reals.ts';
import { MaskBuilder } from '../../runtime/mask/program/builder.ts';
import { evaluateBound, evaluateProgram } from '../../runtime/mask/exact/evaluate.ts';
import { launchMask } from '../../runtime/mask/launch/launch-mask.ts';
import type { MaskProgram, NodeId, RoundMode } from '../../runtime/mask/program/nodes.ts';
import { arraysOf, graphOf, offsetProgram } from './random-mask.ts';

type Make = (builder: MaskBuilder) => NodeId;

const query: Make = (b) => b.intern({ kind: 'query' });
const key: Make = (b) => b.intern({ kind: 'key' });
const head: Make = (b) => b.intern({ kind: 'head' });
const batch: Make = (b) => b.intern({ kind: 'batch' });
const n: Make = (b) => b.symbol('nk');

function real(operand: Make): Make {
  return (b) => b.add({ kind: 'to-real', operand: operand(b) });
}

/** mode(sqrt(x) * 1.7) */
function rounded(x: Make, mode: RoundMode = 'floor'): Make {
  return (b) => {
    const root = b.add({ kind: 'real-unary', op: 'sqrt', operand: real(x)(b) });
    return b.add({
      kind: 'round',
      mode,
      operand: b.add({ kind: 'real-binary', op: 'mul', left: root, right: b.real(1.7) }),
    });
  };
}

function graphWith(make: Make, more: Partial<Graph> = {}): Graph {
  const builder = new MaskBuilder();
  return graphOf(builder.finish(make(builder)), more);
}

function run(graph: Graph): { graph: Graph; session: Session } {
  const session = new Session();
  return { graph: materializeReals(graph, session), session };
}

/** Holds the launched mask, after the pass, against the float64 reading of the mask before it. */
function expectSameLaunch(before: Graph, nq: number, nk: number): void {
  const { graph } = run(before);
  expect(verifyGraph(graph, { reals: false })).toEqual([]);
  const model = { ...graph, mask: graph.nodes[0].mask };
  const launch = { w: 4, v: -1 };
  const arrays = arraysOf(nk);
  const launched = launchMask(model, { batch: 3, nq, nk, launch, arrays });
  const symbols = { nq, nk, offset: launched.offset, heads: 4, layer: 0, batch: 3, ...launch };
  for (let b = 0; b < 3; b++) {
    for (let h = 0; h < 4; h++) {
      const bound = launched.bind(b, h);
      for (let i = launched.offset; i < launched.offset + nq; i++) {
        for (let j = 0; j < nk; j++) {
          const want = evaluateProgram(before.nodes[0].mask, {
            query: i,
            key: j,
            head: h,
            batch: b,
            symbols,
            arrays,
          });
          if (evaluateBound(bound, i, j) !== (want === 1))
            throw new Error(`batch ${b} head ${h} i ${i} j ${j}: not ${want}`);
        }
      }
    }
  }
}

describe('materializeReals', () => {
  it('makes a scalar of what the launch alone decides, once for equal programs', () => {
    const { graph } = run(
      graphWith((b) =>
        b.and(b.compare('le', key(b), rounded(n)(b)), b.compare('le', query(b), rounded(n)(b))),
      ),
    );
    expect(graph.derived.map(printDerived)).toEqual(['rounded_1: int = floor(sqrt(real(nk)) * 1.7)']);
    expect(printMask(graph.nodes[0].mask)).toBe('j <= rounded_1 and i <= rounded_1');
  });

  it.each([
    [
      'query',
      query,
      'rounded_1: int[nq] over query = floor(sqrt(real(i + offset)) * 1.7)',
      'rounded_1[i - offset] <= j',
    ],
    ['key', key, 'rounded_1: int[nk] over key = floor(sqrt(real(j)) * 1.7)', 'rounded_1[j] <= j'],
    ['head', head, 'rounded_1: int[4] over head = floor(sqrt(real(head)) * 1.7)', 'rounded_1[head] <= j'],
    [
      'batch',
      batch,
      'rounded_1: int[batch] over batch = floor(sqrt(real(batch)) * 1.7)',
      'rounded_1[batch] <= j',
    ],
  ] as const)('makes a table over %s', (_, index, declaration, mask) => {
    const { graph } = run(graphWith((b) => b.compare('le', rounded(index)(b), key(b))));
    expect(graph.derived.map(printDerived)).toEqual([declaration]);
    expect(printMask(graph.nodes[0].mask)).toBe(mask);
  });

  it.each(['floor', 'ceil', 'nearest', 'truncate'] as const)(
    'keeps the meaning of %s at every launch',
    (mode) => {
      const shifted: Make = (b) => b.arithmetic('add', query(b), b.int(20));
      for (const index of [shifted, key, head, batch, n]) {
        const graph = graphWith((b) =>
          b.compare('le', b.arithmetic('sub', key(b), query(b)), rounded(index, mode)(b)),
        );
        for (const [nq, nk] of [
          [5, 5],
          [3, 9],
          [9, 4],
          [1, 1],
        ]) {
          expectSameLaunch(graph, nq, nk);
          expectSameLaunch({ ...graph, offset: offsetProgram('zero') }, nq, nk);
        }
      }
    },
  );

  it('takes comparisons of reals and choices between reals along', () => {
    const graph = graphWith((b) => {
      const half = b.add({ kind: 'real-binary', op: 'div', left: real(key)(b), right: b.real(2) });
      const condition = b.add({ kind: 'compare', op: 'lt', left: half, right: b.real(1.5) });
      const chosen = b.add({ kind: 'real-select', condition, then: half, else: b.real(0.25) });
      const low = b.add({ kind: 'compare', op: 'le', left: b.real(0.5), right: chosen });
      return b.or(low, b.compare('eq', key(b), query(b)));
    });
    const { graph: after } = run(graph);
    expect(printMask(after.nodes[0].mask)).toBe('rounded_1[j] == 1 or j == i');
    expectSameLaunch(graph, 6, 6);
  });

  it('reads integer arrays on the host', () => {
    const graph = graphWith((b) => {
      const id = b.add({ kind: 'lookup', array: 'ids', indices: [key(b)] });
      return b.compare('le', rounded(() => id)(b), b.arithmetic('mod', query(b), b.int(3)));
    });
    expectSameLaunch(graph, 7, 7);
  });

  it('avoids names that are taken', () => {
    const program: MaskProgram = { nodes: [{ kind: 'int', value: 1 }], root: 0 };
    const derived = [{ kind: 'scalar', name: 'rounded_1', type: 'int', program }] as const;
    const { graph } = run(graphWith((b) => b.compare('le', key(b), rounded(n)(b)), { derived }));
    expect(graph.derived.map(({ name }) => name)).toEqual(['rounded_1', 'rounded_2']);
  });

  it('refuses a real that reads two indices, at its span', () => {
    const graph = graphWith((b) =>
      b.compare('le', rounded((c) => c.arithmetic('add', query(c), key(c)))(b), key(b)),
    );
    const { mask } = graph.nodes[0];
    const span = { file: 'a.sa', start: 5, end: 17 };
    const spans = new Map([[mask.nodes.findIndex((node) => node.kind === 'round'), span]]);
    const { session } = run({ ...graph, nodes: [{ ...graph.nodes[0], spans }] });
    expect(session.diagnostics).toMatchObject([
      { name: 'real-depends-on-two-indices', primary: { span, text: 'reads i and j' } },
    ]);
  });

  it('shares what the attends of a graph have in common', () => {
    const make = (other: Make) => graphWith((b) => b.and(b.compare('le', rounded(n)(b), key(b)), other(b)));
    const [near, far] = [
      make((b) => b.compare('le', key(b), query(b))),
      make((b) => b.compare('le', rounded(key)(b), query(b))),
    ];
    const nodes = [
      { ...near.nodes[0], name: 'near' },
      { ...far.nodes[0], name: 'far' },
    ];
    const { graph } = run({ ...near, nodes, combine: 'merge' });
    expect(graph.derived.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      'rounded_1: scalar',
      'rounded_2: table',
    ]);
    expect(graph.nodes.map(({ mask }) => printMask(mask))).toEqual([
      'rounded_1 <= j and j <= i',
      'rounded_1 <= j and rounded_2[j] <= i',
    ]);
    expect(verifyGraph(graph, { reals: false })).toEqual([]);
  });

  it('leaves a mask without reals as it is', () => {
    const graph = graphWith((b) => b.compare('le', key(b), query(b)));
    expect(run(graph).graph.nodes[0]).toBe(graph.nodes[0]);
  });
});
