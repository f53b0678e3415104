/**
 * How many values follow the words of a field: none (`alibi`), one expression (`heads 12`), a list (`outputs out, lse`),
 * arguments in parentheses (`bias key(b)`), or arguments that may be left out (`alibi(slopes)`).
 */
export type FieldValues = 'none' | 'one' | 'list' | 'arguments' | 'optional-arguments';

export interface FieldSyntax {
  /** One or two words, joined by a space. */
  readonly name: string;
  readonly values: FieldValues;
}

const table: readonly FieldSyntax[] = [
  { name: 'mask', values: 'one' },
  { name: 'heads', values: 'one' },
  { name: 'kv_heads', values: 'one' },
  { name: 'dim', values: 'one' },
  { name: 'dim_v', values: 'one' },
  { name: 'dtype', values: 'one' },
  { name: 'layout', values: 'one' },
  { name: 'queries at', values: 'one' },
  { name: 'outputs', values: 'list' },
  { name: 'scale', values: 'one' },
  { name: 'softcap', values: 'one' },
  { name: 'alibi', values: 'optional-arguments' },
  { name: 'bias key', values: 'arguments' },
  { name: 'bias pair', values: 'arguments' },
  { name: 'bias relative', values: 'arguments' },
  { name: 'score', values: 'one' },
  { name: 'rows scale', values: 'arguments' },
  { name: 'sink logit', values: 'arguments' },
  { name: 'normalize', values: 'one' },
  { name: 'denominator scale', values: 'arguments' },
  { name: 'over', values: 'one' },
  { name: 'order', values: 'one' },
];

/** The fields that the grammar knows, by name. What they mean, and their types, is settled by the lowering. */
export const fieldSyntax: ReadonlyMap<string, FieldSyntax> = new Map(
  table.map((field) => [field.name, field]),
);

/** First words of the fields of two words. */
export const firstWords: ReadonlySet<string> = new Set(
  table.filter((field) => field.name.includes(' ')).map((field) => field.name.split(' ')[0]),
);

/** Whether a word begins a field that the grammar knows. */
export function beginsField(word: string): boolean {
  return fieldSyntax.has(word) || firstWords.has(word);
}
