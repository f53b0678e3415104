import { describe, expect, it } from 'vitest';
import { Grammar } from '../../compiler/parser/grammar.ts';
import { bracketed, parseClean, parseText } from './parse-text.ts';

describe('the grammar', () => {
  it('passes the checks of the parser library, which are skipped in production', () => {
    expect(() => new Grammar({ validate: true })).not.toThrow();
  });

  it.each([
    ['a | b & c - d', '(a | (b & (c - d)))'],
    ['a - b & c', '((a - b) & c)'],
    ['a or b and not c == d', '(a or (b and (not (c == d))))'],
    ['not a & b', '((not a) & b)'],
    ['!a & b', '((! a) & b)'],
    ['!a[i] == b', '((! (a)[i]) == b)'],
    ['-a.b * c', '((- (a).b) * c)'],
    ['a + -b', '(a + (- b))'],
    ['0 <= i - j < w', '(0 <= (i - j) < w)'],
    ['i in 0..<w - 1', '(i in (0 ..< (w - 1)))'],
    ['1 << 2 + 3..4', '((1 << (2 + 3)) .. 4)'],
    ['a div b mod c * d / e', '((((a div b) mod c) * d) / e)'],
    ['a - b - c', '((a - b) - c)'],
    ['if a then b else if c then d else e | f', 'if(a, b, if(c, d, (e | f)))'],
    ['a | if b then c else d | e', '(a | if(b, c, (d | e)))'],
    ['f(x)[i, j].t', '((f(x))[i, j]).t'],
    ['block(b) { within(chunk(c)) { full } }', 'block(b){within(chunk(c)){full}}'],
    ['shrink { full } & a', '(shrink(){full} & a)'],
    ['f(by: 1, in: 2, w: x)', 'f(by: 1, in: 2, w: x)'],
    ['(a, b)[0] == [1, 2]', '((tuple(a, b))[0] == [1, 2])'],
    ['1.5e-3 + 2..3', '((1.5e-3 + 2) .. 3)'],
    ['a.select.in', '((a).select).in'],
    ['table("f.json")[layer, head]', '(table("f.json"))[layer, head]'],
  ])('groups %s', (text, tree) => {
    expect(bracketed(text)).toBe(tree);
  });

  it('takes a parenthesis or bracket for a call or lookup only where it touches', () => {
    const [item] = parseClean('pattern p =\n  let a = b\n  (c | d)').items;
    expect(item).toMatchObject({ bindings: [{ value: { kind: 'name' } }], body: { kind: 'binary' } });
    expect(parseText('let a = b (c)').diagnostics).toHaveLength(1);
    expect(parseText('let a = b [c]').diagnostics).toHaveLength(1);
    expect(bracketed('not(a) in(b)')).toBe('(not (a in b))');
  });

  it('reads several fields on one line and keeps the words of fields usable as names', () => {
    const [item] = parseClean(
      'attention a { mask mask[i, j] & scale heads 12 scale dim alibi alibi(s) queries at nk outputs out, lse dim 4 }',
    ).items;
    expect(item).toMatchObject({
      members: [
        { name: 'mask', values: [{ kind: 'binary' }] },
        { name: 'heads', values: [{ value: 12 }] },
        { name: 'scale', values: [{ text: 'dim' }] },
        { name: 'alibi', values: [] },
        { name: 'alibi', values: [{ text: 's' }] },
        { name: 'queries at', values: [{ text: 'nk' }] },
        { name: 'outputs', values: [{ text: 'out' }, { text: 'lse' }] },
        { name: 'dim', values: [{ value: 4 }] },
      ],
    });
  });

  it('keeps an unknown field with the value on its line', () => {
    const [item] = parseClean('attention a {\n  flavour f(3)\n  shiny\n  heads 4\n  bias pear\n}').items;
    expect(item).toMatchObject({
      members: [
        { name: 'flavour', values: [{ kind: 'call' }] },
        { name: 'shiny', values: [] },
        { name: 'heads', values: [{ value: 4 }] },
        { name: 'bias pear', values: [] },
      ],
    });
  });

  it('gives doc comments to the declaration that they touch', () => {
    const text =
      '/// not this\n\n/// One.\n// note\n///\n///  Two.\npattern p = full // x\nattention a { /// no\n /// Three.\n input x: int[n] }';
    const file = parseClean(text);
    expect(file.items).toMatchObject([{ doc: 'One.\n\n Two.' }, { members: [{ doc: 'Three.' }] }]);
    expect(file.comments.map(({ placement }) => placement)).toEqual([
      'own-line',
      'doc',
      'own-line',
      'doc',
      'doc',
      'trailing',
      'trailing',
      'doc',
    ]);
  });

  it('gives every node the range of its text', () => {
    const text = '\ufeff// c\r\npattern p(w: int = 4) =\r\n  (window(each: w) | causal)\r\n';
    const [item] = parseClean(text).items;
    if (item.kind !== 'pattern') throw new Error('no pattern');
    const cut = ({ span }: { span: { start: number; end: number } }) => text.slice(span.start, span.end);
    expect(cut(item)).toBe('pattern p(w: int = 4) =\r\n  (window(each: w) | causal)');
    expect(cut(item.parameters[0])).toBe('w: int = 4');
    expect(cut(item.body)).toBe('(window(each: w) | causal)');
    expect(item.body.kind === 'binary' && cut(item.body.left)).toBe('window(each: w)');
  });
});
