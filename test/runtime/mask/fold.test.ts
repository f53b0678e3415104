import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  evaluateProgram,
  MaskBuilder,
  type MaskNode,
  type MaskProgram,
  type NodeId,
} from '../../../runtime/mask/index.ts';
import {
  applyArithmetic,
  bitLength,
  isPowerOfTwo,
  roundReal,
} from '../../../runtime/mask/program/integer-math.ts';
import { maskMaker, testArrays } from './random-masks.ts';

/** Stores nodes exactly as they are written. */
class PlainBuilder extends MaskBuilder {
  override add(node: MaskNode): NodeId {
    return this.intern(node);
  }
}

/** Nodes that compute: `x + -3` folds to `x - 3`, whose constant may be a new one. */
function operations({ nodes }: MaskProgram): number {
  return nodes.filter(({ kind }) => kind !== 'int').length;
}

describe('folding', () => {
  it('keeps the value of every expression', () => {
    fc.assert(
      fc.property(maskMaker, (make) => {
        const [folding, plain] = [new MaskBuilder(), new PlainBuilder()];
        const [folded, written] = [folding.finish(make(folding)), plain.finish(make(plain))];
        expect(operations(folded)).toBeLessThanOrEqual(operations(written));
        for (let i = -3; i < 30; i += 4) {
          for (let j = 0; j < 30; j += 3) {
            const environment = { query: i, key: j, head: j % 4, symbols: { w: 5 }, arrays: testArrays };
            expect(evaluateProgram(folded, environment)).toBe(evaluateProgram(written, environment));
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('finds the identities that lowering relies on', () => {
    const b = new MaskBuilder();
    const [i, j] = [b.intern({ kind: 'query' }), b.intern({ kind: 'key' })];
    const less = b.compare('lt', i, j);
    expect(b.arithmetic('add', i, b.int(0))).toBe(i);
    expect(b.arithmetic('mul', b.int(1), i)).toBe(i);
    expect(b.arithmetic('sub', b.arithmetic('add', i, b.int(3)), b.int(3))).toBe(i);
    expect(b.arithmetic('sub', i, i)).toBe(b.int(0));
    expect(b.node(b.arithmetic('div', b.arithmetic('div', i, b.int(4)), b.int(8)))).toMatchObject({
      op: 'div',
      left: i,
    });
    expect(b.and(less, b.bool(true))).toBe(less);
    expect(b.and(less, b.bool(false))).toBe(b.bool(false));
    expect(b.or(less, b.not(b.not(less)))).toBe(less);
    expect(b.node(b.not(less))).toEqual({ kind: 'compare', op: 'le', left: j, right: i });
    expect(b.add({ kind: 'select', condition: b.bool(false), then: i, else: j })).toBe(j);
    expect(b.compare('le', i, i)).toBe(b.bool(true));
    expect(b.compare('lt', b.arithmetic('add', j, b.int(0)), j)).toBe(b.bool(false));
  });

  it('leaves division by a constant below 1 to the verifier', () => {
    const b = new MaskBuilder();
    for (const op of ['div', 'mod'] as const) {
      expect(b.node(b.arithmetic(op, b.int(7), b.int(0)))).toMatchObject({ kind: 'arithmetic', op });
      expect(b.node(b.arithmetic(op, b.intern({ kind: 'key' }), b.int(-2)))).toMatchObject({
        kind: 'arithmetic',
        op,
      });
    }
  });
});

describe('integer operators', () => {
  it.each([
    ['div', -7, 2, -4],
    ['div', 7, 2, 3],
    ['mod', -7, 3, 2],
    ['mod', -6, 3, 0],
    ['shl', -3, 4, -48],
    ['shr', -1, 5, -1],
    ['shr', -17, 2, -5],
    ['shl', 1, 31, 2 ** 31],
  ] as const)('%s of %i and %i is %i', (op, a, b, expected) =>
    expect(applyArithmetic(op, a, b)).toBe(expected),
  );

  it('know powers of two and bit lengths', () => {
    const powers = [-4, -1, 0, 1, 2, 3, 4, 6, 8, 2 ** 30, 2 ** 31, 2 ** 31 - 1].filter(isPowerOfTwo);
    expect(powers).toEqual([1, 2, 4, 8, 2 ** 30, 2 ** 31]);
    expect([0, 1, 2, 3, 4, -1, -8, 255, 256, 2 ** 32 - 1, 2 ** 32].map(bitLength)).toEqual([
      0, 1, 2, 2, 3, 1, 4, 8, 9, 32, 33,
    ]);
  });

  it('round in four ways', () => {
    const at = [-1.5, -0.5, 0.5, 1.5, 2.5];
    expect(at.map((x) => roundReal('floor', x))).toEqual([-2, -1, 0, 1, 2]);
    expect(at.map((x) => roundReal('ceil', x))).toEqual([-1, 0, 1, 2, 3]);
    expect(at.map((x) => roundReal('truncate', x))).toEqual([-1, 0, 0, 1, 2]);
    expect(at.map((x) => roundReal('nearest', x))).toEqual([-2, 0, 0, 2, 2]);
  });
});
