import type { HostArray, HostArrays } from '../arrays.ts';
import type { ArenaSection } from '../kernel-descriptor.ts';
import { runTableParts } from '../schedule/table/run-table.ts';
import type { PassTable } from '../schedule/schedule-pass.ts';

/** What a pass visits; grid index batch * heads + head uses `tables[tableOf[index]]`. */
export interface PassTables {
  readonly tables: readonly PassTable[];
  readonly tableOf: readonly number[];
}

export interface PackedArena {
  readonly words: Int32Array<ArrayBuffer>;
  /** First word of every section, by name. */
  readonly offsets: ReadonlyMap<string, number>;
}

type Words = Int32Array | Uint32Array;

/**
 * Lays the sections of the integer arena one behind the other in the order of the descriptor, then the distinct tables
 * of every pass. A `tables` section has a word for every grid index: the offset of its table, see {@link tableParts}. A
 * list is `starts` (rows + 1), then `values`. `passes` holds the tables of each pass, null for kernels that compute
 * their ranges.
 */
export function packArena(
  sections: readonly ArenaSection[],
  arrays: HostArrays,
  passes: readonly (PassTables | null)[],
): PackedArena {
  const offsets = new Map<string, number>();
  const parts: { readonly at: number; readonly words: Words }[] = [];
  let length = 0;
  const append = (words: Words): number => {
    const at = length;
    parts.push({ at, words });
    length += words.length;
    return at;
  };
  const grids: { readonly tables: PassTables; readonly words: Int32Array }[] = [];
  for (const section of sections) {
    offsets.set(section.name, length);
    if (section.kind === 'array') {
      for (const words of integerWords(section.array, arrays[section.array])) append(words);
      continue;
    }
    const tables = passes[section.pass];
    if (!tables) throw new Error(`the section "${section.name}" needs tables of pass ${section.pass}`);
    const words = new Int32Array(tables.tableOf.length);
    append(words);
    grids.push({ tables, words });
  }
  for (const { tables, words } of grids) {
    const starts = tables.tables.map((table) => {
      const at = length;
      tableParts(table).forEach(append);
      return at;
    });
    tables.tableOf.forEach((table, index) => (words[index] = starts[table]));
  }
  const words = new Int32Array(length);
  for (const part of parts) words.set(part.words, part.at);
  return { words, offsets };
}

/**
 * A table as kernels read it. Runs: `order` (rows), `sources` (2 * rows), `starts` (2 * rows + 1), `runs` (2 each), then
 * for parted rows the row of every slot (nq), then for keys by list their number and the keys. Diagonals: their
 * count, then the distances.
 */
export function tableParts(table: PassTable): readonly Words[] {
  if (table.kind === 'diagonals') return [Int32Array.of(table.distances.length), table.distances];
  const { rows, positions } = table;
  return [
    ...runTableParts(table.table),
    ...(rows ? [rows] : []),
    ...(positions ? [Int32Array.of(positions.length), positions] : []),
  ];
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
