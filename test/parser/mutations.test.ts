import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printFile } from '../../compiler/parser/index.ts';
import { parseText } from './parse-text.ts';

const folder = new URL('./programs/', import.meta.url);
const texts = [
  ...readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8')),
  readFileSync(new URL('./kitchen-sink.sa', import.meta.url), 'utf8'),
];

interface Mutation {
  readonly kind: string;
  readonly at: number;
  readonly length?: number;
  readonly text?: string;
}

const scraps = [
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '=',
  '-',
  '|',
  '..',
  '"',
  '\\',
  '///',
  '\n',
  '\0',
  '\ud800',
];
const words = [
  'pattern ',
  'attention ',
  ' let ',
  ' by ',
  ' if ',
  ' else ',
  ' heads 4 ',
  ' mask ',
  '1e9',
  '99999999999',
];
const at = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const mutation = fc.oneof(
  fc.record({ kind: fc.constant('delete'), at, length: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('repeat'), at, length: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('swap'), at, length: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ kind: fc.constant('cut'), at }),
  fc.record({ kind: fc.constant('insert'), at, text: fc.constantFrom(...scraps, ...words) }),
  fc.record({ kind: fc.constant('insert'), at, text: fc.string({ unit: 'binary', maxLength: 6 }) }),
) as fc.Arbitrary<Mutation>;

function mutate(text: string, { kind, at, length = 0, text: inserted = '' }: Mutation): string {
  const from = Math.floor(at * text.length);
  const [head, middle, tail] = [
    text.slice(0, from),
    text.slice(from, from + length),
    text.slice(from + length),
  ];
  switch (kind) {
    case 'delete':
      return head + tail;
    case 'repeat':
      return head + middle + middle + tail;
    case 'swap':
      return head + tail.slice(0, length) + middle + tail.slice(length);
    case 'cut':
      return head;
    default:
      return head + inserted + middle + tail;
  }
}

describe('mutated programs', () => {
  it('are parsed without an exception, with errors that lie in the text', () => {
    let broken = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(mutation, { minLength: 1, maxLength: 5 }),
        (original, mutations) => {
          const text = mutations.reduce(mutate, original);
          const { file, diagnostics } = parseText(text);
          for (const { primary, secondary } of diagnostics) {
            for (const { span } of [primary, ...secondary]) {
              expect(span.start).toBeGreaterThanOrEqual(0);
              expect(span.end).toBeGreaterThanOrEqual(span.start);
              expect(span.end).toBeLessThanOrEqual(text.length);
            }
          }
          // Whatever could be read can be printed, and is read again without an error.
          expect(parseText(printFile(file)).diagnostics).toEqual([]);
          if (diagnostics.length > 0) broken++;
        },
      ),
      { numRuns: 600, seed: 11 },
    );
    expect(broken).toBeGreaterThan(300);
  });

  it('of great size end in time', () => {
    const start = performance.now();
    for (const scrap of [
      '(',
      'a(',
      '{',
      'if a then ',
      '- ',
      'not ',
      'a | ',
      'heads ',
      'by head {',
      'let x = ',
      '"',
      '0..',
    ]) {
      parseText(`pattern p = ${scrap.repeat(10000)}`);
      parseText(`attention a { mask ${scrap.repeat(10000)} }`);
    }
    expect(performance.now() - start).toBeLessThan(20000);
  }, 60000);
});
