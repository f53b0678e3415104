import type { Expression } from '../../../parser/ast.ts';
import type { RealReading } from '../../../../runtime/score.ts';
import { nodeType } from '../../../../runtime/mask/program/nodes.ts';
import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import { indexText, indicesOf } from '../values/dependencies.ts';
import type { FieldReader } from './lower-fields.ts';
import { gridIndex } from '../values/lower-index.ts';
import { realConstant } from '../values/reals.ts';
import { coordinates, regionHolds } from '../values/space.ts';
import { describe } from '../values/value.ts';
import type { ArrayValue, Value } from '../values/value.ts';

/** `bias pair(…)` and `bias relative(…)`; each argument is a bias. Wrong ones are reported and left out. */
export function lowerBiases(reader: FieldReader): readonly RealReading[] {
  const ofPairs = (reader.get('bias pair')?.values ?? []).map((value) =>
    lowerReading(reader, value, pairForm, (array) => pairIndices(reader, array)),
  );
  const relative = (reader.get('bias relative')?.values ?? []).map((value) =>
    lowerReading(reader, value, relativeForm, (array) => relativeIndices(reader, array)),
  );
  return [...ofPairs, ...relative].filter((reading) => reading !== null);
}

/** `denominator scale(…)`: one factor a row. */
export function lowerDenominatorScale(reader: FieldReader): RealReading | null {
  const field = reader.get('denominator scale');
  if (field === undefined || !reader.oneValue(field)) return null;
  const [value] = field.values;
  return lowerReading(reader, value, denominatorForm, (array) => {
    const rest = withoutGrid(reader, array);
    const row = rest.dims.length === 1 ? rowIndex(reader, rest.dims[0]) : null;
    return row === null ? null : [...rest.leading, row];
  });
}

/** What a field takes, in words. */
interface ReadingForm {
  readonly field: string;
  readonly array: string;
  readonly example: string;
  /** Whether the element may depend on j. */
  readonly perKey: boolean;
}

const pairForm: ReadingForm = {
  field: 'bias pair',
  array: 'a float[nq, n] array, with batch and heads before it if wanted',
  example: '`bias pair(b[i div 16, j div 16])` reads any element',
  perKey: true,
};

const relativeForm: ReadingForm = {
  field: 'bias relative',
  array: 'a float array over the differences of positions, or of the axes of the only grid',
  example: '`input b: float[heads, 2 * 128 + 1]` holds differences of -128 to 128',
  perKey: true,
};

const denominatorForm: ReadingForm = {
  field: 'denominator scale',
  array: 'a float[nq] array, with batch and heads before it if wanted',
  example: '`denominator scale(d[head, i div 16])` reads any element that does not depend on j',
  perKey: false,
};

/** An array with the indices that its shape asks for, or a lookup that spells them out; null after a report. */
function lowerReading(
  reader: FieldReader,
  written: Expression,
  form: ReadingForm,
  indicesFor: (array: ArrayValue) => readonly NodeId[] | null,
): RealReading | null {
  const { lowering, scope } = reader;
  const value = lowering.evaluate(written, scope);
  if (value.kind === 'error') return null;
  if (value.kind === 'array' && value.array.kind === 'float') {
    const indices = indicesFor(value.array);
    if (indices !== null) return finish(reader, value.array.name, indices);
  }
  const node = form.field === 'bias relative' ? null : elementOf(reader, value);
  if (node !== null) {
    const problem = node.indices.map((index) => problemOf(reader, index, form)).find((text) => text !== null);
    if (problem === undefined) return finish(reader, node.array, node.indices);
    lowering.report('score-index', written.span, `An index of \`${form.field}\` ${problem}.`, {
      label: problem,
    });
    return null;
  }
  const shape = value.kind === 'array' ? ` [${value.array.dimNames.join(', ')}]` : '';
  lowering.report('score-array', written.span, `\`${form.field}\` needs ${form.array}.`, {
    label: `this is ${describe(value)}${shape}`,
    help: [form.example],
  });
  return null;
}

/**
 * The element of an array that a number is; null where it is none. An element of a list of integers is one of the same
 * list of reals, and a constant (a list that is read at a constant place) the only element of a list.
 */
