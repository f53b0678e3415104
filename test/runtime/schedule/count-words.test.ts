import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { evaluateBound, MaskBuilder, type NodeId } from '../../../runtime/mask/index.ts';
import { packBits } from '../../../runtime/read-arrays.ts';
import { countWords } from '../../../runtime/schedule/counts/count-words.ts';

/** What masks of bits are made of. */
const atom = fc.tuple(fc.constantFrom('bits', 'turned', 'near', 'not'), fc.nat(40));
const size = fc.integer({ min: 1, max: 70 });

describe('pairs counted in words', () => {
  it('are those that are live one by one', () => {
    let counted = 0;
    const request = fc.record({
      parts: fc.array(atom, { minLength: 1, maxLength: 4 }),
      isAnd: fc.boolean(),
      dims: fc.tuple(size, size),
      nq: size,
      nk: size,
      offset: fc.integer({ min: -5, max: 9 }),
    });
    fc.assert(
      fc.property(request, ({ parts, isAnd, dims, nq, nk, offset }) => {
        const b = new MaskBuilder();
        const [query, key] = [b.intern({ kind: 'query' }), b.intern({ kind: 'key' })];
        const bit = (indices: NodeId[]) => b.add({ kind: 'bit', array: 'bits', indices });
        const nodes = parts.map(([kind, reach]) => {
          if (kind === 'bits') return bit([query, key]);
          if (kind === 'turned') return bit([key, query]);
          const near = b.compare('le', b.arithmetic('sub', query, key), b.int(reach - 20));
          return kind === 'near' ? near : b.add({ kind: 'not', operand: bit([query, key]) });
        });
        const mask = b.finish(nodes.reduce((x, y) => (isAnd ? b.and(x, y) : b.or(x, y))));
        const elements = Array.from({ length: dims[0] * dims[1] }, (_, at) => (at * 2654435761) % 97 < 30);
        const bits = packBits(dims, elements, (element) => element);
        const bound = createBinder(mask, {}, { bits })(0, 0);
        let pairs = 0;
        for (let i = offset; i < offset + nq; i++)
          for (let j = 0; j < nk; j++) if (evaluateBound(bound, i, j)) pairs++;
        const found = countWords(bound, { nq, nk, offset });
        if (found === null) return;
        counted++;
        expect(found).toBe(pairs);
      }),
      { numRuns: 400 },
    );
    expect(counted).toBeGreaterThan(100);
  });
});
