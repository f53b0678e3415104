import type { Help, Span } from './diagnostic.ts';

/**
 * The known names that a mistyped name may have meant, best first, at most three: those within a distance of a third
 * of its length (at least 1), counting insertions, deletions, replacements and swaps of neighbours (optimal string
 * alignment), and those that it is the beginning of. A name of one letter means nothing else.
 */
export function suggestNames(wrong: string, known: Iterable<string>): readonly string[] {
  const limit = Math.max(1, Math.floor(wrong.length / 3));
  const scored: { name: string; distance: number }[] = [];
  for (const name of new Set(known)) {
    const same = name.toLowerCase() === wrong.toLowerCase();
    const distance = same ? 0 : alignmentDistance(wrong, name);
    if (distance <= limit && distance < wrong.length && distance < name.length)
      scored.push({ name, distance });
    else if (wrong.length >= 3 && name.startsWith(wrong)) scored.push({ name, distance: limit + 1 });
  }
  scored.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return scored.slice(0, 3).map(({ name }) => name);
}

/** ``did you mean `window`?``, with the change where one name is near and `span` covers the wrong one. */
export function didYouMean(wrong: string, known: Iterable<string>, span: Span | null): readonly Help[] {
  const names = suggestNames(wrong, known);
  if (names.length === 0) return [];
  const quoted = names.map((name) => `\`${name}\``);
  const listed = quoted.length === 1 ? quoted[0] : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
  const text = `did you mean ${listed}?`;
  return [names.length === 1 && span !== null ? { text, replacement: { span, text: names[0] } } : { text }];
}

function alignmentDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= a.length; row++) {
    rows.push([row]);
    for (let column = 1; column <= b.length; column++) {
      const replaced = rows[row - 1][column - 1] + (a[row - 1] === b[column - 1] ? 0 : 1);
      let best = Math.min(replaced, rows[row - 1][column] + 1, rows[row][column - 1] + 1);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) best = Math.min(best, rows[row - 2][column - 2] + 1);
      rows[row].push(best);
    }
  }
  return rows[a.length][b.length];
}
