import { afterAll, expect } from 'vitest';
import { syntax } from '../../../compiler/diagnostics/catalogue/syntax.ts';
import { renderText } from '../../../compiler/diagnostics/render-text.ts';
import { parseText } from '../parse-text.ts';

type SyntaxCode = keyof typeof syntax;

/** Which file shows which syntax error. */
export const chapters = {
  words: ['unexpected-token', 'missing-expression', 'missing-token', 'unexpected-end', 'reserved-word'],
  brackets: [
    'unclosed-bracket',
    'unmatched-bracket',
    'nesting-too-deep',
    'chain-too-long',
    'chained-range',
    'unknown-by-axis',
    'repeated-else',
  ],
  literals: [
    'unknown-character',
    'unterminated-string',
    'unknown-escape',
    'malformed-number',
    'integer-beyond-32-bits',
    'real-too-large',
    'foreign-operator',
  ],
} as const satisfies Readonly<Record<string, readonly SyntaxCode[]>>;

/** What a person reads about a text. When all tests of the file have run, every code of its chapter must have been read. */
export function renderChapter(chapter: keyof typeof chapters): (text: string) => string {
  const reported = new Set<string>();
  afterAll(() => expect(chapters[chapter].filter((name) => !reported.has(name))).toEqual([]));
  return (text) => {
    const { diagnostics } = parseText(text, 'main.sa');
    for (const { name } of diagnostics) reported.add(name);
    return `\n${renderText(diagnostics, [{ name: 'main.sa', text }])}`;
  };
}
