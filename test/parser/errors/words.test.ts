import { describe, expect, it } from 'vitest';
import { syntax } from '../../../compiler/diagnostics/catalogue/syntax.ts';
import { chapters, renderChapter } from './chapters.ts';

const render = renderChapter('words');

describe('syntax errors of words that stand in the wrong place', () => {
  it('unexpected-token', () => {
    expect(render('pattern p = window (each: 4)')).toMatchInlineSnapshot(`
      "
      error[SA0101]: Expected an operator, or \`pattern\`, \`attention\`, \`use\` or \`let\`, found \`(\`.
       --> main.sa:1:20
        |
      1 | pattern p = window (each: 4)
        |                    ^ not expected here
        |
        = help: in a call the parenthesis touches the name: \`window(\`
      "
    `);
    expect(render('patern p = full')).toMatchInlineSnapshot(`
      "
      error[SA0101]: Expected \`pattern\`, \`attention\`, \`use\` or \`let\`, found \`patern\`.
       --> main.sa:1:1
        |
      1 | patern p = full
        | ^^^^^^ not expected here
        |
      help: did you mean \`pattern\`?
        |
      1 | pattern p = full
        | ~~~~~~~
      "
    `);
    expect(render('attention a {\n  mask full\n  12 heads\n}')).toMatchInlineSnapshot(`
      "
      error[SA0101]: Expected an operator, or a field, \`input\`, \`launch\`, \`let\` or \`return\`, found \`12\`.
       --> main.sa:3:3
        |
      3 |   12 heads
        |   ^^ not expected here
      "
    `);
  });

  it('words and separators of other languages', () => {
    expect(render('pattern p = full where i < j')).toContain('help: a comparison is a set by itself');
    expect(render('attention a { mask full, heads 4 }')).toContain('without a separator');
    expect(render('let x = a\nlet y = b;')).toContain('without a separator');
  });

  it('missing-expression', () => {
    expect(render('pattern p = causal | ')).toMatchInlineSnapshot(`
      "
      error[SA0106]: Expected an expression after \`|\`, found the end of the file.
       --> main.sa:1:21
        |
      1 | pattern p = causal |
        |                     ^ not expected here
      "
    `);
    expect(render('attention a { mask full  heads = 12 }')).toMatchInlineSnapshot(`
      "
      error[SA0102]: Expected a value for \`heads\`, found \`=\`.
       --> main.sa:1:32
        |
      1 | attention a { mask full  heads = 12 }
        |                                ^ not expected here
        |
        = help: a field takes its value without \`=\`
      "
    `);
    expect(render('attention a {\n  mask full\n  heads\n  dim 64\n}')).toMatchInlineSnapshot(`
      "
      error[SA0102]: Expected a value for \`heads\`, found \`dim\`.
       --> main.sa:4:3
        |
      4 |   dim 64
        |   ^^^ not expected here
      "
    `);
    expect(render('attention a { bias key b }')).toMatchInlineSnapshot(`
      "
      error[SA0102]: Expected \`(\` after \`bias key\`, found \`b\`.
       --> main.sa:1:24
        |
      1 | attention a { bias key b }
        |                        ^ not expected here
      "
    `);
    expect(render('pattern p =\n  let x = 3 -\n  let y = 4\n  full')).toMatchInlineSnapshot(`
      "
      error[SA0102]: Expected an expression after \`-\`, found the word \`let\`.
       --> main.sa:3:3
        |
      3 |   let y = 4
        |   ^^^ not expected here
      "
    `);
  });

  it('missing-token', () => {
    expect(render('pattern p = if head < 4 then causal')).toMatchInlineSnapshot(`
      "
      error[SA0106]: Expected \`else\`, found the end of the file.
       --> main.sa:1:36
        |
      1 | pattern p = if head < 4 then causal
        |                                    ^ not expected here
      "
    `);
    expect(render('use common\npattern p full')).toMatchInlineSnapshot(`
      "
      error[SA0103]: Expected a file name in quotes after \`use\`, found \`common\`.
       --> main.sa:1:5
        |
      1 | use common
        |     ^^^^^^ not expected here

      error[SA0103]: Expected \`=\` and the set of the pattern, found \`full\`.
       --> main.sa:2:11
        |
      2 | pattern p full
        |           ^^^^ not expected here
      "
    `);
    expect(render('attention a { input ids int[n] }')).toMatchInlineSnapshot(`
      "
      error[SA0103]: Expected \`:\` and the type of the input, found \`int\`.
       --> main.sa:1:25
        |
      1 | attention a { input ids int[n] }
        |                         ^^^ not expected here
      "
    `);
  });

  it('unexpected-end', () => {
    expect(render('pattern p')).toMatchInlineSnapshot(`
      "
      error[SA0106]: Expected \`=\` and the set of the pattern, found the end of the file.
       --> main.sa:1:10
        |
      1 | pattern p
        |          ^ not expected here
      "
    `);
  });

  it('reserved-word', () => {
    expect(render('pattern in(w: int) = full')).toMatchInlineSnapshot(`
      "
      error[SA0107]: Expected a name after \`pattern\`, found the word \`in\`.
       --> main.sa:1:9
        |
      1 | pattern in(w: int) = full
        |         ^^ not expected here
        |
        = help: \`in\` is a word of the language; choose another name
      "
    `);
  });
});

it('every syntax error has a chapter', () => {
  expect(Object.values(chapters).flat().sort()).toEqual(Object.keys(syntax).sort());
});
