import { describe, expect, it } from 'vitest';
import { render } from './render-source.ts';

describe('diagnostics of calls', () => {
  it('unknown-argument', () => {
    expect(render('pattern p = window(key: 4)')).toMatchInlineSnapshot(`
      "
      error[SA0310]: \`window\` has no argument "key".
       --> main.sa:1:20
        |
      1 | pattern p = window(key: 4)
        |                    ^^^ unknown argument
        |
        = note: \`window([size], [each:], [keys:], [back:], [ahead:], [step:], [edge:])\`
        |
      help: did you mean \`keys\`?
        |
      1 | pattern p = window(keys: 4)
        |                    ~~~~
      "
    `);
    expect(render('pattern p = abs(x: i) < j')).toMatchInlineSnapshot(`
      "
      error[SA0310]: \`abs\` takes arguments without names.
       --> main.sa:1:17
        |
      1 | pattern p = abs(x: i) < j
        |                 ^ leave the name out
        |
        = note: \`abs(x)\`
      "
    `);
  });

  it('missing-argument', () => {
    expect(render('pattern p = random(seed: 3)')).toMatchInlineSnapshot(`
      "
      error[SA0311]: \`random\` needs the argument "per_row".
       --> main.sa:1:13
        |
      1 | pattern p = random(seed: 3)
        |             ^^^^^^^^^^^^^^^ "per_row" is missing
        |
        = note: \`random(per_row:, seed:)\`
      "
    `);
    expect(render('pattern p = r()\npattern r(w: int) = i < w')).toMatchInlineSnapshot(`
      "
      error[SA0311]: \`r\` needs the argument "w".
       --> main.sa:1:13
        |
      1 | pattern p = r()
        |             ^^^ "w" is missing
        |
        = note: \`r(w)\`
      "
    `);
    expect(render('pattern p = min(i) < 3')).toMatchInlineSnapshot(`
      "
      error[SA0311]: \`min\` takes 2 or more arguments, not 1.
       --> main.sa:1:13
        |
      1 | pattern p = min(i) < 3
        |             ^^^^^^ 1 given
        |
        = note: \`min(x, y, …)\`
      "
    `);
    expect(render('pattern p = i < log2')).toMatchInlineSnapshot(`
      "
      error[SA0311]: \`log2\` is a function: it needs arguments.
       --> main.sa:1:17
        |
      1 | pattern p = i < log2
        |                 ^^^^ no arguments
        |
        = note: \`log2(x): real\`
      "
    `);
  });

  it('too-many-arguments', () => {
    expect(render('pattern p = stride(2, 3)')).toMatchInlineSnapshot(`
      "
      error[SA0312]: \`stride\` takes at most 1 argument without a name.
       --> main.sa:1:23
        |
      1 | pattern p = stride(2, 3)
        |                       ^ one argument too many
        |
        = note: \`stride(s)\`
      "
    `);
    expect(render('pattern p = causal(3)')).toMatchInlineSnapshot(`
      "
      error[SA0312]: \`causal\` takes no argument without a name.
       --> main.sa:1:20
        |
      1 | pattern p = causal(3)
        |                    ^ one argument too many
        |
        = note: \`causal\` takes no arguments
      "
    `);
  });

  it('duplicate-argument', () => {
    expect(render('pattern p = stride(2, s: 3)')).toMatchInlineSnapshot(`
      "
      error[SA0313]: \`stride\` is given "s" twice.
       --> main.sa:1:23
        |
      1 | pattern p = stride(2, s: 3)
        |                    -  ^^^^ given again
        |                    |
        |                    given here
      "
    `);
  });

  it('not-callable', () => {
    expect(render('pattern p(w: int = 3) = w(4) < i')).toMatchInlineSnapshot(`
      "
      error[SA0314]: "w" is an integer and takes no arguments.
       --> main.sa:1:25
        |
      1 | pattern p(w: int = 3) = w(4) < i
        |                         ^ not a pattern, a form or a function
      "
    `);
  });

  it('block-missing', () => {
    expect(render('pattern p = block(4) | full')).toMatchInlineSnapshot(`
      "
      error[SA0315]: \`block\` needs a set in braces.
       --> main.sa:1:13
        |
      1 | pattern p = block(4) | full
        |             ^^^^^^^^ no \`{ … }\`
        |
        = note: \`block(b) { S }\`
      "
    `);
  });

  it('block-not-taken', () => {
    expect(render('pattern p = window(keys: 3) { causal }')).toMatchInlineSnapshot(`
      "
      error[SA0316]: \`window\` takes no \`{ … }\`.
       --> main.sa:1:31
        |
      1 | pattern p = window(keys: 3) { causal }
        |                               ^^^^^^ a set that nothing reads
        |
        = help: a set on block indices is \`block(b) { S }\`
      "
    `);
  });
});
