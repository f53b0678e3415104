import { describe, expect, it } from 'vitest';
import { didYouMean, suggestNames } from '../../compiler/diagnostics/suggest-name.ts';

const known = ['window', 'within', 'stride', 'keys', 'causal', 'nk', 'nq', 'i', 'j', 'powers_of_two'];

describe('suggestNames', () => {
  it.each([
    ['windw', ['window']],
    ['widnow', ['window']],
    ['Causal', ['causal']],
    ['key', ['keys']],
    ['power', ['powers_of_two']],
    ['nj', ['nk', 'nq']],
    ['x', []],
    ['attention', []],
    ['stirde', ['stride']],
  ])('%s', (wrong, names) => expect(suggestNames(wrong, known)).toEqual(names));

  it('counts a swap of neighbours as one step', () => {
    expect(suggestNames('abdc', ['abcd'])).toEqual(['abcd']);
    expect(suggestNames('dcba', ['abcd'])).toEqual([]);
  });
});

describe('didYouMean', () => {
  const span = { file: 'a', start: 0, end: 5 };

  it('offers the change where one name is near', () => {
    expect(didYouMean('windw', known, span)).toEqual([
      { text: 'did you mean `window`?', replacement: { span, text: 'window' } },
    ]);
    expect(didYouMean('nj', known, span)).toEqual([{ text: 'did you mean `nk` or `nq`?' }]);
    expect(didYouMean('zzz', known, span)).toEqual([]);
  });
});
