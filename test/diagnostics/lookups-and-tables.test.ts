import { describe, expect, it } from 'vitest';
import { render } from './render-source.ts';

describe('diagnostics of lookups and tables', () => {
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
});
