import { describe, expect, it } from 'vitest';
import { forms } from '../../compiler/diagnostics/catalogue/forms.ts';
import { render, reported } from './render-source.ts';

describe('diagnostics of forms', () => {
  it('window-needs-convention', () => {
    expect(render('pattern p = causal & window(128)')).toMatchInlineSnapshot(`
      "
      error[SA0401]: \`window\` must say how its extent is counted.
       --> main.sa:1:22
        |
      1 | pattern p = causal & window(128)
        |                      ^^^^^^^^^^^ no convention
        |
        = note: published windows of the same width differ: some count keys, some distances, some one side
        = help: \`window(each: 128)\` keeps |i - j| <= 128
        = help: \`window(keys: 128)\` keeps 128 keys that end with the query: 0 <= i - j < 128
        = help: \`window(back: 128, ahead: 0)\` keeps -128 <= j - i <= 0
      "
    `);
    expect(render('pattern p = window(each: 3, keys: 4)')).toMatchInlineSnapshot(`
      "
      error[SA0401]: \`window\` takes one convention, not "each" and "keys".
       --> main.sa:1:13
        |
      1 | pattern p = window(each: 3, keys: 4)
        |             ^^^^^^^^^^^^^^^^^^^^^^^^ more than one convention
        |
        = note: published windows of the same width differ: some count keys, some distances, some one side
        = help: \`window(each: w)\` keeps |i - j| <= w
        = help: \`window(keys: w)\` keeps w keys that end with the query: 0 <= i - j < w
        = help: \`window(back: w, ahead: 0)\` keeps -w <= j - i <= 0
      "
    `);
  });

  it('keeps-no-key', () => {
    expect(render('pattern p = window(keys: 0)')).toMatchInlineSnapshot(`
      "
      warning[SA0402]: \`window(keys: 0)\` keeps no key: every row is empty.
       --> main.sa:1:13
        |
      1 | pattern p = window(keys: 0)
        |             ^^^^^^^^^^^^^^^ the query itself is the first key
        |
        = help: \`window(keys: 1)\` keeps the query itself
      "
    `);
    expect(render('pattern p = sink(0) | causal')).toMatchInlineSnapshot(`
      "
      warning[SA0402]: \`sink(0)\` keeps no key.
       --> main.sa:1:13
        |
      1 | pattern p = sink(0) | causal
        |             ^^^^^^^ the first 0 keys
      "
    `);
    expect(render('pattern p = powers_of_two(from: 4, to: 2)')).toMatchInlineSnapshot(`
      "
      warning[SA0402]: \`powers_of_two(from: 4, to: 2)\` keeps no key.
       --> main.sa:1:13
        |
      1 | pattern p = powers_of_two(from: 4, to: 2)
        |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ every row is empty
        |
        = note: no distance is at least 4 and at most 2
      "
    `);
  });

  it('negative-extent', () => {
    expect(render('pattern p = window(each: -1)')).toMatchInlineSnapshot(`
      "
      error[SA0403]: The argument "each" of \`window\` must not be negative.
       --> main.sa:1:26
        |
      1 | pattern p = window(each: -1)
        |                          ^^ this is -1
      "
    `);
  });

  it('empty-range', () => {
    expect(render('pattern p = global(4..0)')).toMatchInlineSnapshot(`
      "
      warning[SA0404]: The range 4..0 holds nothing.
       --> main.sa:1:20
        |
      1 | pattern p = global(4..0)
        |                    ^^^^ the end lies before the start
        |
        = help: \`0..4\` counts upwards
      "
    `);
    expect(render('pattern p = keys(3..<3)')).toMatchInlineSnapshot(`
      "
      warning[SA0404]: The range 3..<3 holds nothing.
       --> main.sa:1:18
        |
      1 | pattern p = keys(3..<3)
        |                  ^^^^^ \`..<\` leaves the end out
      "
    `);
  });

  it('columns-outside', () => {
    expect(render('pattern p = columns(every: 4, at: 3..5)')).toMatchInlineSnapshot(`
      "
      warning[SA0405]: No column of every 4 has the number 5.
       --> main.sa:1:35
        |
      1 | pattern p = columns(every: 4, at: 3..5)
        |                                   ^^^^ columns are 0..3
      "
    `);
  });

  it('part-expected', () => {
    expect(render('pattern p = within(4) { causal }')).toMatchInlineSnapshot(`
      "
      error[SA0406]: \`within\` takes a partition.
       --> main.sa:1:20
        |
      1 | pattern p = within(4) { causal }
        |                    ^ this is an integer
        |
        = help: \`within(chunk(b)) { … }\`, \`within(segments(ids)) { … }\`, or an axis or region of the space
      "
    `);
  });

  it('segments-need-sorted', () => {
    expect(
      render(
        'attention a { input ids: int[batch, n] = documents(8)  mask within(segments(ids)) { causal } }',
      ),
    ).toMatchInlineSnapshot(`
      "
      error[SA0407]: \`segments\` needs "ids" to be sorted.
       --> main.sa:1:77
        |
      1 | attention a { input ids: int[batch, n] = documents(8)  mask within(segments(ids)) { causal } }
        |                                                                             ^^^ not declared \`sorted\`
        |
        = note: a part is one stretch of equal ids; the promise is checked at launch
        = help: write \`input ids: int[batch, n] sorted\`
      "
    `);
  });

  it('uncovered-labels', () => {
    expect(render('pattern p = by head { 0: causal; 3: full }')).toMatchInlineSnapshot(`
      "
      error[SA0408]: No case of \`by head\` names heads 1..2.
       --> main.sa:1:13
        |
      1 | pattern p = by head { 0: causal; 3: full }
        |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing for heads 1..2 of 4
        |
        = help: add a last case: \`else: full\` or \`else: empty\`
      "
    `);
    expect(render('pattern p = by layer { 0..5: causal }')).toMatchInlineSnapshot(`
      "
      error[SA0408]: \`by layer\` needs an \`else\`.
       --> main.sa:1:13
        |
      1 | pattern p = by layer { 0..5: causal }
        |             ^^^^^^^^^^^^^^^^^^^^^^^^^ no value for the other layers
        |
        = note: the number of layers is not part of a specification, so any layer may come at launch
        = help: add a last case: \`else: full\` or \`else: empty\`
      "
    `);
  });

  it('overlapping-labels', () => {
    expect(render('pattern p = by head { 0..2: causal; 2: full; else: empty }')).toMatchInlineSnapshot(`
      "
      error[SA0409]: Two cases of \`by head\` name head 2.
       --> main.sa:1:37
        |
      1 | pattern p = by head { 0..2: causal; 2: full; else: empty }
        |                       ----          ^ names head 2 again
        |                       |
        |                       head 2 is named here
      "
    `);
  });

  it('label-outside', () => {
    expect(render('pattern p = by head { 0..7: causal; else: full }')).toMatchInlineSnapshot(`
      "
      warning[SA0410]: There is no head 7: the attention has 4 heads.
       --> main.sa:1:23
        |
      1 | pattern p = by head { 0..7: causal; else: full }
        |                       ^^^^ the last head is 3
        |
        = note: the label has no effect there
      "
    `);
  });

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

  it('random-in-part', () => {
    expect(render('pattern p = within(chunk(8)) { random(per_row: 2, seed: 1) }')).toMatchInlineSnapshot(`
      "
      error[SA0412]: \`random\` cannot stand inside \`within\`.
       --> main.sa:1:32
        |
      1 | pattern p = within(chunk(8)) { random(per_row: 2, seed: 1) }
        |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^ the number of keys differs from part to part
        |
        = help: \`within(PART) { full } & random(…)\` keeps the random keys that lie in the part
      "
    `);
  });

  it('random-not-fixed', () => {
    expect(render('pattern p = random(per_row: 2, seed: head)')).toMatchInlineSnapshot(`
      "
      error[SA0413]: The argument "seed" of \`random\` must be the same for all rows and heads.
       --> main.sa:1:38
        |
      1 | pattern p = random(per_row: 2, seed: head)
        |                                      ^^^^ depends on \`head\`
        |
        = note: the lists are drawn once, when a plan is made
      "
    `);
  });

  it('space-expected', () => {
    expect(render('pattern p over 3 = full')).toMatchInlineSnapshot(`
      "
      error[SA0414]: After \`over\` comes a space.
       --> main.sa:1:16
        |
      1 | pattern p over 3 = full
        |                ^ no region
        |
        = help: \`over (t, h, w)\` names the axes of a grid by their sizes
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
    expect(render('pattern p = shrink(4, any) { i - j < head }')).toMatchInlineSnapshot(`
      "
      error[SA0425]: The set of \`shrink\` must be the same for the whole launch.
       --> main.sa:1:13
        |
      1 | pattern p = shrink(4, any) { i - j < head }
        |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ depends on \`head\`
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

  it('has a case for every entry of the chapter', () => {
    expect(Object.keys(forms).filter((name) => !reported.has(name))).toEqual([]);
  });
});
