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
        = help: \`within(chunk(b)) { … }\` or \`within(segments(ids)) { … }\`
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

  it('has a case for every entry of the chapter', () => {
    expect(Object.keys(forms).filter((name) => !reported.has(name))).toEqual([]);
  });
});
