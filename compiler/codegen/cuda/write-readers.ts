import type { CudaKernelPlan } from '../../ir/cuda-kernel.ts';
import type { PlannedArray, PlannedReal } from '../../ir/kernel.ts';
import { unroll } from '../text.ts';
import type { Block } from '../text.ts';
import type { CudaNames } from './names.ts';

/** One function for each array of the arenas; an index outside the array reads -1, false, nothing or 0. */
export function writeCudaReaders(plan: CudaKernelPlan, names: CudaNames): Block[] {
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

function writeLookup({ name, rank }: PlannedArray, names: CudaNames): Block {
  const dims = dimFields(name, rank, names);
  return [
    `// ${name}[${indices(rank).join(', ')}], -1 outside.`,
    `SP_DEVICE int ${names.reader(name)}(const SpParams &p, ${indexParameters(rank)}) {`,
    `  if (${outside(dims)}) return -1;`,
    `  return p.arena[${names.field(`${name}_at`)} + ${flatten(dims)}];`,
    '}',
  ];
}

function writeBitTest({ name, rank }: PlannedArray, names: CudaNames): Block {
  const dims = dimFields(name, rank, names);
  const last = `i${rank - 1}`;
  const rows = rank === 1 ? '' : `(${flatten(dims.slice(0, -1))}) * ((${dims[rank - 1]} + 31) / 32) + `;
  return [
    `// Whether ${name}[${indices(rank).join(', ')}] is set, false outside. 32 bits a word, rows padded to whole words.`,
    `SP_DEVICE bool ${names.reader(name)}(const SpParams &p, ${indexParameters(rank)}) {`,
    `  if (${outside(dims)}) return false;`,
    `  const u32 word = p.arena[${names.field(`${name}_at`)} + ${rows}${last} / 32];`,
    `  return ((word >> (${last} % 32)) & 1u) == 1u;`,
    '}',
  ];
}

function writeMember({ name, rank }: PlannedArray, names: CudaNames): Block {
  const rows = dimFields(name, rank, names).join(' * ') || '1';
  const at = names.field(`${name}_at`);
  return [
    `// Whether row \`list_row\` of ${name} holds \`value\`: binary search among its ascending values.`,
    `SP_DEVICE bool ${names.reader(name)}(const SpParams &p, int list_row, int value) {`,
    `  const int rows = ${rows};`,
    '  if (list_row < 0 || list_row >= rows) return false;',
    `  const int *starts = p.arena + ${at} + list_row;`,
    `  const int *values = p.arena + ${at} + rows + 1;`,
    '  int low = starts[0], high = starts[1];',
    '  while (low < high) {',
    '    const int middle = (low + high) / 2;',
    '    if (values[middle] < value) low = middle + 1;',
    '    else high = middle;',
    '  }',
    '  return low < starts[1] && values[low] == value;',
    '}',
  ];
}

function writeReal({ name, axes }: PlannedReal, names: CudaNames): Block {
  const dims = dimFields(name, axes.length, names);
  return [
    `// ${name}[${axes.join(', ')}], 0 outside.`,
    `SP_DEVICE float ${names.realReader(name)}(const SpParams &p, ${indexParameters(axes.length)}) {`,
    `  if (${outside(dims)}) return 0.0f;`,
    `  return p.floats[${names.field(`${name}_at`)} + ${flatten(dims)}];`,
    '}',
  ];
}

function dimFields(array: string, rank: number, names: CudaNames): string[] {
  return unroll(rank, (dim) => names.field(`${array}_dim${dim}`));
}

function indices(rank: number): string[] {
  return unroll(rank, (dim) => `i${dim}`);
}

function indexParameters(rank: number): string {
  return indices(rank)
    .map((index) => `int ${index}`)
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
