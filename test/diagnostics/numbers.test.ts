import { describe, expect, it } from 'vitest';
import { render } from './render-source.ts';

describe('diagnostics of numbers and their limits', () => {
  it('integer-too-large', () => {
    expect(render('pattern p = i < 65536 * 32768')).toMatchInlineSnapshot(`
      "
      error[SA0306]: 2147483648 does not fit in 32 bits.
       --> main.sa:1:17
        |
      1 | pattern p = i < 65536 * 32768
        |                 ^^^^^^^^^^^^^ the largest integer is 2147483647
      "
    `);
  });

  it('not-positive', () => {
    expect(render('pattern p = stride(0)')).toMatchInlineSnapshot(`
      "
      error[SA0307]: The argument "s" of \`stride\` must be at least 1, but it is 0.
       --> main.sa:1:20
        |
      1 | pattern p = stride(0)
        |                    ^ 0
      "
    `);
    expect(render('pattern p = i mod (2 - 5) == 0')).toMatchInlineSnapshot(`
      "
      error[SA0307]: The divisor of \`mod\` must be at least 1, but it is -3.
       --> main.sa:1:19
        |
      1 | pattern p = i mod (2 - 5) == 0
        |                   ^^^^^^^ -3
      "
    `);
  });

  it('not-proved-positive', () => {
    expect(render('attention a { launch b: int = 4  mask block(b) { causal } }')).toMatchInlineSnapshot(`
      "
      error[SA0308]: The argument "size" of \`block\` must be at least 1, and that is not proved.
       --> main.sa:1:45
        |
      1 | attention a { launch b: int = 4  mask block(b) { causal } }
        |                                             ^ may be 0 or negative
        |
        = note: a division by 0 inside a kernel would give a different mask on every device
        = help: give the launch parameter a range: \`launch b: int in 1..65536\`
      "
    `);
    expect(render('pattern p = i mod (n - 4) == j')).toMatchInlineSnapshot(`
      "
      error[SA0308]: The divisor of \`mod\` must be at least 1, and that is not proved.
       --> main.sa:1:19
        |
      1 | pattern p = i mod (n - 4) == j
        |                   ^^^^^^^ may be -3
        |
        = note: a division by 0 inside a kernel would give a different mask on every device
        = help: write \`max(1, …)\` around it
      "
    `);
  });

  it('shift-outside', () => {
    expect(render('pattern p = 1 << 31 > i')).toMatchInlineSnapshot(`
      "
      error[SA0309]: A shift must be by 0 to 30 bits.
       --> main.sa:1:18
        |
      1 | pattern p = 1 << 31 > i
        |                  ^^ 31 bits
      "
    `);
    expect(render('pattern p = 1 << i > j')).toMatchInlineSnapshot(`
      "
      error[SA0309]: A shift must be by 0 to 30 bits.
       --> main.sa:1:18
        |
      1 | pattern p = 1 << i > j
        |                  ^ not proved to be 0 to 30
        |
        = help: \`clamp(x, 0, 30)\` proves it
      "
    `);
  });

  it('parameter-outside', () => {
    expect(render('pattern p(w: int in 1..8 = 9) = window(keys: w)')).toMatchInlineSnapshot(`
      "
      error[SA0320]: The parameter "w" of "p" must be in 1..8, but it is 9.
       --> main.sa:1:28
        |
      1 | pattern p(w: int in 1..8 = 9) = window(keys: w)
        |                     ----   ^ outside
        |                     |
        |                     the range of the parameter
      "
    `);
    expect(render('attention a { launch w: int in 1..8 = 0  mask window(keys: w) }')).toMatchInlineSnapshot(`
      "
      error[SA0320]: "w" must be in 1..8, but it is 0.
       --> main.sa:1:39
        |
      1 | attention a { launch w: int in 1..8 = 0  mask window(keys: w) }
        |                                ----   ^ outside
        |                                |
        |                                the range of the parameter
      "
    `);
    expect(render('attention a { launch w: int in 1..8 = 4  mask window(keys: w) }', { settings: { w: 12 } }))
      .toMatchInlineSnapshot(`
        "
        error[SA0320]: "w" must be in 1..8, but it is 12.
         --> main.sa:1:39
          |
        1 | attention a { launch w: int in 1..8 = 4  mask window(keys: w) }
          |                                ----   ^ outside
          |                                |
          |                                the range of the parameter
          |
          = note: the value 12 comes from a setting
        "
      `);
  });

  it('parameter-not-proved', () => {
    expect(
      render(
        'pattern p(w: int in 1..8) = window(keys: w)\nattention a { launch x: int in 1..16 = 4  mask p(x) }',
      ),
    ).toMatchInlineSnapshot(`
      "
      warning[SA0321]: The parameter "w" of "p" must be in 1..8, and that is not proved.
       --> main.sa:2:50
        |
      1 | pattern p(w: int in 1..8) = window(keys: w)
        |                     ---- the range of the parameter
      2 | attention a { launch x: int in 1..16 = 4  mask p(x) }
        |                                                  ^ may lie outside for some launch
      "
    `);
  });

  it('bad-limits', () => {
    expect(render('attention a { launch w: int in 8..1 = 4  mask window(keys: w) }')).toMatchInlineSnapshot(`
      "
      error[SA0322]: No value lies in 8..1.
       --> main.sa:1:32
        |
      1 | attention a { launch w: int in 8..1 = 4  mask window(keys: w) }
        |                                ^^^^ an empty range
      "
    `);
    expect(render('attention a { launch w: real in 0..<1 = 0.5  mask j < w * n }')).toMatchInlineSnapshot(`
      "
      error[SA0322]: After \`in\` comes a range \`a..b\` that includes both ends.
       --> main.sa:1:33
        |
      1 | attention a { launch w: real in 0..<1 = 0.5  mask j < w * n }
        |                                 ^^^^^ not such a range
      "
    `);
  });
});
