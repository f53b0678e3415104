import { afterAll, describe, expect, it } from 'vitest';
import { syntax } from '../../compiler/diagnostics/catalogue/syntax.ts';
import { renderText } from '../../compiler/diagnostics/render-text.ts';
import { parseText } from './parse-text.ts';

const reported = new Set<string>();

/** What a person reads about a text. */
function render(text: string): string {
  const { diagnostics } = parseText(text, 'main.sa');
  for (const { name } of diagnostics) reported.add(name);
  return `\n${renderText(diagnostics, [{ name: 'main.sa', text }])}`;
}

describe('syntax errors', () => {
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

  it('unclosed-bracket', () => {
    expect(render('pattern p = window(each: 4 | causal\npattern q = full')).toMatchInlineSnapshot(`
      "
      error[SA0104]: Expected \`,\` or \`)\` to close the argument list of \`window\`, found the word \`pattern\`.
       --> main.sa:2:1
        |
      1 | pattern p = window(each: 4 | causal
        |                   - opened here
      2 | pattern q = full
        | ^^^^^^^ \`)\` is missing before this
      "
    `);
    expect(render('pattern p(w: int = causal')).toMatchInlineSnapshot(`
      "
      error[SA0104]: Expected \`,\` or \`)\` to close the parameters of \`p\`, found the end of the file.
       --> main.sa:1:26
        |
      1 | pattern p(w: int = causal
        |          -               ^ \`)\` is missing before this
        |          |
        |          opened here
      "
    `);
    expect(render('pattern p = ids[i = 3]')).toMatchInlineSnapshot(`
      "
      error[SA0104]: Expected \`,\` or \`]\` to close the index of \`ids\`, found \`=\`.
       --> main.sa:1:19
        |
      1 | pattern p = ids[i = 3]
        |                -  ^ \`]\` is missing before this
        |                |
        |                opened here
        |
        = help: equality is written \`==\`
      "
    `);
    expect(render('attention a {\n  mask block(8) { causal\n  heads 4\n}')).toMatchInlineSnapshot(`
      "
      error[SA0104]: Expected \`}\` to close the block of \`block\`, found \`heads\`.
       --> main.sa:3:3
        |
      2 |   mask block(8) { causal
        |                 - opened here
      3 |   heads 4
        |   ^^^^^ \`}\` is missing before this
      "
    `);
    expect(render('attention a {\n  mask causal\n\npattern p = full')).toMatchInlineSnapshot(`
      "
      error[SA0104]: Expected \`}\` to close the attention \`a\`, found the word \`pattern\`.
       --> main.sa:4:1
        |
      1 | attention a {
        |             - opened here
      ...
      4 | pattern p = full
        | ^^^^^^^ \`}\` is missing before this
      "
    `);
  });

  it('unmatched-bracket', () => {
    expect(render('attention a { mask causal) heads 4 }')).toMatchInlineSnapshot(`
      "
      error[SA0105]: \`)\` closes nothing.
       --> main.sa:1:26
        |
      1 | attention a { mask causal) heads 4 }
        |                          ^ no bracket is open here
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

  it('unknown-character', () => {
    expect(render('pattern p = full # all')).toMatchInlineSnapshot(`
      "
      error[SA0110]: The character \`#\` (U+0023) means nothing here.
       --> main.sa:1:18
        |
      1 | pattern p = full # all
        |                  ^ not part of the language
        |
        = help: comments begin with \`//\`

      error[SA0101]: Expected an operator, or \`pattern\`, \`attention\`, \`use\` or \`let\`, found \`all\`.
       --> main.sa:1:20
        |
      1 | pattern p = full # all
        |                    ^^^ not expected here
      "
    `);
    expect(render('pattern p\u00a0= full')).toMatchInlineSnapshot(`
      "
      error[SA0110]: The character U+00A0 means nothing here.
       --> main.sa:1:10
        |
      1 | pattern p = full
        |          ^ not part of the language
        |
        = help: it looks like white space; write a plain space
      "
    `);
  });

  it('unterminated-string', () => {
    expect(render('use "common.sa\npattern p = full')).toMatchInlineSnapshot(`
      "
      error[SA0111]: This string has no closing quote on its line.
       --> main.sa:1:5
        |
      1 | use "common.sa
        |     ^^^^^^^^^^ the string begins here
        |
      help: close it
        |
      1 | use "common.sa"
        |               +
      "
    `);
  });

  it('unknown-escape', () => {
    expect(render('use "a\\q.sa"')).toMatchInlineSnapshot(`
      "
      error[SA0112]: \`\\q\` means nothing in a string.
       --> main.sa:1:7
        |
      1 | use "a\\q.sa"
        |       ^^ unknown escape
        |
        = note: known are \`\\"\`, \`\\\\\`, \`\\n\`, \`\\r\`, \`\\t\`, \`\\b\`, \`\\f\` and \`\\u\` with four hexadecimal digits
        = help: a path is written with \`/\`; a backslash itself as \`\\\\\`
      "
    `);
  });

  it('malformed-number', () => {
    expect(render('pattern p = i < 4k & j < 0x1F')).toMatchInlineSnapshot(`
      "
      error[SA0113]: \`4k\` is neither a number nor a name.
       --> main.sa:1:17
        |
      1 | pattern p = i < 4k & j < 0x1F
        |                 ^^ a name begins with a letter, a number holds digits only
        |
        = help: there are no unit letters: write 4096

      error[SA0113]: \`0x1F\` is neither a number nor a name.
       --> main.sa:1:26
        |
      1 | pattern p = i < 4k & j < 0x1F
        |                          ^^^^ a name begins with a letter, a number holds digits only
        |
        = help: numbers are decimal: 31
      "
    `);
  });

  it('integer-beyond-32-bits', () => {
    expect(render('pattern p = i < 2147483648')).toMatchInlineSnapshot(`
      "
      error[SA0114]: The integer 2147483648 is larger than 2147483647.
       --> main.sa:1:17
        |
      1 | pattern p = i < 2147483648
        |                 ^^^^^^^^^^ does not fit into 32 bits
        |
        = note: kernels compute positions and sizes in signed 32-bit integers
      "
    `);
    expect(parseText('pattern p = i < 2147483647').diagnostics).toEqual([]);
  });

  it('real-too-large', () => {
    expect(render('let x = 1e999')).toMatchInlineSnapshot(`
      "
      error[SA0115]: \`1e999\` is larger than any real number that a computer holds.
       --> main.sa:1:9
        |
      1 | let x = 1e999
        |         ^^^^^ too large
        |
        = note: the largest real is about 1.8e308
      "
    `);
  });

  it('foreign-operator', () => {
    expect(render('pattern p = j \u2264 i && i % 2 == 0')).toMatchInlineSnapshot(`
      "
      error[SA0116]: \`≤\` is no operator of this language.
       --> main.sa:1:15
        |
      1 | pattern p = j ≤ i && i % 2 == 0
        |               ^ write \`<=\`
        |
      help: write \`<=\`
        |
      1 | pattern p = j <= i && i % 2 == 0
        |               ~~

      error[SA0116]: \`&&\` is no operator of this language.
       --> main.sa:1:19
        |
      1 | pattern p = j ≤ i && i % 2 == 0
        |                   ^^ write \`&\` (or \`and\`)
        |
      help: write \`&\`
        |
      1 | pattern p = j ≤ i & i % 2 == 0
        |                   ~

      error[SA0116]: \`%\` is no operator of this language.
       --> main.sa:1:24
        |
      1 | pattern p = j ≤ i && i % 2 == 0
        |                        ^ write \`mod\`
        |
      help: write \`mod\`
        |
      1 | pattern p = j ≤ i && i mod 2 == 0
        |                        ~~~
      "
    `);
    expect(render('let x = 2 ^ 3')).toMatchInlineSnapshot(`
      "
      error[SA0116]: \`^\` is no operator of this language.
       --> main.sa:1:11
        |
      1 | let x = 2 ^ 3
        |           ^ there are no powers
        |
        = help: \`1 << e\` is 2 to the power of an integer e, \`exp2(x)\` of a real x
      "
    `);
  });

  it('nesting-too-deep', () => {
    expect(
      render(`pattern p = ${'('.repeat(101)}full${')'.repeat(101)}`).split('\n')[1],
    ).toMatchInlineSnapshot(`"error[SA0120]: The nesting is deeper than 100."`);
    expect(render(`let x = ${'not '.repeat(101)}true`).split('\n')[1]).toMatchInlineSnapshot(
      `"error[SA0120]: The nesting is deeper than 100."`,
    );
    expect(render(`let x = ${'if a then b else '.repeat(101)}c`).split('\n')[1]).toMatchInlineSnapshot(
      `"error[SA0120]: The nesting is deeper than 100."`,
    );
    for (const depth of [1, 99]) {
      const text = `pattern p = ${'('.repeat(depth)}full${')'.repeat(depth)}`;
      expect(parseText(text).diagnostics).toEqual([]);
    }
  });

  it('chain-too-long', () => {
    expect(render(`let x = 0${' + 1'.repeat(401)}`).split('\n')[1]).toMatchInlineSnapshot(
      `"error[SA0121]: More than 400 operators stand in one expression."`,
    );
    expect(parseText(`let x = 0${' + 1'.repeat(400)}`).diagnostics).toEqual([]);
  });

  it('chained-range', () => {
    expect(render('pattern p = j in 0..4..8')).toMatchInlineSnapshot(`
      "
      error[SA0122]: Ranges do not chain.
       --> main.sa:1:22
        |
      1 | pattern p = j in 0..4..8
        |                  ----^^ a second range
        |                  |
        |                  this is a range already
        |
        = help: a range has two ends; a list of ranges is written \`[0..3, 8..11]\`
      "
    `);
  });

  it('unknown-by-axis', () => {
    expect(render('pattern p = by batch { 0: full }')).toMatchInlineSnapshot(`
      "
      error[SA0123]: \`by\` distinguishes heads or layers, not \`batch\`.
       --> main.sa:1:16
        |
      1 | pattern p = by batch { 0: full }
        |                ^^^^^ expected \`head\` or \`layer\`
      "
    `);
  });

  it('repeated-else', () => {
    expect(render('pattern p = by head { else: full; else: causal }')).toMatchInlineSnapshot(`
      "
      error[SA0124]: A \`by\` has one \`else\`.
       --> main.sa:1:35
        |
      1 | pattern p = by head { else: full; else: causal }
        |                             ----  ^^^^^^^^^^^^ a second \`else\`
        |                             |
        |                             the first one
      "
    `);
  });

  afterAll(() => expect([...Object.keys(syntax)].filter((name) => !reported.has(name))).toEqual([]));
});
