import { describe, expect, it } from 'vitest';
import { parseText } from '../parse-text.ts';
import { renderChapter } from './chapters.ts';

const render = renderChapter('literals');

describe('syntax errors of characters and literals', () => {
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
});
