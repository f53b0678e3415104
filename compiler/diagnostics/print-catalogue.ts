import { catalogue } from './catalogue/index.ts';

const chapters: readonly (readonly [prefix: string, title: string, text: string])[] = [
  [
    'SA01',
    'Syntax',
    'The text is not a program yet. The parser recovers, so that several are reported in one run.',
  ],
  ['SA02', 'Names', 'What names stand for, across the files of a program.'],
  ['SA03', 'Types', 'Values that do not fit the place where they stand.'],
  ['SA04', 'Forms', 'The forms of the language: windows, columns, blocks, parts, random sets.'],
  ['SA05', 'Attentions', 'The fields, inputs and launch parameters of an `attention`.'],
  ['SA06', 'Masks', 'The mask is well-formed, but what it means is wrong or surprising.'],
  ['SA07', 'Targets', 'The language has it, a target does not.'],
];

/** The text of docs/diagnostics.md: every kind of message, by chapter and code. */
export function printCatalogue(): string {
  const entries = Object.entries(catalogue).sort(([, a], [, b]) => (a.code < b.code ? -1 : 1));
  const parts = [
    '# Diagnostics',
    'This page is generated from `compiler/diagnostics/catalogue` by `npx tsx scripts/write-diagnostics-docs.ts`.',
    'Every message of the compiler has a stable code. Errors stop the compilation at the end of their stage; warnings do ' +
      'not. `npx sparsec check FILE --format json` gives them as data, `--format github` as annotations.',
  ];
  for (const [prefix, title, text] of chapters) {
    parts.push(`## ${title}`, text);
    for (const [name, entry] of entries.filter(([, { code }]) => code.startsWith(prefix))) {
      parts.push(`### ${entry.code} ${name}`, `_${entry.severity}_: ${entry.title}.`, entry.explanation);
    }
  }
  return `${parts.join('\n\n')}\n`;
}
