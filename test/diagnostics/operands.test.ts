import { describe, expect, it } from 'vitest';
import { render } from './render-source.ts';

describe('diagnostics of operands', () => {
  it('type-mismatch', () => {
    expect(render('pattern p = window(keys: 0.5 * n)')).toMatchInlineSnapshot(`
      "
      error[SA0301]: The argument "keys" of \`window\` must be an integer, not a real number.
       --> main.sa:1:26
        |
      1 | pattern p = window(keys: 0.5 * n)
        |                          ^^^^^^^ this is a real number
        |
        = help: bring it to an integer with floor(…), ceil(…), round(…) or int(…)
      "
    `);
    expect(render('attention a { mask 3 }')).toMatchInlineSnapshot(`
      "
      error[SA0301]: The mask must be a set of pairs, not an integer.
       --> main.sa:1:20
        |
      1 | attention a { mask 3 }
        |                    ^ this is an integer
        |
        = help: a comparison makes a set of a number: \`i - j < 128\`
      "
    `);
    expect(render('pattern p = r(full)\npattern r(w: int) = i < w')).toMatchInlineSnapshot(`
      "
      error[SA0301]: The parameter "w" of "r" must be an integer, not a set of pairs.
       --> main.sa:1:15
        |
      1 | pattern p = r(full)
        |               ^^^^ this is a set of pairs
      "
    `);
    expect(render('pattern p(ids: int[n]) = r(ids)\npattern r(bits: bits[n, n]) = bits[i, j]'))
      .toMatchInlineSnapshot(`
      "
      error[SA0301]: The parameter "bits" of "r" must be an array bits[n, n], not the int array "ids" [n].
       --> main.sa:1:28
        |
      1 | pattern p(ids: int[n]) = r(ids)
        |                            ^^^ this is the int array "ids" [n]
      "
    `);
    expect(render('pattern p = offsets(3)')).toMatchInlineSnapshot(`
      "
      error[SA0301]: The argument "range" of \`offsets\` must be a range, not an integer.
       --> main.sa:1:21
        |
      1 | pattern p = offsets(3)
        |                     ^ this is an integer
        |
        = help: \`a..b\` includes both ends, \`a..<b\` leaves b out
      "
    `);
    expect(render('pattern p(f: float[n]) = same(f)')).toMatchInlineSnapshot(`
      "
      error[SA0301]: The argument "ids" of \`same\` must be an int array.
       --> main.sa:1:31
        |
      1 | pattern p(f: float[n]) = same(f)
        |                               ^ this is the float array "f"
      "
    `);
    expect(render('pattern p = neighborhood(3, causal: 2)')).toMatchInlineSnapshot(`
      "
      error[SA0301]: The argument "causal" of \`neighborhood\` must be true or false.
       --> main.sa:1:37
        |
      1 | pattern p = neighborhood(3, causal: 2)
        |                                     ^ this is an integer
      "
    `);
  });

  it('wrong-operand', () => {
    expect(render('pattern p = -causal')).toMatchInlineSnapshot(`
      "
      error[SA0302]: \`-\` needs a number, not a set of pairs.
       --> main.sa:1:13
        |
      1 | pattern p = -causal
        |             ^^^^^^^ this is a set of pairs
        |
        = help: the pairs that are not in a set are \`!S\`; \`A - B\` leaves B out of A
      "
    `);
    expect(render('pattern p = causal + full')).toMatchInlineSnapshot(`
      "
      error[SA0302]: \`+\` needs numbers, not a set of pairs.
       --> main.sa:1:13
        |
      1 | pattern p = causal + full
        |             ^^^^^^ this is a set of pairs
        |
        = help: the union of two sets is \`A | B\`
      "
    `);
    expect(render('pattern p = i div 0.5 == 1')).toMatchInlineSnapshot(`
      "
      error[SA0302]: \`div\` needs integers.
       --> main.sa:1:13
        |
      1 | pattern p = i div 0.5 == 1
        |             ^^^^^^^^^ one operand is a real number
        |
        = help: \`/\` divides real numbers; floor(…) brings a real number to an integer
      "
    `);
  });

  it('not-comparable', () => {
    expect(render('pattern p = causal < full')).toMatchInlineSnapshot(`
      "
      error[SA0303]: Sets have no order: \`<\` needs numbers.
       --> main.sa:1:13
        |
      1 | pattern p = causal < full
        |             ^^^^^^^^^^^^^ a set of pairs
        |             |
        |             a set of pairs
      "
    `);
    expect(render('pattern p = i < [3]')).toMatchInlineSnapshot(`
      "
      error[SA0303]: \`<\` cannot compare an integer with a list.
       --> main.sa:1:13
        |
      1 | pattern p = i < [3]
        |             ^^^^^^^ a list
        |             |
        |             an integer
      "
    `);
  });

  it('mixed-branches', () => {
    expect(render('pattern p = if i < 3 then causal else 4')).toMatchInlineSnapshot(`
      "
      error[SA0304]: The branches of \`if\` differ in type.
       --> main.sa:1:13
        |
      1 | pattern p = if i < 3 then causal else 4
        |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^ an integer
        |             |             |
        |             |             a set of pairs
        |             a set of pairs or an integer
        |
        = note: both branches are integers, real numbers or sets
      "
    `);
    expect(render('pattern p = by head { 0: causal; else: 2 }')).toMatchInlineSnapshot(`
      "
      error[SA0304]: The cases of \`by head\` differ in type.
       --> main.sa:1:13
        |
      1 | pattern p = by head { 0: causal; else: 2 }
        |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a set of pairs or an integer
        |
        = note: all cases are integers, real numbers or sets
      "
    `);
  });

  it('not-constant', () => {
    expect(render('attention a { launch h: int in 1..8 = 4  mask full  heads h }')).toMatchInlineSnapshot(`
      "
      error[SA0305]: The field \`heads\` must be known when the file is compiled.
       --> main.sa:1:59
        |
      1 | attention a { launch h: int in 1..8 = 4  mask full  heads h }
        |                                                           ^ this is known only at launch, or differs from pair to pair
      "
    `);
    expect(render('pattern p = by head { 0..<n: full; else: empty }')).toMatchInlineSnapshot(`
      "
      error[SA0305]: A label of \`by head\` must be known when the file is compiled.
       --> main.sa:1:23
        |
      1 | pattern p = by head { 0..<n: full; else: empty }
        |                       ^^^^^ known only at launch
      "
    `);
    expect(render('let w = i\npattern p = j < w')).toMatchInlineSnapshot(`
      "
      error[SA0305]: The constant "w" differs from pair to pair.
       --> main.sa:1:9
        |
      1 | let w = i
        |         ^ depends on \`i\`
        |
        = help: make it a pattern: \`pattern w = …\`
      "
    `);
    expect(render('attention a { launch h: int in 1..n = 4  mask i < h }')).toMatchInlineSnapshot(`
      "
      error[SA0305]: The limits of a parameter must be known when the file is compiled.
       --> main.sa:1:32
        |
      1 | attention a { launch h: int in 1..n = 4  mask i < h }
        |                                ^^^^ limits of an integer
      "
    `);
  });

  it('tensor-as-index', () => {
    expect(render('pattern p = q < k')).toMatchInlineSnapshot(`
      "
      error[SA0327]: "q" is a tensor, not an index.
       --> main.sa:1:13
        |
      1 | pattern p = q < k
        |             ^ a tensor
        |
        = help: the position of the query is \`i\`, that of the key is \`j\`

      error[SA0327]: "k" is a tensor, not an index.
       --> main.sa:1:17
        |
      1 | pattern p = q < k
        |                 ^ a tensor
        |
        = help: the position of the query is \`i\`, that of the key is \`j\`
      "
    `);
  });

  it('undefined-real', () => {
    expect(render('pattern p = j < floor(1 / 0 + i)')).toMatchInlineSnapshot(`
      "
      error[SA0328]: 1 / 0 has no value.
       --> main.sa:1:23
        |
      1 | pattern p = j < floor(1 / 0 + i)
        |                       ^^^^^ not a finite number
      "
    `);
    expect(render('pattern p = j < log(2 - 2) * n')).toMatchInlineSnapshot(`
      "
      error[SA0328]: log(2 - 2) has no value.
       --> main.sa:1:17
        |
      1 | pattern p = j < log(2 - 2) * n
        |                 ^^^^^^^^^^ not a finite number
      "
    `);
  });
});
