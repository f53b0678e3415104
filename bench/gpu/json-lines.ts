import { existsSync, readFileSync } from 'node:fs';

/** The lines of a file that may be missing, or end in the middle of a line where a run was stopped. */
export function jsonLines<Line>(file: string): readonly Line[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as Line];
      } catch {
        return [];
      }
    });
}
