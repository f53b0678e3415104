import { describe, expect, it } from 'vitest';
import { render } from './render-source.ts';

describe('orders and biases', () => {
  it('order-array', () => {
    expect(render('pattern p(places: int[n, 2]) over (t: 4, y: 8, x: 8, order: places) = i.t == j.t'))
      .toMatchInlineSnapshot(`
      "
      error[SA0427]: \`order\` needs the cell of each position.
       --> main.sa:1:61
        |
      1 | pattern p(places: int[n, 2]) over (t: 4, y: 8, x: 8, order: places) = i.t == j.t
        |                                                             ^^^^^^ this is the int array "places" [n, 2]
        |
        = note: an \`int[n]\` holds the row-major number of the cell that stands at each position
        = note: an \`int[n, 3]\` holds its coordinates, one for each axis; \`batch\` and \`heads\` may come first
      "
    `);
  });

  it('order-of-no-region', () => {
    expect(
      render(
        'attention a {\n  over (y: 4, x: 4, order: morton)\n  order hilbert\n  mask causal\n  heads 1\n}',
      ),
    ).toMatchInlineSnapshot(`
      "
      error[SA0430]: The grid has an order of its own.
       --> main.sa:3:3
        |
      2 |   over (y: 4, x: 4, order: morton)
        |                            ------ numbered here
      3 |   order hilbert
        |   ^^^^^^^^^^^^^ a second order
      "
    `);
    expect(render('attention a {\n  over a(y: 4) by b(y: 4)\n  order morton\n  mask causal\n  heads 1\n}'))
      .toMatchInlineSnapshot(`
      "
      error[SA0430]: \`order\` numbers the cells of one grid, and the space has 2.
       --> main.sa:3:3
        |
      2 |   over a(y: 4) by b(y: 4)
        |   ----------------------- the space
      3 |   order morton
        |   ^^^^^^^^^^^^ does not say which: give each region an \`order: …\` of its own
      "
    `);
  });

  it('score-index', () => {
    expect(
      render(
        'attention a {\n  input d: float[n]\n  mask causal\n  heads 1\n  denominator scale(d[j])\n  bias pair(d[floor(sqrt(i))])\n}',
      ),
    ).toMatchInlineSnapshot(`
      "
      error[SA0526]: An index of \`bias pair\` rounds a real number.
       --> main.sa:6:13
        |
      6 |   bias pair(d[floor(sqrt(i))])
        |             ^^^^^^^^^^^^^^^^^ rounds a real number

      error[SA0526]: An index of \`denominator scale\` depends on \`j\`.
       --> main.sa:5:21
        |
      5 |   denominator scale(d[j])
        |                     ^^^^ depends on \`j\`
      "
    `);
  });

  it('score-array, with an example of what is wanted', () => {
    expect(
      render('attention a {\n  input b: float[heads, 4]\n  mask causal\n  heads 2\n  bias relative(b)\n}'),
    ).toMatchInlineSnapshot(`
      "
      error[SA0512]: \`bias relative\` needs a float array over the differences of positions, or of the axes of the only grid.
       --> main.sa:5:17
        |
      5 |   bias relative(b)
        |                 ^ this is the float array "b" [heads, 4]
        |
        = help: \`input b: float[heads, 2 * 128 + 1]\` holds differences of -128 to 128
      "
    `);
  });
});

describe('different spaces', () => {
  it('two-spaces', () => {
    expect(render('pattern p over (y: 3, x: 3) by (y: 2, x: 2) = axial(x)')).toMatchInlineSnapshot(`
      "
      error[SA0428]: \`axial\` needs one grid for both sides.
       --> main.sa:1:47
        |
      1 | pattern p over (y: 3, x: 3) by (y: 2, x: 2) = axial(x)
        |                                               ^^^^^^^^ queries and keys have different spaces
        |
        = help: compare coordinates: \`abs(i.y - j.y) <= 3\`
      "
    `);
    expect(render('pattern p over a(3) by b(4) = within(b) { causal }')).toMatchInlineSnapshot(`
      "
      error[SA0428]: Queries and keys share no region.
       --> main.sa:1:38
        |
      1 | pattern p over a(3) by b(4) = within(b) { causal }
        |                                      ^ of the keys alone
        |
        = help: \`j in b\` asks for one side
      "
    `);
  });
});
