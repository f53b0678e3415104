import { describe, expect, it } from 'vitest';
import { render } from './render-source.ts';

describe('diagnostics of labels, parts and random lists', () => {
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
    expect(
      render('pattern p = block([2, 3][head]) { random(per_row: 2, seed: 1) }', { defaults: { heads: 2 } }),
    ).toMatchInlineSnapshot(`
      "
      error[SA0413]: \`random\` needs as many keys for every head.
       --> main.sa:1:35
        |
      1 | pattern p = block([2, 3][head]) { random(per_row: 2, seed: 1) }
        |                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ the number of blocks depends on \`head\`
        |
        = note: the lists are drawn once, when a plan is made
      "
    `);
  });
});
