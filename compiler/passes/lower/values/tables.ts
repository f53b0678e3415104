import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import type { Lowering } from './lowering.ts';
import { realConstant } from './reals.ts';
import { int, poison, real } from './value.ts';
import type { TableValue, Value } from './value.ts';
import { count, sentence } from './wording.ts';

const maxTableDims = 8;

/** A nested array of numbers as one row-major table, or what is wrong with it. */
export function readTable(content: unknown, title: string): TableValue | string {
  if (content instanceof SyntaxError) return 'it is not JSON';
  if (content instanceof Error) return content.message;
  const dims: number[] = [];
  for (let level = content; Array.isArray(level); level = level[0]) dims.push(level.length);
  if (dims.length === 0) return 'it is not an array';
  if (dims.length > maxTableDims) return `it has more than ${maxTableDims} dimensions`;
  if (dims.includes(0)) return 'it has an empty row';
  const values: number[] = [];
  const collect = (level: unknown, depth: number): string | null => {
    if (depth === dims.length) {
      if (typeof level !== 'number' || !Number.isFinite(level))
        return `${JSON.stringify(level)} is not a number`;
      values.push(level);
      return null;
    }
    if (!Array.isArray(level) || level.length !== dims[depth]) return 'its rows differ in length';
    for (const row of level) {
      const problem = collect(row, depth + 1);
      if (problem !== null) return problem;
    }
    return null;
  };
  const problem = collect(content, 0);
  if (problem !== null) return problem;
  return { dims, values, type: values.every(Number.isInteger) ? 'int' : 'real', title };
}

/** A list of constants (of lists …) as a table; null where an element is no constant or rows differ in length. */
export function tableOfList(lowering: Lowering, elements: readonly Value[]): TableValue | null {
  const plain = (value: Value): unknown => {
    if (value.kind === 'int') return lowering.constant(value.node);
    if (value.kind === 'real') return realConstant(lowering.builder, value.node);
    return value.kind === 'list' ? value.elements.map(plain) : null;
  };
  const table = readTable(elements.map(plain), 'a list');
  return typeof table === 'string' ? null : table;
}

/** An element of a constant table; where an index is not constant the table travels with the module. */
export function lookUpTable(
  lowering: Lowering,
  table: TableValue,
  indices: readonly NodeId[],
  spans: readonly Span[],
  span: Span,
): Value {
  const { builder } = lowering;
  if (indices.length !== table.dims.length) {
    return lowering.report(
      'wrong-index-count',
      span,
      `${sentence(table.title)} has ${count(table.dims.length, 'dimension')} [${table.dims.join(', ')}], but is read with ${count(indices.length, 'index', 'indices')}.`,
      { label: `${indices.length} given` },
    );
  }
  for (const [dim, index] of indices.entries()) {
    const { low, high } = lowering.bounds(index);
    const outside = low < 0 ? low : high >= table.dims[dim] ? high : null;
    if (outside === null || !Number.isFinite(outside)) continue;
    lowering.report(
      'table-index-outside',
      spans[dim],
      `The index runs to ${outside}, but ${table.title} has ${count(table.dims[dim], 'element')} there, 0..${table.dims[dim] - 1}.`,
      { label: `reaches ${outside}` },
    );
    return poison;
  }
  const constants = indices.map((index) => lowering.constant(index));
  if (constants.every((index) => index !== null)) {
    const at = constants.reduce<number>((flat, index, dim) => flat * table.dims[dim] + index!, 0);
    return table.type === 'int' ? int(builder.int(table.values[at])) : real(builder.real(table.values[at]));
  }
  const { dims, values, type } = table;
  const array = lowering.derive({ kind: 'constant', name: 'table', type, dims, values });
  return type === 'int'
    ? int(builder.add({ kind: 'lookup', array, indices }))
    : real(builder.add({ kind: 'real-lookup', array, indices }));
}
