import { describe, expect, it } from 'vitest';
import { render } from './render-source.ts';

describe('diagnostics of attentions', () => {
  it('unknown-field', () => {
    expect(render('attention a { mask full  hedas 4 }')).toMatchInlineSnapshot(`
      "
      error[SA0501]: An attention has no field "hedas".
       --> main.sa:1:26
        |
      1 | attention a { mask full  hedas 4 }
        |                          ^^^^^ unknown field
        |
      help: did you mean \`heads\`?
        |
      1 | attention a { mask full  heads 4 }
        |                          ~~~~~
      "
    `);
  });

  it('duplicate-field', () => {
    expect(render('attention a { mask full  heads 4  heads 8 }')).toMatchInlineSnapshot(`
      "
      error[SA0502]: The field "heads" stands twice.
       --> main.sa:1:35
        |
      1 | attention a { mask full  heads 4  heads 8 }
        |                          -----    ^^^^^ again
        |                          |
        |                          given here
      "
    `);
  });

  it('field-value', () => {
    expect(render('attention a { mask full  outputs lse }')).toMatchInlineSnapshot(`
      "
      error[SA0503]: \`outputs\` must be \`out\` or \`out, lse\`.
       --> main.sa:1:26
        |
      1 | attention a { mask full  outputs lse }
        |                          ^^^^^^^^^^^ \`out\` is missing
      "
    `);
  });

  it('field-outside', () => {
    expect(render('attention a { mask full  dim 512 }')).toMatchInlineSnapshot(`
      "
      error[SA0504]: \`dim\` must be in 4..256, but it is 512.
       --> main.sa:1:30
        |
      1 | attention a { mask full  dim 512 }
        |                              ^^^ 512
      "
    `);
    expect(render('attention a { mask full  heads 0 }')).toMatchInlineSnapshot(`
      "
      error[SA0504]: \`heads\` must be in 1..4096, but it is 0.
       --> main.sa:1:32
        |
      1 | attention a { mask full  heads 0 }
        |                                ^ 0
      "
    `);
  });

  it('not-a-choice', () => {
    expect(render('attention a { mask full  dtype f64 }')).toMatchInlineSnapshot(`
      "
      error[SA0505]: \`dtype\` must be one of f32, f16, bf16.
       --> main.sa:1:32
        |
      1 | attention a { mask full  dtype f64 }
        |                                ^^^ none of these words
      "
    `);
    expect(render('pattern p = window(keys: 3, edge: warp)')).toMatchInlineSnapshot(`
      "
      error[SA0505]: The argument "edge" of \`window\` must be truncate, clamp or wrap.
       --> main.sa:1:35
        |
      1 | pattern p = window(keys: 3, edge: warp)
        |                                   ^^^^ none of these words
        |
      help: did you mean \`wrap\`?
        |
      1 | pattern p = window(keys: 3, edge: wrap)
        |                                   ~~~~
      "
    `);
  });

  it('missing-mask', () => {
    expect(render('attention a { heads 4 }')).toMatchInlineSnapshot(`
      "
      error[SA0506]: The attention "a" has no mask.
       --> main.sa:1:11
        |
      1 | attention a { heads 4 }
        |           ^ no field \`mask\`
        |
        = help: \`mask full\` attends to every key
      "
    `);
  });

  it('heads-not-grouped', () => {
    expect(render('attention a { mask full  heads 12  kv_heads 5 }')).toMatchInlineSnapshot(`
      "
      error[SA0507]: kv_heads must divide heads, but 5 does not divide 12.
       --> main.sa:1:45
        |
      1 | attention a { mask full  heads 12  kv_heads 5 }
        |                          --------           ^ 12 mod 5 = 2
        |                          |
        |                          12 query heads
        |
        = note: every key and value head serves the same number of query heads
      "
    `);
  });

  it('dim-not-multiple', () => {
    expect(render('attention a { mask full  dim 70 }')).toMatchInlineSnapshot(`
      "
      error[SA0508]: \`dim\` must be a multiple of 4, but it is 70.
       --> main.sa:1:30
        |
      1 | attention a { mask full  dim 70 }
        |                              ^^ 70 mod 4 = 2
        |
        = note: kernels read rows as vectors of four numbers
        = help: use 72 and fill the rows with zeros: the scores stay the same
      "
    `);
  });

  it('scale-not-simple', () => {
    expect(render('attention a { mask full  scale 1 / n }')).toMatchInlineSnapshot(`
      "
      error[SA0509]: \`scale\` must be a number or a launch parameter of type real.
       --> main.sa:1:32
        |
      1 | attention a { mask full  scale 1 / n }
        |                                ^^^^^ neither
        |
        = help: \`launch scale_of_scores: real = 0.125\`
        = help: a scale that differs from row to row is \`rows scale(EXPR)\`
      "
    `);
  });

  it('softcap-not-positive', () => {
    expect(render('attention a { mask full  softcap 0 }')).toMatchInlineSnapshot(`
      "
      error[SA0510]: \`softcap\` must be a number above 0.
       --> main.sa:1:34
        |
      1 | attention a { mask full  softcap 0 }
        |                                  ^ this is 0
      "
    `);
  });

  it('row-scale-depends', () => {
    expect(render('attention a { mask full  rows scale(log(head + 2)) }')).toMatchInlineSnapshot(`
      "
      error[SA0511]: \`rows scale\` may depend on i only.
       --> main.sa:1:37
        |
      1 | attention a { mask full  rows scale(log(head + 2)) }
        |                                     ^^^^^^^^^^^^^ depends on \`head\`
        |
        = note: one factor a row is computed on the host in float64
      "
    `);
  });

  it('score-array', () => {
    expect(render('attention a { input b: float[batch, n, n]  mask full  bias key(b) }'))
      .toMatchInlineSnapshot(`
      "
      error[SA0512]: \`bias key\` needs a float array whose last size is n.
       --> main.sa:1:64
        |
      1 | attention a { input b: float[batch, n, n]  mask full  bias key(b) }
        |                                                                ^ this is the float array "b" [batch, n, n]
      "
    `);
    expect(render('attention a { input s: int[heads]  mask full  sink logit(s) }')).toMatchInlineSnapshot(`
      "
      error[SA0512]: \`sink logit\` needs a float[heads] array.
       --> main.sa:1:58
        |
      1 | attention a { input s: int[heads]  mask full  sink logit(s) }
        |                                                          ^ this is the int array "s" [heads]
      "
    `);
  });

  it('offset-depends', () => {
    expect(render('attention a { mask full  queries at batch }')).toMatchInlineSnapshot(`
      "
      error[SA0513]: \`queries at\` must be the same for the whole launch.
       --> main.sa:1:37
        |
      1 | attention a { mask full  queries at batch }
        |                                     ^^^^^ depends on \`batch\`
        |
        = note: it is made of \`nq\`, \`nk\`, constants and launch parameters
      "
    `);
  });

  it('no-denominator', () => {
    expect(render('attention a { mask full  normalize relu2  outputs out, lse }')).toMatchInlineSnapshot(`
      "
      error[SA0527]: There is no lse with \`normalize relu2\`.
       --> main.sa:1:56
        |
      1 | attention a { mask full  normalize relu2  outputs out, lse }
        |                          ---------------               ^^^ of which sum?
        |                          |
        |                          weights are not divided by their sum
        |
        = help: \`outputs out\`
      "
    `);
    expect(render('attention a { input s: float[heads]  mask full  normalize sigmoid  sink logit(s) }'))
      .toMatchInlineSnapshot(`
      "
      error[SA0527]: A sink has no place with \`normalize sigmoid\`.
       --> main.sa:1:68
        |
      1 | attention a { input s: float[heads]  mask full  normalize sigmoid  sink logit(s) }
        |                                                 -----------------  ^^^^^^^^^^^^^ it joins the denominator of a softmax
        |                                                 |
        |                                                 weights are not divided by their sum
        |
        = help: leave it out: it would change nothing but the denominator
      "
    `);
    expect(render('attention a { input d: float[n]  mask full  normalize none  denominator scale(d) }'))
      .toMatchInlineSnapshot(`
      "
      error[SA0527]: There is no denominator to scale with \`normalize none\`.
       --> main.sa:1:61
        |
      1 | attention a { input d: float[n]  mask full  normalize none  denominator scale(d) }
        |                                             --------------  ^^^^^^^^^^^^^^^^^^^^ nothing is divided
        |                                             |
        |                                             weights are not divided by their sum
        |
        = help: what scales the scores of a row is \`rows scale(EXPR)\`
      "
    `);
    const attends = 'let a = attend(q, k, v, mask: causal)  let b = attend(q, k, v, mask: sink(4))';
    expect(render(`attention a { ${attends}  return merge(a, b)  normalize laplace }`))
      .toMatchInlineSnapshot(`
      "
      error[SA0527]: Attends cannot be merged with \`normalize laplace\`.
       --> main.sa:1:101
        |
      1 | …= attend(q, k, v, mask: sink(4))  return merge(a, b)  normalize laplace }
        |                                           ^^^^^^^^^^^  ----------------- weights are not divided by their sum
        |                                           |
        |                                           \`merge\` is one softmax over all attends
        |
        = help: the union of their sets, \`A | B\`, is one attend; \`concat\` keeps each apart
      "
    `);
    expect(render(`attention a { ${attends}  return concat(a, b)  normalize laplace }`)).toBe('\n');
  });
});
