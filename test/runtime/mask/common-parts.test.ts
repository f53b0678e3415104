import { describe, expect, it } from 'vitest';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { MaskBuilder, type NodeId } from '../../../runtime/mask/index.ts';
import { evaluateBound, evaluateProgram } from '../../../runtime/mask/exact/evaluate.ts';
import { substitutePositions } from '../../../runtime/mask/views/substitute-positions.ts';

const side = 6;
const space = {
  base: 0,
  axes: [
    { size: side, stride: side },
    { size: side, stride: 1 },
  ],
};

/** Masks over a grid of 6 x 6: the conditions along y and x that they are made of. */
const masks: readonly [name: string, parts: number, (b: MaskBuilder, y: NodeId, x: NodeId) => NodeId][] = [
  [
    'a part of both branches',
    2,
    (b, y, x) => {
      const near = b.compare('lt', y, b.int(2));
      return b.or(
        b.and(near, b.compare('eq', x, b.int(0))),
        b.and(near, b.compare('le', b.int(3), x), b.compare('lt', b.arithmetic('add', y, x), b.int(4))),
      );
    },
  ],
  [
    'no common part',
    1,
    (b, y, x) =>
      b.or(
        b.and(b.compare('lt', y, b.int(2)), b.compare('eq', x, b.int(0))),
        b.and(b.compare('lt', y, b.int(1)), b.compare('eq', x, b.int(3))),
      ),
  ],
  [
    'a branch that is common to both',
    1,
    (b, y, x) => {
      const near = b.compare('lt', y, b.int(2));
      return b.or(near, b.and(near, b.compare('eq', x, b.int(3))));
    },
  ],
];

describe('parts that all branches have', () => {
  it.each(masks)('%s', (_, parts, make) => {
    const b = new MaskBuilder();
    const [query, key] = [b.intern({ kind: 'query' }), b.intern({ kind: 'key' })];
    const along = (op: 'div' | 'mod') =>
      b.arithmetic('sub', b.arithmetic(op, query, b.int(side)), b.arithmetic(op, key, b.int(side)));
    const bound = createBinder(b.finish(make(b, along('div'), along('mod'))), {}, {})(0, 0);
    const mask = substitutePositions(bound, { query: space, key: space, keyLimits: null, queryLimits: null });
    expect(mask.parts.length).toBe(parts);
    const { nodes, root } = mask.join(mask.parts);
    for (let i = 0; i < side * side; i++) {
      for (let j = 0; j < side * side; j++) {
        const coordinates = [Math.floor(i / side), i % side, Math.floor(j / side), j % side];
        const found = evaluateProgram({ nodes, root } as Parameters<typeof evaluateProgram>[0], {
          coordinates,
        });
        expect(found === 1).toBe(evaluateBound(bound, i, j));
      }
    }
  });
});
