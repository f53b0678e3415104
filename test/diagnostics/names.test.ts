import { describe, expect, it } from 'vitest';
import { names } from '../../compiler/diagnostics/catalogue/names.ts';
import { render, reported } from './render-source.ts';

describe('diagnostics of names and files', () => {
  it('unknown-name', () => {
    expect(render('pattern p(w: int) = widow(each: w)')).toMatchInlineSnapshot(`
      "
      error[SA0201]: There is no pattern or form "widow".
       --> main.sa:1:21
        |
      1 | pattern p(w: int) = widow(each: w)
        |                     ^^^^^ unknown
        |
      help: did you mean \`window\`?
        |
      1 | pattern p(w: int) = window(each: w)
        |                     ~~~~~~
      "
    `);
    expect(render('pattern p(width: int) = i - j < widht')).toMatchInlineSnapshot(`
      "
      error[SA0201]: There is no name "widht" here.
       --> main.sa:1:33
        |
      1 | pattern p(width: int) = i - j < widht
        |                                 ^^^^^ unknown
        |
      help: did you mean \`width\`?
        |
      1 | pattern p(width: int) = i - j < width
        |                                 ~~~~~
      "
    `);
    expect(render('pattern p = i - j < zzz')).toMatchInlineSnapshot(`
      "
      error[SA0201]: There is no name "zzz" here.
       --> main.sa:1:21
        |
      1 | pattern p = i - j < zzz
        |                     ^^^ unknown
      "
    `);
  });

  it('duplicate-name', () => {
    expect(render('pattern p(w: int, w: int) = i - j < w')).toMatchInlineSnapshot(`
      "
      error[SA0202]: "w" is declared twice here.
       --> main.sa:1:19
        |
      1 | pattern p(w: int, w: int) = i - j < w
        |           -       ^ the second declaration
        |           |
        |           "w" is declared here
        |
        = help: give one of them another name
      "
    `);
    expect(render('pattern p = full\nlet p = 3')).toMatchInlineSnapshot(`
      "
      error[SA0202]: "p" is declared twice in "main.sa".
       --> main.sa:2:5
        |
      1 | pattern p = full
        |         - "p" is declared here
      2 | let p = 3
        |     ^ the second declaration
        |
        = help: give one of them another name
      "
    `);
    expect(render('attention a { mask full }\nattention a { mask full }')).toMatchInlineSnapshot(`
      "
      error[SA0202]: There are two attentions "a".
       --> main.sa:2:11
        |
      1 | attention a { mask full }
        |           - the first one
      2 | attention a { mask full }
        |           ^ the second one
      "
    `);
  });

  it('shadows-built-in', () => {
    expect(render('pattern p(n: int) = i < n')).toMatchInlineSnapshot(`
      "
      error[SA0203]: "n" is a name of the language and cannot be declared.
       --> main.sa:1:11
        |
      1 | pattern p(n: int) = i < n
        |           ^ taken
        |
        = note: \`n\` is the number of keys, as \`nk\`
        = help: call it \`my_n\`
      "
    `);
    expect(render('pattern window(w: int) = i - j < w')).toMatchInlineSnapshot(`
      "
      error[SA0203]: "window" is a name of the language and cannot be declared.
       --> main.sa:1:9
        |
      1 | pattern window(w: int) = i - j < w
        |         ^^^^^^ taken
        |
        = note: \`window\` is built in
        = help: call it \`my_window\`
      "
    `);
    expect(render('attention a { launch offset: int = 0  mask i < offset }')).toMatchInlineSnapshot(`
      "
      error[SA0203]: "offset" is a name of the language and cannot be declared.
       --> main.sa:1:22
        |
      1 | attention a { launch offset: int = 0  mask i < offset }
        |                      ^^^^^^ taken
        |
        = note: at launch \`offset\` is the position of query row 0
        = help: call it \`start\`: \`queries at start\`
      "
    `);
  });

  it('unused-parameter', () => {
    expect(render('pattern p(w: int = 3) = causal')).toMatchInlineSnapshot(`
      "
      warning[SA0204]: The parameter "w" of "p" is never used.
       --> main.sa:1:11
        |
      1 | pattern p(w: int = 3) = causal
        |           ^ has no effect
        |
        = help: remove it, or call it \`_w\` to keep it
      "
    `);
  });

  it('unused-binding', () => {
    expect(render('attention a { input ids: int[batch, n]  let w = 3  launch x: int = 1  mask full }'))
      .toMatchInlineSnapshot(`
      "
      warning[SA0205]: The launch parameter "x" of "a" is never used.
       --> main.sa:1:59
        |
      1 | attention a { input ids: int[batch, n]  let w = 3  launch x: int = 1  mask full }
        |                                                           ^ has no effect
        |
        = help: remove it, or call it \`_x\` to keep it

      warning[SA0205]: The input "ids" of "a" is never used.
       --> main.sa:1:21
        |
      1 | attention a { input ids: int[batch, n]  let w = 3  launch x: int = 1  mask full }
        |                     ^^^ has no effect
        |
        = help: remove it, or call it \`_ids\` to keep it

      warning[SA0205]: The binding "w" of "a" is never used.
       --> main.sa:1:45
        |
      1 | attention a { input ids: int[batch, n]  let w = 3  launch x: int = 1  mask full }
        |                                             ^ has no effect
        |
        = help: remove it, or call it \`_w\` to keep it
      "
    `);
  });

  it('unknown-type', () => {
    expect(render('pattern p(w: itn) = i < w')).toMatchInlineSnapshot(`
      "
      error[SA0206]: There is no type "itn" of numbers or sets.
       --> main.sa:1:14
        |
      1 | pattern p(w: itn) = i < w
        |              ^^^ one of int, real, bool, set, range, list
        |
      help: did you mean \`int\`?
        |
      1 | pattern p(w: int) = i < w
        |              ~~~
      "
    `);
    expect(render('attention a { input x: flaot[heads]  mask full  sink logit(x) }')).toMatchInlineSnapshot(`
      "
      error[SA0206]: There is no type "flaot" of arrays.
       --> main.sa:1:24
        |
      1 | attention a { input x: flaot[heads]  mask full  sink logit(x) }
        |                        ^^^^^ one of int, bits, blocks, list, float
        |
      help: did you mean \`float\`?
        |
      1 | attention a { input x: float[heads]  mask full  sink logit(x) }
        |                        ~~~~~
      "
    `);
  });

  it('recursive-pattern', () => {
    expect(render('pattern a = b | causal\npattern b = a')).toMatchInlineSnapshot(`
      "
      error[SA0207]: The pattern "a" calls itself through "b".
       --> main.sa:1:13
        |
      1 | pattern a = b | causal
        |         -   ^ this call never ends
        |         |
        |         "a" is declared here

      error[SA0207]: The pattern "b" calls itself through "a".
       --> main.sa:2:13
        |
      2 | pattern b = a
        |         -   ^ this call never ends
        |         |
        |         "b" is declared here
      "
    `);
  });

  it('constant-cycle', () => {
    expect(render('let a = b + 1\nlet b = a\npattern p = i < a')).toMatchInlineSnapshot(`
      "
      error[SA0208]: "a" is defined by itself.
       --> main.sa:2:9
        |
      1 | let a = b + 1
        | ------------- "a" is declared here
      2 | let b = a
        |         ^ its own value is needed here
      "
    `);
  });

  it('missing-file', () => {
    expect(render('use "./other.sa"\npattern p = full')).toMatchInlineSnapshot(`
      "
      error[SA0209]: There is no file "./other.sa" beside "main.sa".
       --> main.sa:1:1
        |
      1 | use "./other.sa"
        | ^^^^^^^^^^^^^^^^ not found
        |
        = help: paths are relative to the file that says \`use\`, with their ending: use "./common.sa"
      "
    `);
  });

  it('use-cycle', () => {
    expect(render('use "./b.sa"\npattern p = full', { files: { 'b.sa': 'use "./main.sa"', 'main.sa': '' } }))
      .toMatchInlineSnapshot(`
      "
      error[SA0210]: "main.sa" uses itself: main.sa -> b.sa -> main.sa.
       --> b.sa:1:1
        |
      1 | use "./main.sa"
        | ^^^^^^^^^^^^^^^ this closes the circle
        |
        = help: move what both files need into a third file
      "
    `);
  });

  it('unknown-selection', () => {
    expect(render('pattern longformer = full', { pattern: 'longforme' })).toMatchInlineSnapshot(`
      "
      error[SA0211]: "main.sa" has no pattern "longforme"; its patterns are longformer.
       --> main.sa:1:1
        |
      1 | pattern longformer = full
        | ^
        |
        = help: did you mean \`longformer\`?
      "
    `);
    expect(render('pattern p = full', { attention: 'p' })).toMatchInlineSnapshot(`
      "
      error[SA0211]: "main.sa" has no attention "p"; it has no attentions.
       --> main.sa:1:1
        |
      1 | pattern p = full
        | ^
      "
    `);
  });

  it('unknown-setting', () => {
    expect(render('pattern p(width: int = 3) = window(keys: width)', { settings: { widht: 4 } }))
      .toMatchInlineSnapshot(`
      "
      error[SA0212]: There is nothing called "widht" to set.
       --> main.sa:1:9
        |
      1 | pattern p(width: int = 3) = window(keys: width)
        |         ^ what can be set: width
        |
        = help: did you mean \`width\`?
      "
    `);
  });

  it('expansion-too-large', () => {
    const links = Array.from({ length: 30 }, (_, at) => `pattern p${at} = p${at + 1} | p${at + 1}`);
    const text = ['attention a { mask p0 }', ...links, 'pattern p30 = causal'].join('\n');
    expect(render(text)).toMatchInlineSnapshot(`
      "
      error[SA0213]: The patterns expand without measure.
       --> main.sa:1:11
        |
      1 | attention a { mask p0 }
        |           ^ more than 200000 expressions
        |
        = note: every call of a pattern is a copy of its body
        = help: \`let\` keeps a set that is used more than once
      "
    `);
  });

  it('has a case for every entry of the chapter', () => {
    expect(Object.keys(names).filter((name) => !reported.has(name))).toEqual([]);
  });
});
