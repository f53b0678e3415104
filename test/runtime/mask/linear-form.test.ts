import { describe, expect, it } from 'vitest';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { evaluateBound } from '../../../runtime/mask/exact/evaluate.ts';
import { MaskBuilder } from '../../../runtime/mask/index.ts';
import { atomForm, divideForm, scaleForm } from '../../../runtime/mask/sets/linear-form.ts';
import { substitutePositions } from '../../../runtime/mask/views/substitute-positions.ts';

describe('forms', () => {
  it('come back when they are multiplied and divided by any factor', () => {
    const form = { ...atomForm(3), constant: 5 };
    for (let factor = 1; factor <= 5000; factor++) {
      expect(divideForm(scaleForm(form, factor), factor)).toEqual(form);
      expect(divideForm(scaleForm(form, -factor), -factor)).toEqual(form);
    }
  });
});

// The reciprocals of 49, 98, 103, 107 … times themselves are not 1 in floating point.
const factors = Array.from({ length: 400 }, (_, at) => at + 1);

describe('masks whose terms share a factor', () => {
  it('keep their meaning when it is divided out', () => {
    for (const factor of factors) {
      const b = new MaskBuilder();
      const scaled = (kind: 'query' | 'key') => b.arithmetic('mul', b.intern({ kind }), b.int(factor));
      const apart = b.arithmetic('sub', scaled('key'), scaled('query'));
      const mask = b.finish(
        b.or(
          b.compare('eq', apart, b.int(-factor)),
          b.compare('eq', b.add({ kind: 'abs', operand: apart }), b.int(2 * factor)),
        ),
      );
      const bound = createBinder(mask, {}, {})(0, 0);
      for (let j = 0; j <= 6; j++)
        expect(evaluateBound(bound, 3, j), `factor ${factor}, key ${j}`).toBe([1, 2, 5].includes(j));
    }
  });

  it('are asked of the digits of a grid whatever its sizes', () => {
    for (const size of factors) {
      const b = new MaskBuilder();
      const high = b.arithmetic('div', b.intern({ kind: 'key' }), b.int(size));
      const bound = createBinder(b.finish(b.compare('ne', high, b.int(0))), {}, {})(0, 0);
      const space = {
        base: 0,
        axes: [
          { size: 2, stride: size },
          { size, stride: 1 },
        ],
      };
      const mask = substitutePositions(bound, {
        query: space,
        key: space,
        keyLimits: null,
        queryLimits: null,
      });
      expect(mask.isEmpty, `size ${size}`).toBe(false);
      expect(mask.parts.map(({ leaves }) => leaves)).toEqual([1 << 2]);
    }
  });
});
