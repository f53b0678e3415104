import { describe, expect, it } from 'vitest';
import { types } from '../../compiler/diagnostics/catalogue/types.ts';
import { render, reported } from './render-source.ts';

describe('diagnostics of types, operators and arguments', () => {
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

  it('not-indexable', () => {
    expect(render('pattern p = i[3] < 4')).toMatchInlineSnapshot(`
      "
      error[SA0317]: An integer has no elements.
       --> main.sa:1:13
        |
      1 | pattern p = i[3] < 4
        |             ^ this is an integer
        |
        = note: arrays, lists and tables have elements
      "
    `);
  });

  it('wrong-index-count', () => {
    expect(render('pattern p(mask: bits[n, n]) = mask[i]')).toMatchInlineSnapshot(`
      "
      error[SA0318]: "mask" has 2 dimensions [n, n], but is read with 1 index.
       --> main.sa:1:31
        |
      1 | pattern p(mask: bits[n, n]) = mask[i]
        |                               ^^^^^^^ 1 given
        |
        = note: only leading \`batch\`, \`heads\` and \`kv_heads\` dimensions may be left out
      "
    `);
    expect(render('let t = [[1, 2], [3, 4]]\npattern p = t[head] < i')).toMatchInlineSnapshot(`
      "
      error[SA0318]: A list has 2 dimensions [2, 2], but is read with 1 index.
       --> main.sa:2:13
        |
      2 | pattern p = t[head] < i
        |             ^^^^^^^ 1 given
      "
    `);
  });

  it('not-a-container', () => {
    expect(render('pattern p = global(4)')).toMatchInlineSnapshot(`
      "
      error[SA0319]: A range or a list is wanted here, not an integer.
       --> main.sa:1:20
        |
      1 | pattern p = global(4)
        |                    ^ this is an integer
        |
        = help: the first 4 positions are \`0..<4\`, position 4 alone is \`[4]\`
      "
    `);
    expect(render('pattern p(ids: int[n]) = j in ids')).toMatchInlineSnapshot(`
      "
      error[SA0319]: The int array "ids" holds no lists.
       --> main.sa:1:31
        |
      1 | pattern p(ids: int[n]) = j in ids
        |                               ^^^ a range or a list is wanted here
        |
        = help: declare it as \`ids: list[…]\`
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

  it('table-path', () => {
    expect(render('pattern p = table(3)[head] < i')).toMatchInlineSnapshot(`
      "
      error[SA0323]: \`table\` takes the path of a file, as a text.
       --> main.sa:1:13
        |
      1 | pattern p = table(3)[head] < i
        |             ^^^^^^^^ no path
        |
        = help: \`table("widths.json")[layer, head]\`
      "
    `);
  });

  it('missing-table', () => {
    expect(render('pattern p = table("widths.json")[head] < i')).toMatchInlineSnapshot(`
      "
      error[SA0324]: There is no table "widths.json" beside "main.sa".
       --> main.sa:1:19
        |
      1 | pattern p = table("widths.json")[head] < i
        |                   ^^^^^^^^^^^^^ not found
      "
    `);
  });

  it('bad-table', () => {
    expect(render('pattern p = table("widths.json")[head] < i', { tables: () => [[1, 2], [3]] }))
      .toMatchInlineSnapshot(`
        "
        error[SA0325]: "widths.json" is no table of numbers: its rows differ in length.
         --> main.sa:1:19
          |
        1 | pattern p = table("widths.json")[head] < i
          |                   ^^^^^^^^^^^^^ its rows differ in length
          |
          = note: a table is a JSON array of numbers, or of arrays of equal length
        "
      `);
    expect(render('pattern p = table("widths.json")[head] < i', { tables: () => ({ w: 3 }) }))
      .toMatchInlineSnapshot(`
        "
        error[SA0325]: "widths.json" is no table of numbers: it is not an array.
         --> main.sa:1:19
          |
        1 | pattern p = table("widths.json")[head] < i
          |                   ^^^^^^^^^^^^^ it is not an array
          |
          = note: a table is a JSON array of numbers, or of arrays of equal length
        "
      `);
  });

  it('table-index-outside', () => {
    expect(render('pattern p = i < [1, 2, 3][head]')).toMatchInlineSnapshot(`
      "
      error[SA0326]: The index runs to 3, but a list has 3 elements there, 0..2.
       --> main.sa:1:27
        |
      1 | pattern p = i < [1, 2, 3][head]
        |                           ^^^^ reaches 3
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

  it('has a case for every entry of the chapter', () => {
    expect(Object.keys(types).filter((name) => !reported.has(name))).toEqual([]);
  });
});
