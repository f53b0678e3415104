import type { Expression, Parameter } from '../../../parser/ast.ts';
import type { Span } from '../../../diagnostics/diagnostic.ts';
import { expectInt, expectRange, expectReal, expectSet } from '../values/expect.ts';
import { gridIndex } from '../values/lower-index.ts';
import type { Lowering } from '../values/lowering.ts';
import { realConstant } from '../values/reals.ts';
import type { Scope } from '../values/scope.ts';
import { describe, int, poison, real, set } from '../values/value.ts';
import type { ArrayKind, ArrayValue, Value } from '../values/value.ts';

/** The words of types: those of numbers and sets, and those of arrays. */
export const scalarTypes: ReadonlySet<string> = new Set(['int', 'real', 'bool', 'set', 'range', 'list']);
export const arrayTypes: ReadonlySet<string> = new Set<ArrayKind>(['int', 'bits', 'blocks', 'list', 'float']);

/** Brings an argument to the type of its parameter and checks that it lies in the range of the parameter. */
export function convertParameter(
  lowering: Lowering,
  parameter: Parameter,
  value: Value,
  span: Span,
  scope: Scope,
  pattern: string,
): Value {
  const place = `The parameter "${parameter.name.text}" of "${pattern}"`;
  const converted = convert(lowering, parameter, value, span, place);
  if (parameter.range === null || (converted.kind !== 'int' && converted.kind !== 'real')) return converted;
  const limits = readLimits(lowering, parameter.range, scope, converted.kind);
  if (limits === null) return poison;
  const fits = insideLimits(lowering, converted, limits);
  if (fits === 'inside') return converted;
  const shown = lowering.text(parameter.range.span);
  const secondary = [{ span: parameter.range.span, text: 'the range of the parameter' }];
  if (fits === 'outside') {
    return lowering.report(
      'parameter-outside',
      span,
      `${place} must be in ${shown}, but it is ${describeAmount(lowering, converted)}.`,
      {
        label: 'outside',
        secondary,
      },
    );
  }
  lowering.warn('parameter-not-proved', span, `${place} must be in ${shown}, and that is not proved.`, {
    label: 'may lie outside for some launch',
    secondary,
  });
  return converted;
}

function convert(lowering: Lowering, parameter: Parameter, value: Value, span: Span, place: string): Value {
  if (parameter.type === null || value.kind === 'error') return value;
  const { name, dims } = parameter.type;
  if (dims !== null) {
    // Dimensions of the launch grid are implied, so that `int[n]` takes an `int[batch, n]` too.
    const wanted = dims.filter((dim) => !gridSizes.has(lowering.text(dim.span))).length;
    const fits =
      value.kind === 'array' && value.array.kind === name.text && ownRank(lowering, value.array) === wanted;
    if (fits) return value;
    const shape = `${name.text}[${dims.map((dim) => lowering.text(dim.span)).join(', ')}]`;
    const given =
      value.kind === 'array' ? `${describe(value)} [${value.array.dimNames.join(', ')}]` : describe(value);
    return lowering.report('type-mismatch', span, `${place} must be an array ${shape}, not ${given}.`, {
      label: `this is ${given}`,
    });
  }
  switch (name.text) {
    case 'int': {
      const node = expectInt(lowering, value, span, place);
      return node === null ? poison : int(node);
    }
    case 'real': {
      const node = expectReal(lowering, value, span, place);
      return node === null ? poison : real(node);
    }
    case 'bool':
    case 'set': {
      const node = expectSet(lowering, value, span, place);
      return node === null ? poison : set(node);
    }
    case 'range': {
      const range = expectRange(lowering, value, span, place);
      return range === null ? poison : { kind: 'range', low: range.low, high: range.high };
    }
    case 'list':
      if (value.kind === 'list' || (value.kind === 'array' && value.array.kind === 'list')) return value;
      return lowering.report('type-mismatch', span, `${place} must be a list, not ${describe(value)}.`, {
        label: `this is ${describe(value)}`,
      });
    default:
      return poison;
  }
}

const gridSizes: ReadonlySet<string> = new Set(['batch', 'heads', 'kv_heads']);

/** The dimensions of an array that the launch grid does not run over. */
function ownRank(lowering: Lowering, array: ArrayValue): number {
  return array.dims.filter((_, dim) => gridIndex(lowering, array, dim) === null).length;
}

/** Both ends included. */
export interface Limits {
  readonly min: number;
  readonly max: number;
}

/** The ends of `in a..b`; they are constants. Null after a report. */
export function readLimits(
  lowering: Lowering,
  range: Expression,
  scope: Scope,
  type: 'int' | 'real',
): Limits | null {
  if (range.kind !== 'range' || (type === 'real' && !range.inclusive)) {
    const wanted = type === 'real' ? 'a range `a..b` that includes both ends' : 'a range `a..b` or `a..<b`';
    lowering.report('bad-limits', range.span, `After \`in\` comes ${wanted}.`, { label: 'not such a range' });
    return null;
  }
  const ends = [range.start, range.end].map((end) => {
    const value = lowering.evaluate(end, scope);
    if (value.kind === 'int') return lowering.constant(value.node);
    return value.kind === 'real' && type === 'real' ? realConstant(lowering.builder, value.node) : null;
  });
  const [min, end] = ends;
  if (min === null || end === null) {
    lowering.report(
      'not-constant',
      range.span,
      'The limits of a parameter must be known when the file is compiled.',
      {
        label: `limits of ${type === 'int' ? 'an integer' : 'a real number'}`,
      },
    );
    return null;
  }
  const max = range.inclusive ? end : end - 1;
  if (min > max) {
    lowering.report('bad-limits', range.span, `No value lies in ${lowering.text(range.span)}.`, {
      label: 'an empty range',
    });
    return null;
  }
  return { min, max };
}

function insideLimits(
  lowering: Lowering,
  value: Value,
  { min, max }: Limits,
): 'inside' | 'outside' | 'unknown' {
  if (value.kind === 'real') {
    const constant = realConstant(lowering.builder, value.node);
    if (constant === null) return 'unknown';
    return min <= constant && constant <= max ? 'inside' : 'outside';
  }
  if (value.kind !== 'int') return 'unknown';
  const { low, high } = lowering.bounds(value.node);
  if (min <= low && high <= max) return 'inside';
  return high < min || low > max ? 'outside' : 'unknown';
}

function describeAmount(lowering: Lowering, value: Value): string {
  if (value.kind === 'real') return `${realConstant(lowering.builder, value.node)}`;
  if (value.kind !== 'int') return describe(value);
  const { low, high } = lowering.bounds(value.node);
  return low === high ? `${low}` : `${low}..${high}`;
}
