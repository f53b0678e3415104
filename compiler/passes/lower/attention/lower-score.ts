import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { Expression } from '../../../parser/ast.ts';
import type { ScoreDescriptor } from '../../../../runtime/score.ts';
import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import { indexText, indicesOf } from '../values/dependencies.ts';
import { expectReal } from '../values/expect.ts';
import { lowerBiases, lowerDenominatorScale } from './lower-biases.ts';
import type { FieldReader } from './lower-fields.ts';
import { gridIndex } from '../values/lower-index.ts';
import { lowerNormalize } from './lower-normalize.ts';
import type { Shape } from './lower-shape.ts';
import { realBinary, realConstant, realUnary, toReal } from '../values/reals.ts';
import { describe } from '../values/value.ts';
import type { ArrayValue } from '../values/value.ts';

/**
 * The fields that make weights of products of q and k. A wrong one is reported and left out; `merged` is where attends are
 * merged, null where none are.
 */
export function lowerScore(reader: FieldReader, shape: Shape, merged: Span | null): ScoreDescriptor {
  return {
    scale: lowerScale(reader) ?? 1 / Math.sqrt(shape.dim),
    softcap: lowerSoftcap(reader),
    slopes: lowerSlopes(reader, shape.heads),
    keyBias: biasArray(reader, 'bias key', 'a float array whose last size is n', (array) =>
      isOverKeys(reader, array),
    ),
    rowScale: lowerRowScale(reader),
    sink: biasArray(reader, 'sink logit', 'a float[heads] array', (array) => isOverHeads(reader, array)),
    biases: lowerBiases(reader),
    denominatorScale: lowerDenominatorScale(reader),
    ...lowerNormalize(reader, merged),
  };
}

/** The scores of a plain pattern: q . k / sqrt(dim). */
export function plainScore(dim: number): ScoreDescriptor {
  return {
    scale: 1 / Math.sqrt(dim),
    softcap: null,
    slopes: null,
    keyBias: null,
    rowScale: null,
    sink: null,
    biases: [],
    denominatorScale: null,
  };
}

function lowerScale(reader: FieldReader): number | string | null {
  const number = realField(reader, 'scale');
  if (number === null) return null;
  const { lowering } = reader;
  const constant = realConstant(lowering.builder, number.node);
  if (constant !== null) return constant;
  const node = lowering.builder.node(number.node);
  const inner = node.kind === 'to-real' ? lowering.builder.node(node.operand) : null;
  const launch =
    inner?.kind === 'symbol' ? lowering.launch.find(({ name }) => name === inner.name) : undefined;
  if (launch?.type === 'real') return launch.name;
  lowering.report(
    'scale-not-simple',
    number.span,
    '`scale` must be a number or a launch parameter of type real.',
    {
      label: 'neither',
      help: [
        '`launch scale_of_scores: real = 0.125`',
        'a scale that differs from row to row is `rows scale(EXPR)`',
      ],
    },
  );
  return null;
}

function lowerSoftcap(reader: FieldReader): number | null {
  const number = realField(reader, 'softcap');
  if (number === null) return null;
  const constant = realConstant(reader.lowering.builder, number.node);
  if (constant !== null && constant > 0) return constant;
  reader.lowering.report('softcap-not-positive', number.span, '`softcap` must be a number above 0.', {
    label: constant === null ? 'not known when the file is compiled' : `this is ${constant}`,
  });
  return null;
}

function realField(
  reader: FieldReader,
  name: string,
): { readonly node: NodeId; readonly span: Expression['span'] } | null {
  const field = reader.get(name);
  if (field === undefined || !reader.oneValue(field)) return null;
  const [value] = field.values;
  const node = expectReal(
    reader.lowering,
    reader.lowering.evaluate(value, reader.scope),
    value.span,
    `The field \`${name}\``,
  );
  return node === null ? null : { node, span: value.span };
}

/**
 * `alibi`: slope 2^(-8 (h + 1) / P) for the first P heads, P the largest power of two up to `heads`, and the odd powers of
 * 2^(-4 / P) for the others (Press et al., 2022, and its published code for other head counts).
 */
function lowerSlopes(reader: FieldReader, heads: number): string | null {
  const field = reader.get('alibi');
  if (field === undefined) return null;
  if (field.values.length > 0) {
    return biasArray(reader, 'alibi', 'a float[heads] array', (array) => isOverHeads(reader, array));
  }
  const { builder } = reader.lowering;
  const power = 2 ** Math.floor(Math.log2(heads));
  const head = builder.intern({ kind: 'head' });
  const exponent = (index: NodeId, step: number) =>
    realUnary(builder, 'exp2', realBinary(builder, 'mul', toReal(builder, index), builder.real(step)));
  const first = exponent(builder.arithmetic('add', head, builder.int(1)), -8 / power);
  const beyond = builder.arithmetic('sub', head, builder.int(power));
  const odd = builder.arithmetic('add', builder.arithmetic('mul', beyond, builder.int(2)), builder.int(1));
  const condition = builder.compare('lt', head, builder.int(power));
  const program =
    power === heads
      ? first
      : builder.add({ kind: 'real-select', condition, then: first, else: exponent(odd, -4 / power) });
  return reader.lowering.derive({
    kind: 'table',
    name: 'alibi_slopes',
    type: 'real',
    over: 'head',
    size: builder.finish(builder.int(heads)),
    program: builder.finish(program),
  });
}

function lowerRowScale(reader: FieldReader): string | null {
  const number = realField(reader, 'rows scale');
  if (number === null) return null;
  const { builder } = reader.lowering;
  const other = indicesOf(builder, number.node).find((index) => index !== 'query');
  if (other !== undefined) {
    reader.lowering.report('row-scale-depends', number.span, '`rows scale` may depend on i only.', {
      label: `depends on \`${indexText[other]}\``,
      notes: ['one factor a row is computed on the host in float64'],
    });
    return null;
  }
  return reader.lowering.derive({
    kind: 'table',
    name: 'row_scale',
    text: reader.lowering.text(number.span),
    type: 'real',
    over: 'query',
    size: builder.finish(reader.scope.positions),
    program: builder.finish(number.node),
  });
}

function biasArray(
  reader: FieldReader,
  name: string,
  wanted: string,
  fits: (array: ArrayValue) => boolean,
): string | null {
  const field = reader.get(name);
  if (field === undefined || !reader.oneValue(field)) return null;
  const [expression] = field.values;
  const value = reader.lowering.evaluate(expression, reader.scope);
  if (value.kind === 'error') return null;
  if (value.kind === 'array' && value.array.kind === 'float' && fits(value.array)) return value.array.name;
  const shape = value.kind === 'array' ? ` [${value.array.dimNames.join(', ')}]` : '';
  reader.lowering.report('score-array', expression.span, `\`${name}\` needs ${wanted}.`, {
    label: `this is ${describe(value)}${shape}`,
  });
  return null;
}

function isOverHeads(reader: FieldReader, array: ArrayValue): boolean {
  const { builder } = reader.lowering;
  return array.dims.length === 1 && gridIndex(reader.lowering, array, 0) === builder.intern({ kind: 'head' });
}

/** [n], [batch, n], [heads, n] or [batch, heads, n]. */
function isOverKeys(reader: FieldReader, array: ArrayValue): boolean {
  const { builder } = reader.lowering;
  const sizes = array.dims.map((dim) => builder.node(dim));
  const names = sizes.map((size) => (size.kind === 'symbol' ? size.name : '')).join(' ');
  return ['nk', 'batch nk', 'heads nk', 'batch heads nk'].includes(names);
}
