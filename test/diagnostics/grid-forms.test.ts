import { describe, expect, it } from 'vitest';
import { render } from './render-source.ts';

describe('diagnostics of neighborhoods and shrink', () => {
  it('stride-beyond-kernel', () => {
    expect(render('pattern p = neighborhood(3, stride: 4)')).toMatchInlineSnapshot(`
      "
      error[SA0411]: The stride 4 is beyond the kernel size 3.
       --> main.sa:1:37
        |
      1 | pattern p = neighborhood(3, stride: 4)
        |                          -          ^ must be 1..3
        |                          |
        |                          the kernel size is 3
        |
        = note: queries of a group share one window; a longer group would leave queries without themselves
      "
    `);
  });

  it('wrap-not-causal', () => {
    expect(render('pattern p = neighborhood(3, causal: true, edge: wrap)')).toMatchInlineSnapshot(`
      "
      error[SA0423]: A causal axis has no ends to join.
       --> main.sa:1:49
        |
      1 | pattern p = neighborhood(3, causal: true, edge: wrap)
        |                                     ----        ^^^^ wraps around the ends
        |                                     |
        |                                     causal
      "
    `);
  });

  it('shrink-rule', () => {
    expect(render('pattern p = shrink(4, most) { causal }')).toMatchInlineSnapshot(`
      "
      error[SA0424]: \`shrink\` needs a rule.
       --> main.sa:1:23
        |
      1 | pattern p = shrink(4, most) { causal }
        |                       ^^^^ must be any, all or columns(denser: x, share: y)
      "
    `);
    expect(render('pattern p over video(t: 4, r: 9) = shrink(4, any, canvas: r) { causal }'))
      .toMatchInlineSnapshot(`
      "
      error[SA0424]: A canvas needs parts that are one stretch each.
       --> main.sa:1:59
        |
      1 | pattern p over video(t: 4, r: 9) = shrink(4, any, canvas: r) { causal }
        |                                                           ^ not the first axis of a row-major region
      "
    `);
  });

  it('shrink-not-fixed', () => {
    expect(render('pattern p = shrink(4, any) { i - j < batch }')).toMatchInlineSnapshot(`
      "
      error[SA0425]: The set of \`shrink\` must be the same for the whole launch.
       --> main.sa:1:13
        |
      1 | pattern p = shrink(4, any) { i - j < batch }
        |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ depends on \`batch\`
      "
    `);
    expect(render('pattern p = within(chunk(9)) { shrink(4, any) { causal } }')).toMatchInlineSnapshot(`
      "
      error[SA0425]: The grid of blocks must be the same for the whole launch.
       --> main.sa:1:32
        |
      1 | pattern p = within(chunk(9)) { shrink(4, any) { causal } }
        |                                ^^^^^^^^^^^^^^^^^^^^^^^^^ depends on \`i\`
      "
    `);
  });

  it('shrink-real', () => {
    expect(render('pattern p = shrink(4, any) { j < 0.5 * i }')).toMatchInlineSnapshot(`
      "
      error[SA0426]: The set of \`shrink\` must be made of integers.
       --> main.sa:1:30
        |
      1 | pattern p = shrink(4, any) { j < 0.5 * i }
        |                              ^^^^^^^^^^^ a real number in it depends on a position
        |
        = help: \`x <= r / 2^g\` is \`x * (1 << g) <= r\`, which asks for a real number of sizes only
      "
    `);
  });
});
