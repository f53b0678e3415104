import type { Expression, TypeReference } from '../../../parser/ast.ts';
import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { ArrayDeclaration } from '../../../../runtime/declarations.ts';
import { arrayTypes } from './convert-parameter.ts';
import { indexText, indicesOf } from '../values/dependencies.ts';
import { expectInt } from '../values/expect.ts';
import { lowerFeed } from './lower-feed.ts';
import type { Lowering } from '../values/lowering.ts';
import { withNames } from '../values/scope.ts';
import type { Scope } from '../values/scope.ts';
import { int, poison } from '../values/value.ts';
import type { ArrayKind, ArrayValue, Value } from '../values/value.ts';

/** An array that the caller gives at launch: an `input`, or an array parameter of a pattern that is compiled alone. */
export interface InputSource {
  readonly name: string;
  readonly span: Span;
  readonly type: TypeReference;
  readonly sorted: boolean;
  readonly feed: Expression | null;
  readonly doc: string;
}

/** Declares an input of the graph; its value is what the mask reads it by. */
export function lowerInput(lowering: Lowering, source: InputSource, scope: Scope): Value {
  const { builder } = lowering;
  const { type } = source;
  if (type.dims === null || !arrayTypes.has(type.name.text)) {
    return lowering.report('input-not-array', type.span, `The input "${source.name}" must be an array.`, {
      label: 'not an array type',
      help: [
        'one number is a launch parameter: `launch w: int = 8`',
        '`int[batch, n]`, `bits[n, n]`, `list[n]`, `float[heads]`',
      ],
    });
  }
  const kind = type.name.text as ArrayKind;
  if (kind !== 'list' && type.dims.length === 0) {
    return lowering.report('input-not-array', type.span, `The input "${source.name}" has no dimension.`, {
      label: 'at least one size is needed',
    });
  }
  const sizes = withNames(scope, [
    ['batch', int(builder.symbol('batch'))],
    ['heads', int(builder.symbol('heads'))],
  ]);
  const dims = type.dims.map((dim) => lowerSize(lowering, source.name, dim, sizes));
  if (dims.includes(null)) return poison;
  if (source.sorted && kind !== 'int') {
    return lowering.report(
      'sorted-not-int',
      type.span,
      `Only int arrays can be sorted; "${source.name}" is ${kind}.`,
      {
        label: 'not an int array',
      },
    );
  }
  const array: ArrayValue = {
    name: source.name,
    kind,
    dims: dims as number[],
    dimNames: type.dims.map((dim) => lowering.text(dim.span)),
  };
  lowering.inputs.push({
    name: source.name,
    kind: declaredKind(kind),
    dims: array.dims.map((dim) => builder.finish(dim)),
    dimNames: array.dimNames,
    sorted: source.sorted,
    feed: source.feed === null ? null : lowerFeed(lowering, source.feed, kind, scope),
    doc: source.doc,
  });
  return { kind: 'array', array };
}

function declaredKind(kind: ArrayKind): ArrayDeclaration['kind'] {
  if (kind === 'float') return 'real';
  return kind === 'blocks' ? 'bits' : kind;
}

function lowerSize(lowering: Lowering, name: string, dim: Expression, scope: Scope): number | null {
  const value = lowering.evaluate(dim, scope);
  const node = expectInt(lowering, value, dim.span, `A size of "${name}"`);
  if (node === null) return null;
  const [index] = indicesOf(lowering.builder, node);
  if (index === undefined) return node;
  lowering.report('size-not-fixed', dim.span, `A size of "${name}" must be the same for all pairs.`, {
    label: `depends on \`${indexText[index]}\``,
    notes: ['sizes are made of `batch`, `heads`, `n`, `nq`, `nk`, constants and launch parameters'],
  });
  return null;
}
