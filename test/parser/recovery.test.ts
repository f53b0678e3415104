import { describe, expect, it } from 'vitest';
import { printFile } from '../../compiler/parser/index.ts';
import { parseText } from './parse-text.ts';

const fiveMistakes = `use common

pattern window_and_sink(w: int = 256 = causal & window(keys: w)

pattern fine(w: int) = window(each: w)

pattern no_else(w: int) =
  let half = w div 2
  if head < 4 then window(each: half)

attention decoder {
  mask   fine(w: 4 | causal
  heads  12
  dim    = 64
  dtype  f16
}

attention encoder {
  mask  causal
  heads 4
}
`;

describe('recovery', () => {
  it('reports five mistakes of a file in one run, in their order', () => {
    const { diagnostics } = parseText(fiveMistakes);
    const lines = diagnostics.map(
      ({ primary }) => fiveMistakes.slice(0, primary.span.start).split('\n').length,
    );
    expect(diagnostics.map(({ name }) => name)).toEqual([
      'missing-token',
      'unclosed-bracket',
      'missing-token',
      'unclosed-bracket',
      'missing-expression',
    ]);
    expect(lines).toEqual([1, 3, 11, 13, 14]);
  });

  it('keeps what can be read', () => {
    expect(printFile(parseText(fiveMistakes).file)).toBe(`pattern fine(w: int) = window(each: w)

attention decoder {
  heads 12
  dtype f16
}

attention encoder {
  mask  causal
  heads 4
}
`);
  });

  it('reports one error for one mistake, whatever follows it', () => {
    const rest = 'pattern after = causal\nattention last { mask after  heads 4 }\n';
    for (const mistake of [
      'pattern = full',
      'pattern p(: int) = full',
      'pattern p = by head 0: full; else: causal }',
      'pattern p = block(8) { causal',
      'pattern p = f(a, , b)',
      'pattern p = a[i, j',
      'pattern p = a | | b',
      'pattern p = select',
      'let = 4',
      'let x 4',
      'use',
      'attention { mask full }',
      'attention a { input x }',
      'attention a { input x: [n] }',
      'attention a { launch x: int in = 3 }',
      'attention a { return }',
      'attention a { mask (a }',
      'attention a { mask by head { 0: a, } }',
      'attention a { rows scale 3 }',
    ]) {
      const { diagnostics, file } = parseText(`${mistake}\n${rest}`);
      expect({ mistake, messages: diagnostics.map(({ message }) => message) }).toEqual({
        mistake,
        messages: [expect.any(String)],
      });
      expect(file.items.slice(-2).map((item) => 'name' in item && item.name.text)).toEqual(['after', 'last']);
    }
  });

  it('goes on after a declaration that is nested too deep', () => {
    const deep = `pattern deep = ${'('.repeat(5000)}full\n`;
    const { file, diagnostics } = parseText(`pattern before = full\n${deep}pattern after = full +\n`);
    expect(diagnostics.map(({ name }) => name)).toEqual(['nesting-too-deep', 'unexpected-end']);
    expect(file.items.map((item) => 'name' in item && item.name.text)).toEqual(['before']);
  });
});
