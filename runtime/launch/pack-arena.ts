import type { HostArray, HostArrays } from '../arrays.ts';
import type { ArenaSection } from '../descriptor.ts';
import { runTableWords, type RunTable } from '../schedule/run-table.ts';

/** The run tables of a launch; grid index batch * heads + head uses `tables[tableOf[index]]`. */
export interface ScheduledTables {
  readonly tables: readonly RunTable[];
  readonly tableOf: readonly number[];
}

export interface PackedArena {
  readonly words: Int32Array<ArrayBuffer>;
  /** First word of every section, by name. */
  readonly offsets: ReadonlyMap<string, number>;
}

/**
 * Lays the sections of the integer arena one behind the other in the order of the descriptor, then the distinct run
 * tables. A `tables` section has a word for every grid index: the offset of its run table, which is `order` (rows),
 * `starts` (2 * rows + 1), `runs` (2 each); the section is empty
 * for kernels that compute their ranges. A list is `starts` (rows + 1), then `values`.
 */
export function packArena(
  sections: readonly ArenaSection[],
  arrays: HostArrays,
  schedule: ScheduledTables | null,
): PackedArena {
  const offsets = new Map<string, number>();
  const parts: { readonly at: number; readonly words: Int32Array | Uint32Array }[] = [];
  let length = 0;
  const append = (words: Int32Array | Uint32Array): number => {
    const at = length;
    parts.push({ at, words });
    length += words.length;
    return at;
  };
  let gridOffsets: Int32Array | null = null;
  for (const section of sections) {
    offsets.set(section.name, length);
    if (section.kind === 'tables') {
      gridOffsets = new Int32Array(schedule?.tableOf.length ?? 0);
      append(gridOffsets);
    } else {
      for (const words of integerWords(section.array, arrays[section.array])) append(words);
    }
  }
  if (schedule && gridOffsets) {
    const tableOffsets = schedule.tables.map((table) => {
      const at = append(table.order);
      append(table.starts);
      append(table.runs);
      if (length - at !== runTableWords(table)) throw new Error('a run table has another size than it says');
      return at;
    });
    schedule.tableOf.forEach((table, index) => (gridOffsets[index] = tableOffsets[table]));
  }
  const words = new Int32Array(length);
  for (const part of parts) words.set(part.words, part.at);
  return { words, offsets };
}

function integerWords(name: string, array: HostArray | undefined): readonly (Int32Array | Uint32Array)[] {
  switch (array?.kind) {
    case 'int':
      return [array.data];
    case 'bits':
      return [array.words];
    case 'list':
      return [array.starts, array.values];
    case 'real':
      throw new Error(`the real array "${name}" cannot lie in the integer arena`);
    case undefined:
      throw new Error(`the array "${name}" has no value`);
  }
}

/** Real arrays and tables one behind the other as f32, in the order of the descriptor. */
export function packFloats(
  names: readonly string[],
  arrays: HostArrays,
): { readonly values: Float32Array<ArrayBuffer>; readonly offsets: ReadonlyMap<string, number> } {
  const offsets = new Map<string, number>();
  let length = 0;
  const parts = names.map((name) => {
    const array = arrays[name];
    if (array?.kind !== 'real') throw new Error(`the float arena needs the real array "${name}"`);
    offsets.set(name, length);
    length += array.data.length;
    return array.data;
  });
  const values = new Float32Array(length);
  parts.forEach((part, index) => values.set(part, offsets.get(names[index])));
  return { values, offsets };
}