function elementOf(
  { lowering }: FieldReader,
  value: Value,
): { readonly array: string; readonly indices: readonly NodeId[] } | null {
  if (value.kind !== 'int' && value.kind !== 'real') return null;
  const { builder } = lowering;
  const node = builder.node(value.node);
  if (node.kind === 'real-lookup') return node;
  if (node.kind === 'lookup') {
    const list = lowering.derived.find(({ name }) => name === node.array);
    if (list?.kind !== 'constant') return null;
    return { array: lowering.derive({ ...list, type: 'real' }), indices: node.indices };
  }
  const constant = value.kind === 'int' ? lowering.constant(value.node) : realConstant(builder, value.node);
  if (constant === null) return null;
  const array = lowering.derive({
    kind: 'constant',
    name: 'table',
    type: 'real',
    dims: [1],
    values: [constant],
  });
  return { array, indices: [builder.int(0)] };
}

function finish({ lowering }: FieldReader, array: string, indices: readonly NodeId[]): RealReading {
  return { array, indices: indices.map((index) => lowering.builder.finish(index)) };
}

function problemOf({ lowering }: FieldReader, index: NodeId, { perKey }: ReadingForm): string | null {
  const { builder } = lowering;
  if (builder.finish(index).nodes.some((node) => nodeType(node) === 'real')) return 'rounds a real number';
  if (!perKey && indicesOf(builder, index).includes('key')) return `depends on \`${indexText.key}\``;
  return null;
}

/** The dimensions of an array behind those of the launch grid, and the indices of these. */
function withoutGrid(
  { lowering }: FieldReader,
  array: ArrayValue,
): { readonly leading: readonly NodeId[]; readonly dims: readonly NodeId[] } {
  const leading: NodeId[] = [];
  for (let dim = 0; dim < array.dims.length; dim++) {
    const index = gridIndex(lowering, array, dim);
    if (index === null) break;
    leading.push(index);
  }
  return { leading, dims: array.dims.slice(leading.length) };
}

/** A dimension of nq has an element a query row, one of n an element a position; null for others. */
function rowIndex({ lowering, scope }: FieldReader, dim: NodeId): NodeId | null {
  const { builder } = lowering;
  const size = builder.node(dim);
  if (size.kind !== 'symbol') return null;
  if (size.name === 'nk') return scope.query;
  return size.name === 'nq' ? builder.arithmetic('sub', scope.query, builder.symbol('offset')) : null;
}

function pairIndices(reader: FieldReader, array: ArrayValue): readonly NodeId[] | null {
  const { leading, dims } = withoutGrid(reader, array);
  if (dims.length !== 2) return null;
  const row = rowIndex(reader, dims[0]);
  const columns = reader.lowering.builder.node(dims[1]);
  const isOverKeys = columns.kind === 'symbol' && columns.name === 'nk';
  return row === null || !isOverKeys ? null : [...leading, row, reader.scope.key];
}

/**
 * One dimension: the difference j - i, held inside -m..m for 2 m + 1 elements. As many as the only grid has axes: the
 * differences of its coordinates in the same way; pairs outside of the grid read nothing.
 */
function relativeIndices(reader: FieldReader, array: ArrayValue): readonly NodeId[] | null {
  const { builder } = reader.lowering;
  const { scope } = reader;
  const { leading, dims } = withoutGrid(reader, array);
  if (dims.length === 0 || dims.some((dim) => isEven(reader, dim))) return null;
  if (dims.length === 1) return [...leading, heldInside(reader, scope.ahead, dims[0])];
  if (scope.space !== null && scope.space.keys !== null) return null;
  const grids = scope.space?.regions.filter(({ axes }) => axes.length > 0) ?? [];
  if (grids.length !== 1 || grids[0].axes.length !== dims.length) return null;
  const [grid] = grids;
  const [query, key] = [scope.query, scope.key].map((index) => coordinates(builder, grid, index));
  const inside = builder.and(regionHolds(builder, grid, scope.query), regionHolds(builder, grid, scope.key));
  const indices = dims.map((dim, axis) =>
    heldInside(reader, builder.arithmetic('sub', key[axis], query[axis]), dim),
  );
  const outside = builder.int(-1);
  const [first, ...rest] = indices;
  return [
    ...leading,
    builder.add({ kind: 'select', condition: inside, then: first, else: outside }),
    ...rest,
  ];
}

/** The element of a difference: 0 for -m, m for 0, 2 m for m. */
function heldInside({ lowering: { builder } }: FieldReader, difference: NodeId, dim: NodeId): NodeId {
  const middle = builder.arithmetic('div', dim, builder.int(2));
  const low = builder.arithmetic('sub', builder.int(0), middle);
  const held = builder.arithmetic('max', low, builder.arithmetic('min', difference, middle));
  return builder.arithmetic('add', held, middle);
}

function isEven({ lowering }: FieldReader, dim: NodeId): boolean {
  const size = lowering.constant(dim);
  return size !== null && size % 2 === 0;
}
