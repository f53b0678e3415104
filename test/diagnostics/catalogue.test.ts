import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attention } from '../../compiler/diagnostics/catalogue/attention.ts';
import { forms } from '../../compiler/diagnostics/catalogue/forms.ts';
import { catalogue } from '../../compiler/diagnostics/catalogue/index.ts';
import { mask } from '../../compiler/diagnostics/catalogue/mask.ts';
import { names } from '../../compiler/diagnostics/catalogue/names.ts';
import { syntax } from '../../compiler/diagnostics/catalogue/syntax.ts';
import { target } from '../../compiler/diagnostics/catalogue/target.ts';
import { types } from '../../compiler/diagnostics/catalogue/types.ts';
import { printCatalogue } from '../../compiler/diagnostics/print-catalogue.ts';

const root = join(import.meta.dirname, '..', '..');
const chapters = {
  SA01: syntax,
  SA02: names,
  SA03: types,
  SA04: forms,
  SA05: attention,
  SA06: mask,
  SA07: target,
};
const entries = Object.entries(catalogue);

function compilerText(): string {
  return readdirSync(join(root, 'compiler'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('catalogue'))
    .map((path) => readFileSync(join(root, 'compiler', path), 'utf8'))
    .join('\n');
}

describe('the catalogue', () => {
  it('has unique codes in the range of their chapter, and unique names', () => {
    expect(new Set(entries.map(([, { code }]) => code)).size).toBe(entries.length);
    for (const [prefix, chapter] of Object.entries(chapters)) {
      for (const [name, { code }] of Object.entries(chapter)) {
        expect(code, name).toMatch(new RegExp(`^${prefix}\\d\\d$`));
        expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      }
    }
    const count = Object.values(chapters).reduce((sum, chapter) => sum + Object.keys(chapter).length, 0);
    expect(entries).toHaveLength(count);
    expect(count).toBeGreaterThanOrEqual(40);
  });

  it.each(entries)('%s is explained', (_, { title, explanation }) => {
    expect(title).toMatch(/^[^A-Z].*[^.]$/);
    expect(explanation).toMatch(/^\S+( \S+){2,}\.$/);
  });

  it('holds nothing that is never reported', () => {
    const text = compilerText();
    expect(entries.map(([name]) => name).filter((name) => !text.includes(`'${name}'`))).toEqual([]);
  });

  it('is what docs/diagnostics.md says (npx tsx scripts/write-diagnostics-docs.ts)', () => {
    expect(readFileSync(join(root, 'docs', 'diagnostics.md'), 'utf8')).toBe(printCatalogue());
  });

  it('has a rendered text in a test for every code', () => {
    const texts = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(test\.ts|txt)$/.test(path))
      .map((path) => readFileSync(join(import.meta.dirname, path), 'utf8'))
      .join('\n');
    expect(entries.filter(([, { code }]) => !texts.includes(`[${code}]: `)).map(([name]) => name)).toEqual(
      [],
    );
  });
});
