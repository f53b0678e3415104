import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printFile } from '../../compiler/parser/index.ts';
import { tokenize } from '../../compiler/parser/lexer.ts';
import { parseClean, withoutSpans } from './parse-text.ts';
import { randomFile } from './random-tree.ts';

const programs = new URL('./programs/', import.meta.url);
const texts = [
  ...readdirSync(programs).map((name) => ({ name, text: readFileSync(new URL(name, programs), 'utf8') })),
  { name: 'kitchen-sink.sa', text: readFileSync(new URL('./kitchen-sink.sa', import.meta.url), 'utf8') },
];

describe('the formatter', () => {
  it('prints a tree that parses to the same tree, and prints it again the same', () => {
    fc.assert(
      fc.property(randomFile, (file) => {
        const printed = printFile(file);
        const parsed = parseClean(printed);
        expect(withoutSpans(parsed)).toEqual(withoutSpans(file));
        expect(printFile(parsed)).toBe(printed);
      }),
      { numRuns: 400, seed: 20 },
    );
  });

  it.each(texts)('keeps the tree and the comments of $name', ({ text, name }) => {
    const file = parseClean(text, name);
    const printed = printFile(file);
    const again = parseClean(printed, name);
    expect(withoutSpans(again)).toEqual(withoutSpans(file));
    expect(commentTexts(printed)).toEqual(commentTexts(text));
    expect(printFile(again)).toBe(printed);
  });

  it('keeps the spaces of queries and keys, and axes without a region', () => {
    for (const text of [
      'pattern p over (y: 3, x: 4) by b(5) + (z: 2, order: tiles(1)) = i.y == j.z\n',
      'attention a {\n  over a(y: 3) by (z: 4)\n  mask full\n}\n',
      `pattern p(${'long_name: int = 100, '.repeat(4)}w: int = 3)\n  over fine(y: 128, x: 128)\n  by coarse(y: 16, x: 16) =\n  window(keys: w)\n`,
    ]) {
      const tree = parseClean(text);
      const printed = printFile(tree);
      expect(withoutSpans(parseClean(printed))).toEqual(withoutSpans(tree));
      expect(printFile(parseClean(printed))).toBe(printed);
      expect(printed.replace(/\s+/g, ' ')).toContain(' by ');
    }
  });

  it('loses no comment wherever it stands', () => {
    const clean = texts.map(({ text }) => text);
    const place = fc.record({ at: fc.nat(), trailing: fc.boolean() });
    fc.assert(
      fc.property(
        fc.constantFrom(...clean),
        fc.array(place, { minLength: 1, maxLength: 6 }),
        (text, places) => {
          const commented = insertComments(text, places);
          const file = parseClean(commented);
          const printed = printFile(file);
          const again = parseClean(printed);
          expect(commentTexts(printed)).toEqual(commentTexts(commented));
          expect(withoutSpans(again)).toEqual(withoutSpans(file));
          expect(printFile(again)).toBe(printed);
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });

  it('lays out fields in columns and long unions one branch a line', () => {
    const text = `attention a{heads 4 mask causal&window(keys:4096)|global(0..<16)|columns(every:1024,at:0..<8)|stride(512) // all
      queries at nk-nq outputs out,lse alibi bias key( b )}`;
    expect(printFile(parseClean(text))).toBe(`attention a {
  heads      4
  mask
      causal & window(keys: 4096)
    | global(0..<16)
    | columns(every: 1024, at: 0..<8)
    | stride(512) // all
  queries at nk - nq
  outputs    out, lse
  alibi
  bias key(b)
}
`);
  });

  it('prints only the parentheses that are needed', () => {
    const text =
      'let x = ((a) | (b & (c - d))) & !(e) | (f | g) - ((1 + 2) * (3)) - (i - (j - k)) in (0..<(n))\n';
    expect(printFile(parseClean(text))).toBe(
      'let x = (a | b & c - d) & !e | (f | g) - (1 + 2) * 3 - (i - (j - k)) in 0..<n\n',
    );
  });
});

/** Texts of all comments in any order: a comment may move to the declaration that it stands in. */
function commentTexts(text: string): string[] {
  return tokenize(text)
    .comments.map((comment) => comment.image.replace(/^\/+/, '').trim())
    .sort();
}

/** Puts comments between tokens, but not into a line whose break would change the meaning. */
function insertComments(
  text: string,
  places: readonly { readonly at: number; readonly trailing: boolean }[],
): string {
  const { tokens } = tokenize(text);
  const gaps = tokens.filter((token, at) => {
    const before = tokens[at - 1];
    const touches = before !== undefined && before.startOffset + before.image.length === token.startOffset;
    return !touches && before?.image !== 'flavour';
  });
  const chosen = new Map(places.map(({ at, trailing }) => [gaps[at % gaps.length].startOffset, trailing]));
  let result = '';
  let from = 0;
  for (const [offset, trailing] of [...chosen].sort(([a], [b]) => a - b)) {
    result += `${text.slice(from, offset)}${trailing ? '' : '\n'}// at ${offset}\n`;
    from = offset;
  }
  return result + text.slice(from);
}
