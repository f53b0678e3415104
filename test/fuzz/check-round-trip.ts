import { parse, printFile, Session } from '../../compiler/index.ts';
import type { SourceFile } from '../../compiler/parser/ast.ts';

/** Printing a parsed text and parsing it again must give the same tree, and the same text when printed once more. */
export function checkRoundTrip(text: string): string | null {
  const first = parseText(text);
  if (typeof first === 'string') return first;
  const printed = printFile(first);
  const second = parseText(printed);
  if (typeof second === 'string') return `the printed text does not parse: ${second}\n${printed}`;
  if (printFile(second) !== printed) return `printing is not stable:\n${printed}\n${printFile(second)}`;
  const [before, after] = [first, second].map(withoutPlaces);
  return before === after ? null : `the tree changed:\n${text}\n${printed}`;
}

function parseText(text: string): SourceFile | string {
  const session = new Session();
  const file = parse({ name: 'fuzzed.sa', text }, session);
  return session.hasErrors ? `${session.diagnostics[0].code}: ${session.diagnostics[0].message}` : file;
}

/** The tree as text, without what depends on where things stand. */
function withoutPlaces(file: SourceFile): string {
  const places = new Set(['span', 'nameSpan', 'blankLines']);
  return JSON.stringify(file.items, (key, value) => (places.has(key) ? undefined : value));
}
