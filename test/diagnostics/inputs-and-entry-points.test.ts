import { describe, expect, it } from 'vitest';
import { render } from './render-source.ts';

describe('diagnostics of inputs, launch parameters and what is compiled', () => {
  it('input-not-array', () => {
    expect(render('attention a { input w: int  mask i < w }')).toMatchInlineSnapshot(`
      "
      error[SA0514]: The input "w" must be an array.
       --> main.sa:1:24
        |
      1 | attention a { input w: int  mask i < w }
        |                        ^^^ not an array type
        |
        = help: one number is a launch parameter: \`launch w: int = 8\`
        = help: \`int[batch, n]\`, \`bits[n, n]\`, \`list[n]\`, \`float[heads]\`
      "
    `);
  });

  it('sorted-not-int', () => {
    expect(render('attention a { input b: float[n] sorted  mask full  bias key(b) }')).toMatchInlineSnapshot(`
      "
      error[SA0515]: Only int arrays can be sorted; "b" is float.
       --> main.sa:1:24
        |
      1 | attention a { input b: float[n] sorted  mask full  bias key(b) }
        |                        ^^^^^^^^ not an int array
      "
    `);
  });

  it('size-not-fixed', () => {
    expect(render('attention a { input ids: int[i]  mask same(ids) }')).toMatchInlineSnapshot(`
      "
      error[SA0516]: A size of "ids" must be the same for all pairs.
       --> main.sa:1:30
        |
      1 | attention a { input ids: int[i]  mask same(ids) }
        |                              ^ depends on \`i\`
        |
        = note: sizes are made of \`batch\`, \`heads\`, \`n\`, \`nq\`, \`nk\`, constants and launch parameters
      "
    `);
  });

  it('feed-mismatch', () => {
    expect(render('attention a { input m: bits[n, n] = documents(4)  mask m[i, j] }')).toMatchInlineSnapshot(`
      "
      error[SA0517]: \`documents\` does not fit an array of type bits.
       --> main.sa:1:37
        |
      1 | attention a { input m: bits[n, n] = documents(4)  mask m[i, j] }
        |                                     ^^^^^^^^^^^^ feeds int
      "
    `);
    expect(render('attention a { input ids: int[n] = 0.5  mask same(ids) }')).toMatchInlineSnapshot(`
      "
      error[SA0517]: This does not feed an array of type int.
       --> main.sa:1:35
        |
      1 | attention a { input ids: int[n] = 0.5  mask same(ids) }
        |                                   ^^^ this is a real number
        |
        = help: \`documents(64)\`, \`full\`, \`shuffled\`, \`random(density: 0.1, seed: 1)\`, a number for every element, or a list of all elements
      "
    `);
  });

  it('launch-type', () => {
    expect(render('attention a { launch s: set  mask s }')).toMatchInlineSnapshot(`
      "
      error[SA0518]: The launch parameter "s" must be int or real.
       --> main.sa:1:25
        |
      1 | attention a { launch s: set  mask s }
        |                         ^^^ neither int nor real
      "
    `);
  });

  it('setting-type', () => {
    expect(render('attention a { launch w: int = 3  mask i < w }', { settings: { w: 0.5 } }))
      .toMatchInlineSnapshot(`
      "
      error[SA0519]: The setting "w" must be an integer.
       --> main.sa:1:15
        |
      1 | attention a { launch w: int = 3  mask i < w }
        |               ^^^^^^^^^^^^^^^^^ declared here; 0.5 is given
      "
    `);
  });

  it('parameter-needs-value', () => {
    expect(render('pattern p(w: int) = window(keys: w)')).toMatchInlineSnapshot(`
      "
      error[SA0520]: The parameter "w" of "p" has no value.
       --> main.sa:1:11
        |
      1 | pattern p(w: int) = window(keys: w)
        |           ^^^^^^ neither a default nor a setting
        |
        = note: a pattern that is compiled alone needs a value for every parameter that is not an array
        = help: give it a default here, or set it: \`--set w=…\`
      "
    `);
  });

  it('nothing-to-compile', () => {
    expect(render('let w = 3')).toMatchInlineSnapshot(`
      "
      error[SA0521]: "main.sa" has no attention and no pattern.
       --> main.sa:1:1
        |
      1 | let w = 3
        | ^ nothing to compile
        |
        = help: \`attention NAME { mask causal }\`
      "
    `);
  });

  it('not-yet-compiled', () => {
    expect(render('attention a { let x, y = pool(k, v, size: 2)  return x }')).toMatchInlineSnapshot(`
      "
      warning[SA0205]: The binding "y" of "a" is never used.
       --> main.sa:1:22
        |
      1 | attention a { let x, y = pool(k, v, size: 2)  return x }
        |                      ^ has no effect
        |
        = help: remove it, or call it \`_y\` to keep it

      error[SA0701]: An operation with several results is not compiled yet.
       --> main.sa:1:15
        |
      1 | attention a { let x, y = pool(k, v, size: 2)  return x }
        |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ belongs to operations around attention
        |
        = note: the language has operations around attention; this version compiles attention over q, k and v
      "
    `);
    expect(render('attention a { mask full  normalize max_relative }')).toMatchInlineSnapshot(`
      "
      error[SA0701]: \`normalize max_relative\` is not compiled yet.
       --> main.sa:1:26
        |
      1 | attention a { mask full  normalize max_relative }
        |                          ^^^^^^^^^^^^^^^^^^^^^^ belongs to other aggregations
        |
        = note: it is a maximum over keys of every channel; this version compiles weighted sums of values
      "
    `);
    expect(render('attention a { mask full  normalize sofmax }')).toMatchInlineSnapshot(`
      "
      error[SA0505]: \`normalize\` must be one of softmax, relu, relu2, laplace, sigmoid, none, max_relative.
       --> main.sa:1:36
        |
      1 | attention a { mask full  normalize sofmax }
        |                                    ^^^^^^ none of these words
        |
      help: did you mean \`softmax\`?
        |
      1 | attention a { mask full  normalize softmax }
        |                                    ~~~~~~~
      "
    `);
    expect(render('pattern p = neighborhood((3, 5))')).toMatchInlineSnapshot(`
      "
      error[SA0419]: 2 values for a grid of 1 axis.
       --> main.sa:1:26
        |
      1 | pattern p = neighborhood((3, 5))
        |                          ^^^^^^ 2 given
        |
        = help: \`over\` gives the positions axes
      "
    `);
  });
});
