import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reservedWords } from '../../compiler/parser/tokens.ts';
import { fieldSyntax } from '../../compiler/parser/fields.ts';
import { attentionFields } from '../../compiler/passes/lower/attention/attention-fields.ts';
import { indexNames } from '../../compiler/passes/lower/expressions/built-in-names.ts';
import { forms, plannedForms } from '../../compiler/passes/lower/forms/registry.ts';
import { functions } from '../../compiler/passes/lower/expressions/functions.ts';
import { feeds } from '../../compiler/passes/lower/inputs/lower-feed.ts';
import { operations } from '../../compiler/passes/lower/expressions/operations.ts';
import { lowerText } from '../passes/lower/lower-text.ts';
import { parseClean } from './parse-text.ts';

const page = readFileSync(new URL('../../docs/language.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^```sa\n([\s\S]*?)^```/gm)].map((match) => match[1]);
const code = [...page.matchAll(/`[^`\n]+`/g)].map(([text]) => text).join(' ') + blocks.join(' ');

describe('docs/language.md', () => {
  it('names every word of the language', () => {
    const words = [
      ...reservedWords,
      ...indexNames.keys(),
      ...forms.keys(),
      ...functions.keys(),
      ...operations.keys(),
      ...feeds.keys(),
      ...attentionFields.flatMap(({ name }) => name.split(' ')),
    ];
    expect(words.filter((word) => !new RegExp(`\\b${word}\\b`).test(code))).toEqual([]);
    expect([...plannedForms.keys()].filter((word) => !new RegExp(`\\b${word}\\b`).test(code))).toEqual([]);
  });

  it('has a row for every field, and the grammar and the lowering know the same fields', () => {
    expect([...fieldSyntax.keys()].sort()).toEqual(attentionFields.map(({ name }) => name).sort());
    const table = page.slice(page.indexOf('### Fields'), page.indexOf('## Planned parts'));
    for (const { name, targets } of attentionFields) {
      const row = table.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${name}`));
      const planned = table
        .split('\n')
        .find((line) => line.includes('**planned') && line.includes(`${name}`));
      expect({ name, documented: row !== undefined || planned !== undefined }).toEqual({
        name,
        documented: true,
      });
      if (targets.length === 0)
        expect({ name, planned: planned !== undefined }).toEqual({ name, planned: true });
    }
  });

  it('shows programs that parse', () => {
    expect(blocks.length).toBeGreaterThan(4);
    for (const block of blocks) expect(() => parseClean(block)).not.toThrow();
  });

  it('shows programs that compile, but for the planned one', () => {
    for (const block of blocks) {
      const { diagnostics } = lowerText(block.replace('use "./common.sa"\n', ''));
      const errors = new Set(
        diagnostics.filter(({ severity }) => severity === 'error').map(({ name }) => name),
      );
      expect([...errors]).toEqual(block.includes('nsa') ? ['not-yet-compiled'] : []);
    }
  });
});
