import { describe, expect, it } from 'vitest';
import { Session, parse } from '../../compiler/index.ts';

/** What is suggested for the syntax errors of a text. */
function suggestions(text: string): readonly string[] {
  const session = new Session();
  parse({ name: 'main.sa', text }, session);
  return session.diagnostics.flatMap(({ help }) => help.map((entry) => entry.text));
}

describe('misspelled words', () => {
  it.each([
    ['patern p = causal', 'pattern'],
    ['pattern p = causal\n\natention a {\n  mask causal\n}', 'attention'],
    ['imports "./a.sa"\npattern p = causal', null],
    ['lett w = 3\npattern p = causal', 'let'],
    ['attention a {\n  inputt ids: int[n]\n  mask same(ids)\n}', 'input'],
    ['attention a {\n  lett w = 3\n  mask window(keys: w)\n}', 'let'],
    ['attention a {\n  mask causal\n  heads = 4\n}', undefined],
    ['attention a {\n  lauch w: int = 3\n  mask window(keys: w)\n}', 'launch'],
  ])('%s', (text, word) => {
    if (word === undefined) expect(suggestions(text).join()).not.toContain('did you mean');
    else expect(suggestions(text)).toEqual(word === null ? [] : [`did you mean \`${word}\`?`]);
  });
});
