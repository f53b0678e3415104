import type { KernelPlan, PlannedArray, PlannedReal } from '../../ir/kernel.ts';
import type { ModuleNames } from './names.ts';
import { unroll } from '../text.ts';
import type { Block } from '../text.ts';

/**
 * One function for each array of the arenas; an index outside the array reads -1, false, nothing or 0. Whether an index
 * lies inside is no branch, and what is loaded for one outside is the first element: masks call readers by the dozen, in
 * loops, and shader compilers inline them all.
 */
export function writeReaders(plan: KernelPlan, names: ModuleNames): Block[] {
  return [
    ...plan.arrays.map((array) => {
      switch (array.kind) {
        case 'int':
          return writeLookup(array, names);
        case 'bits':
          return writeBitTest(array, names);
        case 'list':
          return writeMember(array, names);
      }
    }),
    ...plan.reals.map((real) => writeReal(real, names)),
  ];
}

function writeLookup({ name, rank }: PlannedArray, names: ModuleNames): Block {
  const dims = dimFields(name, rank, names);
  return [
    `// ${name}[${indices(rank).join(', ')}], -1 outside.`,
    `fn ${names.reader(name)}(${indexParameters(rank)}) -> i32 {`,
    `  let inside = ${inside(dims)};`,
    `  let at = ${names.field(`${name}_at`)} + u32(select(0, ${flatten(dims)}, inside));`,
    '  return select(-1, bitcast<i32>(arena[at]), inside);',
    '}',
  ];
}

function writeBitTest({ name, rank }: PlannedArray, names: ModuleNames): Block {
  const dims = dimFields(name, rank, names);
  const last = `i${rank - 1}`;
  const rows = rank === 1 ? '' : `u32(${flatten(dims.slice(0, -1))}) * u32((${dims[rank - 1]} + 31) / 32) + `;
  return [
    `// Whether ${name}[${indices(rank).join(', ')}] is set, false outside. 32 bits a word, rows padded to whole words.`,
    `fn ${names.reader(name)}(${indexParameters(rank)}) -> bool {`,
    `  let inside = ${inside(dims)};`,
    `  let at = ${names.field(`${name}_at`)} + select(0u, ${rows}u32(${last}) / 32u, inside);`,
    `  return inside & (((arena[at] >> (u32(${last}) % 32u)) & 1u) == 1u);`,
    '}',
  ];
}

function writeMember({ name, rank }: PlannedArray, names: ModuleNames): Block {
  const rows = dimFields(name, rank, names).join(' * ') || '1';
  const at = names.field(`${name}_at`);
  return [
    `// Whether row \`list_row\` of ${name} holds \`value\`: binary search among its ascending values.`,
    `fn ${names.reader(name)}(list_row: i32, value: i32) -> bool {`,
    `  let rows = ${rows};`,
    '  let inside = u32(list_row) < u32(rows);',
    `  let starts = ${at} + u32(select(0, list_row, inside));`,
    `  let values = ${at} + u32(rows) + 1u;`,
    '  var low = arena[starts];',
    '  let end = select(low, arena[starts + 1u], inside);',
    '  var high = end;',
    '  while (low < high) {',
    '    let middle = (low + high) / 2u;',
    '    let is_below = bitcast<i32>(arena[values + middle]) < value;',
    '    low = select(low, middle + 1u, is_below);',
    '    high = select(middle, high, is_below);',
    '  }',
    '  return low < end && bitcast<i32>(arena[values + low]) == value;',
    '}',
  ];
}

function writeReal({ name, axes }: PlannedReal, names: ModuleNames): Block {
  const dims = dimFields(name, axes.length, names);
  return [
    `// ${name}[${axes.map((axis, dim) => (axis === 'any' ? `i${dim}` : axis)).join(', ')}], 0 outside.`,
    `fn ${names.realReader(name)}(${indexParameters(axes.length)}) -> f32 {`,
    `  let inside = ${inside(dims)};`,
    `  let at = ${names.field(`${name}_at`)} + u32(select(0, ${flatten(dims)}, inside));`,
    '  return select(0.0, floats[at], inside);',
    '}',
  ];
}

function dimFields(array: string, rank: number, names: ModuleNames): string[] {
  return unroll(rank, (dim) => names.field(`${array}_dim${dim}`));
}

function indices(rank: number): string[] {
  return unroll(rank, (dim) => `i${dim}`);
}

function indexParameters(rank: number): string {
  return indices(rank)
    .map((index) => `${index}: i32`)
    .join(', ');
}

/** As u32 an index below 0 lies behind the end. */
function inside(dims: readonly string[]): string {
  const conditions = dims.map((dim, at) => `u32(i${at}) < u32(${dim})`);
  return conditions.length === 1 ? conditions[0] : conditions.map((text) => `(${text})`).join(' & ');
}

/** The row-major index of i0, i1, ... */
function flatten(dims: readonly string[]): string {
  return dims
    .slice(1)
    .reduce((index, dim, at) => `${at === 0 ? index : `(${index})`} * ${dim} + i${at + 1}`, 'i0');
}
