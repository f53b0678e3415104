/** One kind of message. `explanation` is a paragraph for docs/diagnostics.md: why it is so, and what to do. */
export interface CatalogueEntry {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly title: string;
  readonly explanation: string;
}

/** Keeps the literal names of a chapter of the catalogue, so that `report` is checked against them. */
export function chapter<Names extends string>(
  entries: Record<Names, CatalogueEntry>,
): Record<Names, CatalogueEntry> {
  return entries;
}
