import { UsageError } from '../failures.ts';

/** Boxes of a tile that the command line asks for; one number a side is a tile of neighbouring positions. */
export interface AskedTile {
  readonly queries: readonly number[];
  readonly keys: readonly number[];
}

/**
 * `128x64` (queries x keys), `128`, `(16,8)` for both sides, `(4,8,8)x(2,8,8)`.
 *
 * @throws {UsageError} where the text is none of these.
 */
export function parseTile(text: string): AskedTile {
  const box = String.raw`\d+|\(\s*\d+(?:\s*,\s*\d+)*\s*\)`;
  const found = new RegExp(`^\\s*(${box})(?:\\s*x\\s*(${box}))?\\s*$`).exec(text);
  const sizes = (part: string) => [...part.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const queries = found === null ? [] : sizes(found[1]);
  const keys = found === null ? [] : sizes(found[2] ?? found[1]);
  if (queries.length === 0 || queries.length !== keys.length || [...queries, ...keys].includes(0)) {
    throw new UsageError(`--tile takes 128x64, or a box as (16,8) or (4,8,8)x(2,8,8), not "${text}"`);
  }
  return { queries, keys };
}
