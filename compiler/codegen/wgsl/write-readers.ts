import type { KernelPlan, PlannedArray, PlannedReal } from '../../ir/kernel.ts';
import type { ModuleNames } from './names.ts';
import { unroll } from '../text.ts';
import type { Block } from '../text.ts';

/** One function for each array of the arenas; an index outside the array reads -1, false, nothing or 0. */
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
    `  if (${outside(dims)}) {`,
    '    return -1;',
    '  }',
    `  return bitcast<i32>(arena[${names.field(`${name}_at`)} + u32(${flatten(dims)})]);`,
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
    `  if (${outside(dims)}) {`,
    '    return false;',
    '  }',
    `  let word = arena[${names.field(`${name}_at`)} + ${rows}u32(${last}) / 32u];`,
    `  return ((word >> (u32(${last}) % 32u)) & 1u) == 1u;`,
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
    '  if (list_row < 0 || list_row >= rows) {',
    '    return false;',
    '  }',
    `  let starts = ${at} + u32(list_row);`,
    `  let values = ${at} + u32(rows) + 1u;`,
    '  var low = arena[starts];',
    '  let end = arena[starts + 1u];',
    '  var high = end;',
    '  while (low < high) {',
    '    let middle = (low + high) / 2u;',
    '    if (bitcast<i32>(arena[values + middle]) < value) {',
    '      low = middle + 1u;',
    '    } else {',
    '      high = middle;',
    '    }',
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
    `  if (${outside(dims)}) {`,
    '    return 0.0;',
    '  }',
    `  return floats[${names.field(`${name}_at`)} + u32(${flatten(dims)})];`,
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

function outside(dims: readonly string[]): string {
  return dims.map((dim, at) => `i${at} < 0 || i${at} >= ${dim}`).join(' || ');
}

/** The row-major index of i0, i1, ... */
function flatten(dims: readonly string[]): string {
  return dims
    .slice(1)
    .reduce((index, dim, at) => `${at === 0 ? index : `(${index})`} * ${dim} + i${at + 1}`, 'i0');
}
