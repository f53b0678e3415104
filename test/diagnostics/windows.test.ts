import { describe, expect, it } from 'vitest';
import { render } from './render-source.ts';

describe('diagnostics of windows and ranges', () => {
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
  });

  it('no-power-of-two', () => {
    expect(render('pattern p = causal | powers_of_two(from: 3, to: 3)')).toMatchInlineSnapshot(`
      "
      error[SA0429]: No power of two lies in 3..3.
       --> main.sa:1:22
        |
      1 | pattern p = causal | powers_of_two(from: 3, to: 3)
        |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ keeps no distance
        |
        = note: \`powers_of_two\` keeps the distances 0, 1, 2, 4, 8 …
      "
    `);
    expect(render('pattern p = causal | powers_of_two(from: 4, to: 2)')).toMatchInlineSnapshot(`
      "
      error[SA0429]: No power of two lies in 4..2.
       --> main.sa:1:22
        |
      1 | pattern p = causal | powers_of_two(from: 4, to: 2)
        |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the end lies before the start
        |
        = note: \`powers_of_two\` keeps the distances 0, 1, 2, 4, 8 …
      "
    `);
    for (const [from, to] of [
      [0, 0],
      [1, 1],
      [3, 4],
      [5, 8],
      [4, 4],
    ]) {
      expect(render(`pattern p = full & powers_of_two(from: ${from}, to: ${to})`)).not.toContain('SA0429');
    }
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
});
