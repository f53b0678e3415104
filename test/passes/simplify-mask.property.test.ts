import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Session } from '../../compiler/diagnostics/session.ts';
import type { Graph } from '../../compiler/ir/graph.ts';
import { printMask } from '../../compiler/ir/print-mask.ts';
import { verifyGraph } from '../../compiler/ir/verify-graph.ts';
import { simplifyMask } from '../../compiler/passes/simplify-mask.ts';
import { evaluateProgram } from '../../runtime/mask/exact/evaluate.ts';
import { arraysOf, buildTree, graphOf, maskTree, offsetProgram } from './random-mask.ts';

const sizes = [
  { nq: 1, nk: 1 },
  { nq: 7, nk: 7 },
  { nq: 3, nk: 8 },
  { nq: 9, nk: 4 },
];

/** Holds a mask against its simplified form at every pair of a few launches. */
function expectSame(before: Graph, after: Graph, offsetOf: (nq: number, nk: number) => number): void {
  for (const { nq, nk } of sizes) {
    const offset = offsetOf(nq, nk);
    const arrays = arraysOf(nk);
    for (const [w, v, head, batch] of [
      [1, -3, 0, 0],
      [9, 3, 3, 2],
      [4, 0, 1, 1],
    ]) {
      const symbols = { nq, nk, offset, w, v, heads: 4, layer: 0 };
      for (let query = offset; query < offset + nq; query++) {
        for (let key = 0; key < nk; key++) {
          const environment = { query, key, head, batch, symbols, arrays };
          const [want, got] = [before, after].map((graph) =>
            evaluateProgram(graph.nodes[0].mask, environment),
          );
          if (want !== got) {
            const shown = `${printMask(before.nodes[0].mask)}\nbecame\n${printMask(after.nodes[0].mask)}`;
            throw new Error(
              `i=${query} j=${key} nq=${nq} nk=${nk} w=${w} v=${v} head=${head}: ${want} to ${got}\n${shown}`,
            );
          }
        }
      }
    }
  }
}

describe('simplifyMask on random masks', () => {
  it.each([
    ['default', (nq: number, nk: number) => nk - nq],
    ['zero', () => 0],
  ] as const)('keeps the meaning with %s positions', (kind, offsetOf) => {
    fc.assert(
      fc.property(maskTree, (tree) => {
        const graph = graphOf(buildTree(tree), { offset: offsetProgram(kind) });
        const session = new Session();
        const simple = simplifyMask(graph, session);
        expect(session.diagnostics).toEqual([]);
        expect(verifyGraph(simple, { reals: true })).toEqual([]);
        expectSame(graph, simple, offsetOf);
      }),
      { numRuns: 250, seed: 20261121 },
    );
  });

  it('is done after one run on nearly every mask, and never grows again', () => {
    fc.assert(
      fc.property(maskTree, (tree) => {
        const session = new Session();
        const once = simplifyMask(graphOf(buildTree(tree)), session);
        const twice = simplifyMask(once, session);
        expect(twice.nodes[0].mask.nodes.length).toBeLessThanOrEqual(once.nodes[0].mask.nodes.length);
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});
