import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyBounds, MaskVariant } from '../../compiler/ir/kernel.ts';
import { MAX_KEY_FACTS, specialiseMask } from '../../compiler/passes/specialise-mask.ts';
import { evaluateProgram } from '../../runtime/mask/exact/evaluate.ts';
import type { NodeId } from '../../runtime/mask/program/nodes.ts';
import { causal, graphOf, program, window } from '../codegen/wgsl/graphs.ts';
import { arraysOf, buildTree, graphOf as openGraph, maskTree } from './random-mask.ts';

const sizes = { nq: 9, nk: 12, offset: 3, heads: 4, w: 3, v: -2, layer: 0, batch: 1 };
const arrays = arraysOf(sizes.nk);

function value(nodes: MaskVariant['nodes'], root: NodeId, query: number, key: number): number {
  const program = { nodes: nodes.slice(0, root + 1), root };
  return evaluateProgram(program, { query, key, head: 1, batch: 0, symbols: sizes, arrays });
}

/** What bounds say of a pair: surely, possibly. */
function told(bounds: KeyBounds, variant: MaskVariant, i: number, j: number): readonly [boolean, boolean] {
  const ask = (node: NodeId): number => value(variant.nodes, node, i, j);
  switch (bounds.kind) {
    case 'open':
      return [false, true];
    case 'row':
    case 'key': {
      const holds = ask(bounds.condition) === 1;
      return [holds, holds];
    }
    case 'range': {
      const inside =
        (bounds.low === null || ask(bounds.low) <= j) && (bounds.high === null || j < ask(bounds.high));
      return [inside, inside];
    }
    case 'not': {
      const [sure, possible] = told(bounds.operand, variant, i, j);
      return [!possible, !sure];
    }
    case 'and':
    case 'or': {
      const [left, right] = [told(bounds.left, variant, i, j), told(bounds.right, variant, i, j)];
      return bounds.kind === 'and'
        ? [left[0] && right[0], left[1] && right[1]]
        : [left[0] || right[0], left[1] || right[1]];
    }
  }
}

describe('specialiseMask', () => {
  it('decides bounds exactly and asks the rest right, for random masks', () => {
    let decided = 0;
    let asked = 0;
    fc.assert(
      fc.property(maskTree, fc.boolean(), fc.boolean(), (tree, neighbouringKeys, keyWords) => {
        const mask = buildTree(tree);
        const variant = specialiseMask(mask, openGraph(mask), { neighbouringKeys, keyWords });
        if (variant === null) return;
        const { bounds, open, nodes } = variant;
        for (let i = sizes.offset; i < sizes.offset + sizes.nq; i++) {
          for (let j = 0; j < sizes.nk; j++) {
            const live = value(mask.nodes, mask.root, i, j) === 1;
            const [sure, possible] = bounds === null ? [false, true] : told(bounds, variant, i, j);
            if (sure === possible) decided++;
            else asked++;
            expect(sure === possible ? sure : open !== null && value(nodes, open, i, j) === 1).toBe(live);
          }
        }
      }),
      { numRuns: 400 },
    );
    expect(decided).toBeGreaterThan(1000);
    expect(asked).toBeGreaterThan(1000);
  });

  it('leaves nothing open where a mask is ranges, and needs tiles of neighbouring keys for that', () => {
    expect(specialiseMask(window(5), graphOf(causal), { neighbouringKeys: true })).toMatchObject({
      open: null,
      queryFacts: [],
      keyFacts: [],
    });
    expect(specialiseMask(window(5), graphOf(causal), { neighbouringKeys: false })).toBeNull();
  });

  it('makes words of conditions on keys alone where they are asked for, in tiles of any order', () => {
    const mask = program((b, i, j) =>
      b.and(
        b.compare('eq', b.arithmetic('mod', j, b.int(5)), b.int(2)),
        b.compare('eq', b.arithmetic('mod', i, b.int(3)), b.int(1)),
      ),
    );
    for (const neighbouringKeys of [true, false]) {
      const variant = specialiseMask(mask, graphOf(mask), { neighbouringKeys, keyWords: true });
      expect(variant).toMatchObject({
        open: null,
        bounds: { kind: 'and', left: { kind: 'key' }, right: { kind: 'row' } },
      });
    }
    expect(specialiseMask(mask, graphOf(mask), { neighbouringKeys: false })?.open).not.toBeNull();
    const range = specialiseMask(window(5), graphOf(causal), { neighbouringKeys: true, keyWords: true });
    expect(range?.bounds?.kind).toBe('range');
  });

  it('keeps no more facts of a key than there is room for', () => {
    const mask = program((b, i, j) =>
      b.and(
        ...[3, 5, 7, 11, 13, 17].map((n) =>
          b.compare('ne', b.arithmetic('mod', i, b.int(n)), b.arithmetic('mod', j, b.int(n))),
        ),
      ),
    );
    const variant = specialiseMask(mask, graphOf(mask), { neighbouringKeys: true });
    expect(variant?.keyFacts).toHaveLength(MAX_KEY_FACTS);
    expect(variant?.queryFacts).toHaveLength(6);
  });
});
