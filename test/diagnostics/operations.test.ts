import { describe, expect, it } from 'vitest';
import { render } from './render-source.ts';

const near = 'let near = attend(q, k, v, mask: causal)';

describe('diagnostics of operations', () => {
  it('mask-and-return', () => {
    expect(render(`attention a { mask full  ${near}  return near }`)).toMatchInlineSnapshot(`
      "
      error[SA0522]: An attention has a mask or a \`return\`, not both.
       --> main.sa:1:15
        |
      1 | attention a { mask full  let near = attend(q, k, v, mask: causal)  return near }
        |               ^^^^                                                 ----------- the attention is what is returned
        |               |
        |               nothing attends with this mask
        |
        = help: give it to an attend: \`attend(q, k, v, mask: …)\`
      "
    `);
  });

  it('return-twice', () => {
    expect(render(`attention a { ${near}  return near  return near }`)).toMatchInlineSnapshot(`
      "
      error[SA0523]: "a" returns twice.
       --> main.sa:1:70
        |
      1 | attention a { let near = attend(q, k, v, mask: causal)  return near  return near }
        |                                                         -----------  ^^^^^^^^^^^ again
        |                                                         |
        |                                                         returned here
      "
    `);
  });

  it('attend-twice', () => {
    expect(render(`attention a { ${near}\n  return merge(near, near) }`)).toMatchInlineSnapshot(`
      "
      error[SA0524]: The attend "near" stands twice.
       --> main.sa:2:22
        |
      1 | attention a { let near = attend(q, k, v, mask: causal)
        |                          ----------------------------- computed here
      2 |   return merge(near, near) }
        |                      ^^^^ again
        |
        = note: every pair of it would count twice
      "
    `);
  });

  it('concat-lse', () => {
    expect(
      render(`attention a { outputs out, lse\n${near}\nreturn concat(near, attend(q, k, v, mask: full)) }`),
    ).toMatchInlineSnapshot(`
      "
      error[SA0525]: The outputs of \`concat\` have no common lse.
       --> main.sa:1:28
        |
      1 | attention a { outputs out, lse
        |                            ^^^ of which softmax?
      2 | let near = attend(q, k, v, mask: causal)
      3 | return concat(near, attend(q, k, v, mask: full)) }
        |        ----------------------------------------- each attend has a softmax of its own
        |
        = help: \`outputs out\`, or \`merge\` for one softmax over all
      "
    `);
  });

  it('missing-mask of an attention that returns nothing', () => {
    expect(render(`attention a { let _near = attend(q, k, v, mask: causal) }`)).toMatchInlineSnapshot(`
      "
      error[SA0506]: The attention "a" has no mask.
       --> main.sa:1:11
        |
      1 | attention a { let _near = attend(q, k, v, mask: causal) }
        |           ^ no field \`mask\`, and no \`return\`
        |
        = help: \`return _near\`
      "
    `);
  });

  it('operands that are no attends', () => {
    expect(render(`attention a { ${near}\n  return merge(near, causal) }`)).toMatchInlineSnapshot(`
      "
      error[SA0301]: \`merge\` joins attends, not a set of pairs.
       --> main.sa:2:22
        |
      2 |   return merge(near, causal) }
        |                      ^^^^^^ this is a set of pairs
        |
        = help: \`attend(q, k, v, mask: causal)\`
      "
    `);
    expect(render(`attention a { return causal }`)).toMatchInlineSnapshot(`
      "
      error[SA0301]: \`return\` takes an attention, not a set of pairs.
       --> main.sa:1:22
        |
      1 | attention a { return causal }
        |                      ^^^^^^ this is a set of pairs
        |
        = help: a set of pairs is the field \`mask\`
      "
    `);
    expect(render(`attention a { ${near}  mask near }`)).toMatchInlineSnapshot(`
      "
      error[SA0301]: The mask must be a set of pairs, not an attention.
       --> main.sa:1:62
        |
      1 | attention a { let near = attend(q, k, v, mask: causal)  mask near }
        |                                                              ^^^^ this is an attention
        |
        = help: \`return near\`
      "
    `);
    expect(render('pattern p = attend(q, k, v, mask: causal)')).toMatchInlineSnapshot(`
      "
      error[SA0301]: The pattern "p" must be a set of pairs, not an attention.
       --> main.sa:1:13
        |
      1 | pattern p = attend(q, k, v, mask: causal)
        |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this is an attention
      "
    `);
  });

  it('calls with too few, too many or unknown arguments', () => {
    expect(render(`attention a { ${near}  return merge(near) }`)).toMatchInlineSnapshot(`
      "
      error[SA0311]: \`merge\` needs two attends or more.
       --> main.sa:1:64
        |
      1 | attention a { let near = attend(q, k, v, mask: causal)  return merge(near) }
        |                                                                ^^^^^^^^^^^ one is given
        |
        = note: \`merge(a, b, …)\`
      "
    `);
    expect(render(`attention a { ${near}\n  return merge(near, by: near) }`)).toMatchInlineSnapshot(`
      "
      error[SA0310]: \`merge\` has no argument "by".
       --> main.sa:2:22
        |
      2 |   return merge(near, by: near) }
        |                      ^^ unknown argument
        |
        = note: \`merge(a, b, …)\`
      "
    `);
    expect(render('attention a { return attend(q, k, v, causal) }')).toMatchInlineSnapshot(`
      "
      error[SA0312]: \`attend\` takes at most 3 arguments without a name.
       --> main.sa:1:38
        |
      1 | attention a { return attend(q, k, v, causal) }
        |                                      ^^^^^^ one argument too many
        |
        = note: \`attend(q, k, v, mask:, [keep:])\`

      error[SA0311]: \`attend\` needs the argument "mask".
       --> main.sa:1:22
        |
      1 | attention a { return attend(q, k, v, causal) }
        |                      ^^^^^^^^^^^^^^^^^^^^^^^ "mask" is missing
        |
        = note: \`attend(q, k, v, mask:, [keep:])\`
      "
    `);
    expect(render('attention a { return attend(q, k, v) }')).toMatchInlineSnapshot(`
      "
      error[SA0311]: \`attend\` needs the argument "mask".
       --> main.sa:1:22
        |
      1 | attention a { return attend(q, k, v) }
        |                      ^^^^^^^^^^^^^^^ "mask" is missing
        |
        = note: \`attend(q, k, v, mask:, [keep:])\`
      "
    `);
    expect(render('attention a { return attend }')).toMatchInlineSnapshot(`
      "
      error[SA0311]: \`attend\` is a function: it needs arguments.
       --> main.sa:1:22
        |
      1 | attention a { return attend }
        |                      ^^^^^^ no arguments
        |
        = note: \`attend(q, k, v, mask: S)\`
      "
    `);
  });

  it('what is not compiled yet', () => {
    expect(render('attention a { return attend(q, v, k, mask: full) }')).toMatchInlineSnapshot(`
      "
      error[SA0701]: \`attend\` with v as the keys is not compiled yet.
       --> main.sa:1:32
        |
      1 | attention a { return attend(q, v, k, mask: full) }
        |                                ^ belongs to operations around attention
        |
        = note: the language has operations around attention; this version compiles attention over q, k and v

      error[SA0701]: \`attend\` with k as the values is not compiled yet.
       --> main.sa:1:35
        |
      1 | attention a { return attend(q, v, k, mask: full) }
        |                                   ^ belongs to operations around attention
        |
        = note: the language has operations around attention; this version compiles attention over q, k and v
      "
    `);
    expect(render('attention a { return attend(q, k, v, mask: full, keep: probs) }')).toMatchInlineSnapshot(`
      "
      error[SA0701]: \`keep\` is not compiled yet.
       --> main.sa:1:50
        |
      1 | attention a { return attend(q, k, v, mask: full, keep: probs) }
        |                                                  ^^^^^^^^^^^ belongs to operations around attention
        |
        = note: the language has operations around attention; this version compiles attention over q, k and v
      "
    `);
    expect(render(`attention a { ${near}\nreturn merge(near, concat(near, attend(q, k, v, mask: full))) }`))
      .toMatchInlineSnapshot(`
      "
      error[SA0701]: A \`concat\` inside of \`merge\` is not compiled yet.
       --> main.sa:2:20
        |
      2 | return merge(near, concat(near, attend(q, k, v, mask: full))) }
        |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ belongs to operations around attention
        |
        = note: the language has operations around attention; this version compiles attention over q, k and v
      "
    `);
  });

  it('attends outside of the attention that returns them', () => {
    expect(render('let a = attend(q, k, v, mask: causal)\nattention b { return a }')).toMatchInlineSnapshot(`
      "
      error[SA0301]: The constant "a" cannot be an attention.
       --> main.sa:1:9
        |
      1 | let a = attend(q, k, v, mask: causal)
        |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this is an attention
        |
        = help: bind it inside of the attention that returns it
      "
    `);
    expect(render(`attention a { ${near}\nlet p = near.probs\nreturn near }`)).toMatchInlineSnapshot(`
      "
      warning[SA0205]: The binding "p" of "a" is never used.
       --> main.sa:2:5
        |
      2 | let p = near.probs
        |     ^ has no effect
        |
        = help: remove it, or call it \`_p\` to keep it

      error[SA0701]: "near.probs" is not compiled yet.
       --> main.sa:2:9
        |
      2 | let p = near.probs
        |         ^^^^^^^^^^ belongs to named results
        |
        = note: the language has named results; this version compiles attention over q, k and v
      "
    `);
  });

  it('names inside are checked', () => {
    expect(render('attention a { return atend(q, k, v, mask: causl) }')).toMatchInlineSnapshot(`
      "
      error[SA0201]: There is no pattern or form "atend".
       --> main.sa:1:22
        |
      1 | attention a { return atend(q, k, v, mask: causl) }
        |                      ^^^^^ unknown
        |
      help: did you mean \`attend\`?
        |
      1 | attention a { return attend(q, k, v, mask: causl) }
        |                      ~~~~~~

      error[SA0201]: There is no name "causl" here.
       --> main.sa:1:43
        |
      1 | attention a { return atend(q, k, v, mask: causl) }
        |                                           ^^^^^ unknown
        |
      help: did you mean \`causal\`?
        |
      1 | attention a { return atend(q, k, v, mask: causal) }
        |                                           ~~~~~~
      "
    `);
    expect(render('pattern merge = causal')).toMatchInlineSnapshot(`
      "
      error[SA0203]: "merge" is a name of the language and cannot be declared.
       --> main.sa:1:9
        |
      1 | pattern merge = causal
        |         ^^^^^ taken
        |
        = note: \`merge\` is built in
        = help: call it \`my_merge\`
      "
    `);
  });
});
