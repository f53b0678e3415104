import { describe, expect, it } from 'vitest';
import { parseText } from '../parse-text.ts';
import { renderChapter } from './chapters.ts';

const render = renderChapter('brackets');

describe('syntax errors of brackets, chains and cases', () => {
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
});
