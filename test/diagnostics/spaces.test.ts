import { describe, expect, it } from 'vitest';
import { render } from './render-source.ts';

describe('diagnostics of spaces', () => {
  it('space-expected', () => {
    expect(render('pattern p over 3 = full')).toMatchInlineSnapshot(`
      "
      error[SA0414]: After \`over\` comes a space.
       --> main.sa:1:16
        |
      1 | pattern p over 3 = full
        |                ^ no region
        |
        = help: \`over (t, h, w)\` names the axes of a grid by their sizes, \`over (t: 21, h: 45)\` gives them
        = help: \`over text(256) + video(t: 21, h: 45, w: 80)\` names regions and the sizes of their axes
      "
    `);
    expect(render('pattern p over band(s, width: 3) = full')).toMatchInlineSnapshot(`
      "
      error[SA0414]: A band has two axes and a width.
       --> main.sa:1:16
        |
      1 | pattern p over band(s, width: 3) = full
        |                ^^^^^^^^^^^^^^^^^ not a band
        |
        = help: \`band(s, e, width: W)\` keeps the cells with |e - s| <= W
      "
    `);
    expect(render('pattern p over video() = full')).toMatchInlineSnapshot(`
      "
      error[SA0414]: The region "video" has no size.
       --> main.sa:1:16
        |
      1 | pattern p over video() = full
        |                ^^^^^^^ neither a length nor axes
      "
    `);
  });

  it('axis-without-name', () => {
    expect(render('pattern p over video(4, 5) = full')).toMatchInlineSnapshot(`
      "
      error[SA0415]: An axis of "video" has no name.
       --> main.sa:1:22
        |
      1 | pattern p over video(4, 5) = full
        |                      ^ no name
        |
        = help: \`video(t: 21, h: 45)\` names axes, \`video(256)\` is a region without any

      error[SA0415]: An axis of "video" has no name.
       --> main.sa:1:25
        |
      1 | pattern p over video(4, 5) = full
        |                         ^ no name
        |
        = help: \`video(t: 21, h: 45)\` names axes, \`video(256)\` is a region without any
      "
    `);
    expect(render('pattern p(h: int = 2) over (h, 3) = full')).toMatchInlineSnapshot(`
      "
      error[SA0415]: An axis needs a name.
       --> main.sa:1:32
        |
      1 | pattern p(h: int = 2) over (h, 3) = full
        |                                ^ no name
        |
        = help: \`over grid(t: 21, h: 45)\` names axes and gives their sizes
      "
    `);
  });

  it('duplicate-axis', () => {
    expect(render('pattern p over left(t: 2, x: 3) + right(t: 2, y: 3) = full')).toMatchInlineSnapshot(`
      "
      error[SA0416]: The space has two axes or regions "t".
       --> main.sa:1:35
        |
      1 | pattern p over left(t: 2, x: 3) + right(t: 2, y: 3) = full
        |                                   ^^^^^^^^^^^^^^^^^ named again here
      "
    `);
  });

  it('unknown-axis', () => {
    expect(render('pattern p over image(y: 4, x: 5) = i.z == j.y')).toMatchInlineSnapshot(`
      "
      error[SA0417]: There is no axis "z".
       --> main.sa:1:38
        |
      1 | pattern p over image(y: 4, x: 5) = i.z == j.y
        |                                      ^ one of y, x, image
      "
    `);
    expect(render('pattern p over image(row: 4, column: 5) = axial(colum)')).toMatchInlineSnapshot(`
      "
      error[SA0417]: The argument "axis" of \`axial\` must name an axis.
       --> main.sa:1:49
        |
      1 | pattern p over image(row: 4, column: 5) = axial(colum)
        |                                                 ^^^^^ one of row, column
        |
      help: did you mean \`column\`?
        |
      1 | pattern p over image(row: 4, column: 5) = axial(column)
        |                                                 ~~~~~~
      "
    `);
  });

  it('no-space', () => {
    expect(render('pattern p = i.t == j.t')).toMatchInlineSnapshot(`
      "
      error[SA0418]: "i.t" needs a space, but positions are plain numbers here.
       --> main.sa:1:13
        |
      1 | pattern p = i.t == j.t
        |             ^^^ no axes here
        |
        = note: \`over\` names the axes; inside \`block\`, \`chunk\`, \`segments\` and \`axis\` positions are plain numbers
        = help: \`pattern p(t: int, h: int) over (t, h) = …\`

      error[SA0418]: "j.t" needs a space, but positions are plain numbers here.
       --> main.sa:1:20
        |
      1 | pattern p = i.t == j.t
        |                    ^^^ no axes here
        |
        = note: \`over\` names the axes; inside \`block\`, \`chunk\`, \`segments\` and \`axis\` positions are plain numbers
        = help: \`pattern p(t: int, h: int) over (t, h) = …\`
      "
    `);
    expect(render('pattern p over image(y: 4, x: 5) = block(2) { axial(x) }')).toMatchInlineSnapshot(`
      "
      error[SA0418]: \`axial\` needs a grid.
       --> main.sa:1:47
        |
      1 | pattern p over image(y: 4, x: 5) = block(2) { axial(x) }
        |                                               ^^^^^^^^ no axes here
        |
        = note: \`over\` names the axes; inside \`block\`, \`chunk\`, \`segments\` and \`axis\` positions are plain numbers
        = help: \`pattern p(height: int, width: int) over image(y: height, x: width) = …\`
      "
    `);
  });

  it('wrong-rank', () => {
    expect(render('pattern p over image(y: 4, x: 5) = neighborhood((3, 3, 3))')).toMatchInlineSnapshot(`
      "
      error[SA0419]: 3 values for a grid of 2 axes.
       --> main.sa:1:49
        |
      1 | pattern p over image(y: 4, x: 5) = neighborhood((3, 3, 3))
        |                                                 ^^^^^^^^^ 3 given
        |
        = help: one value stands for every axis
      "
    `);
    expect(render('pattern p = neighborhood((3, 3))')).toMatchInlineSnapshot(`
      "
      error[SA0419]: 2 values for a grid of 1 axis.
       --> main.sa:1:26
        |
      1 | pattern p = neighborhood((3, 3))
        |                          ^^^^^^ 2 given
        |
        = help: \`over\` gives the positions axes
      "
    `);
    expect(render('pattern p over image(y: 4, x: 5, order: tiles(2)) = full')).toMatchInlineSnapshot(`
      "
      error[SA0419]: \`tiles\` has 1 size, the region 2 axes.
       --> main.sa:1:41
        |
      1 | pattern p over image(y: 4, x: 5, order: tiles(2)) = full
        |                                         ^^^^^^^^ 1 given
      "
    `);
  });

  it('axis-size-not-fixed', () => {
    expect(render('pattern p over image(y: max(1, i), x: 5) = full')).toMatchInlineSnapshot(`
      "
      error[SA0420]: The size of the axis "y" must be the same for all rows and heads.
       --> main.sa:1:25
        |
      1 | pattern p over image(y: max(1, i), x: 5) = full
        |                         ^^^^^^^^^ depends on \`i\`
      "
    `);
  });

  it('ambiguous-grid', () => {
    expect(render('pattern p over left(a: 2, b: 3) + right(c: 2, d: 3) = neighborhood(3)'))
      .toMatchInlineSnapshot(`
      "
      error[SA0421]: \`neighborhood\` could mean several grids.
       --> main.sa:1:55
        |
      1 | pattern p over left(a: 2, b: 3) + right(c: 2, d: 3) = neighborhood(3)
        |                                                       ^^^^^^^^^^^^^^^ more than one region has axes
        |
        = help: \`within(REGION) { … }\` says which
      "
    `);
  });

  it('space-too-large', () => {
    expect(render('pattern p over video(t: 5000, h: 5000, w: 80) = full')).toMatchInlineSnapshot(`
      "
      error[SA0422]: The region has 2000000000 positions.
       --> main.sa:1:16
        |
      1 | pattern p over video(t: 5000, h: 5000, w: 80) = full
        |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ more than 16777216
      "
    `);
  });
});
