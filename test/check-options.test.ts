import { describe, expect, it } from 'vitest';
import { compile, OptionError, type CompileOptions } from '../compiler/index.ts';

const source = { name: 'x.sa', text: 'pattern p = causal' };

describe('options of compile', () => {
  it.each<[string, CompileOptions]>([
    ['heads is -4; it is an integer in 1..4096', { defaults: { heads: -4 } }],
    ['heads is 1.5; it is an integer in 1..4096', { defaults: { heads: 1.5 } }],
    ['kvHeads is 0; it is an integer in 1..4096', { defaults: { kvHeads: 0 } }],
    ['heads is 1000000000; it is an integer in 1..4096', { defaults: { heads: 1e9 } }],
    ['dim is 0.5; it is an integer in 1..65536', { defaults: { dim: 0.5 } }],
    ['dtype is f8; it is one of f32, f16, bf16', { defaults: { dtype: 'f8' as never } }],
    ['target is metal; it is one of wgsl, cuda', { target: 'metal' as never }],
    ['until is xx; it is one of lower, plan, emit', { until: 'xx' as never }],
    ['targets is empty: no adapter class is left', { targets: [] }],
  ])('the option %s', (message, options) => {
    expect(() => compile(source, options)).toThrow(new OptionError(`the option ${message}`));
  });
});
