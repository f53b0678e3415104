import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeProgram, encodeProgram, MaskBuilder } from '../../../runtime/mask/index.ts';
import { randomInteger, randomMask } from './random-masks.ts';

describe('the codec of mask programs', () => {
  it('gives every program back, node for node, through JSON', () => {
    fc.assert(
      fc.property(fc.oneof(randomMask, randomInteger), (program) => {
        expect(decodeProgram(JSON.parse(JSON.stringify(encodeProgram(program))))).toEqual(program);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps reals and their operators', () => {
    const builder = new MaskBuilder();
    const real = builder.add({ kind: 'to-real', operand: builder.symbol('nk') });
    const root = builder.add({ kind: 'real-unary', op: 'log2', operand: real });
    const product = builder.add({ kind: 'real-binary', op: 'mul', left: root, right: builder.real(0.1) });
    const program = builder.finish(builder.add({ kind: 'round', mode: 'nearest', operand: product }));
    expect(decodeProgram(encodeProgram(program))).toEqual(program);
  });

  it('refuses code that is cut short or reads ahead', () => {
    const builder = new MaskBuilder();
    const less = builder.compare('lt', builder.intern({ kind: 'key' }), builder.intern({ kind: 'query' }));
    const encoded = encodeProgram(builder.finish(less));
    expect(() => decodeProgram({ ...encoded, code: encoded.code.slice(0, -1) })).toThrow('cut short');
    expect(() => decodeProgram({ ...encoded, code: [...encoded.code.slice(0, -1), 7] })).toThrow(
      'reads node 7',
    );
    expect(() => decodeProgram({ ...encoded, code: [1, 99] })).toThrow('entry 99');
  });
});
