import type { RealUnaryOp, RoundMode } from '../../../../runtime/mask/program/nodes.ts';
import type { CallExpression } from '../../../parser/ast.ts';
import { expectInt, expectReal } from '../values/expect.ts';
import type { Lowering } from '../values/lowering.ts';
import { asReal, realBinary, realConstant, realUnary, wholePower } from '../values/reals.ts';
import type { Scope } from '../values/scope.ts';
import { describe, int, poison, real, set } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { count } from '../values/wording.ts';

/** A function on numbers. Its arguments have no names. */
export interface NumberFunction {
  readonly name: string;
  readonly signature: string;
  readonly doc: string;
  /** Fewest and most arguments. */
  readonly arity: readonly [number, number];
  readonly lower: (call: FunctionCall) => Value;
}

export interface FunctionCall {
  readonly lowering: Lowering;
  readonly call: CallExpression;
  /** All are integers or real numbers. */
  readonly values: readonly Value[];
}

/** Lowers a call of a function on numbers. */
export function lowerFunction(
  lowering: Lowering,
  entry: NumberFunction,
  call: CallExpression,
  scope: Scope,
): Value {
  const [least, most] = entry.arity;
  const named = call.arguments.find(({ name }) => name !== null);
  if (named !== undefined) {
    return lowering.report(
      'unknown-argument',
      named.name!.span,
      `\`${entry.name}\` takes arguments without names.`,
      {
        label: 'leave the name out',
        notes: [`\`${entry.signature}\``],
      },
    );
  }
  const given = call.arguments.length;
  if (given < least || given > most) {
    const wanted =
      least === most
        ? count(least, 'argument')
        : most === Infinity
          ? `${least} or more arguments`
          : `${least} to ${most} arguments`;
    const name = given < least ? 'missing-argument' : 'too-many-arguments';
    return lowering.report(name, call.span, `\`${entry.name}\` takes ${wanted}, not ${given}.`, {
      label: `${given} given`,
      notes: [`\`${entry.signature}\``],
    });
  }
  const values = call.arguments.map(({ value }) => lowering.evaluate(value, scope));
  if (values.some(({ kind }) => kind === 'error')) return poison;
  for (const [at, value] of values.entries()) {
    if (value.kind === 'int' || value.kind === 'real') continue;
    const message = `\`${entry.name}\` takes numbers, not ${describe(value)}.`;
    return lowering.report('type-mismatch', call.arguments[at].span, message, {
      label: `this is ${describe(value)}`,
      notes: [`\`${entry.signature}\``],
    });
  }
  return entry.lower({ lowering, call, values });
}

const rounding = (name: string, mode: RoundMode, doc: string): NumberFunction => ({
  name,
  signature: `${name}(x): int`,
  doc,
  arity: [1, 1],
  lower: ({ lowering, call, values: [x] }) => {
    if (x.kind === 'int') return x;
    const operand = expectReal(lowering, x, call.span, `The argument of \`${name}\``);
    return operand === null ? poison : int(lowering.builder.add({ kind: 'round', mode, operand }));
  },
});

const realFunction = (name: RealUnaryOp, doc: string): NumberFunction => ({
  name,
  signature: `${name}(x): real`,
  doc,
  arity: [1, 1],
  lower: ({ lowering, call, values: [x] }) => {
    const operand = expectReal(lowering, x, call.span, `The argument of \`${name}\``);
    return operand === null ? poison : real(realUnary(lowering.builder, name, operand));
  },
});

/** Integer if all arguments are, else real. */
function extreme(name: 'min' | 'max', lowering: Lowering, values: readonly Value[]): Value {
  const { builder } = lowering;
  return values.reduce((left, right) => {
    if (left.kind === 'int' && right.kind === 'int')
      return int(builder.arithmetic(name, left.node, right.node));
    return real(realBinary(builder, name, asReal(builder, left)!, asReal(builder, right)!));
  });
}

const intFunction = (
  name: string,
  signature: string,
  doc: string,
  lower: (lowering: Lowering, node: number) => Value,
): NumberFunction => ({
  name,
  signature,
  doc,
  arity: [1, 1],
  lower: ({ lowering, call, values: [x] }) => {
    const node = expectInt(lowering, x, call.arguments[0].span, `The argument of \`${name}\``);
    return node === null ? poison : lower(lowering, node);
  },
});

const table: readonly NumberFunction[] = [
  {
    name: 'abs',
    signature: 'abs(x)',
    doc: 'The absolute value: an integer of an integer, a real number of a real number.',
    arity: [1, 1],
    lower: ({ lowering, values: [x] }) =>
      x.kind === 'int'
        ? int(lowering.builder.add({ kind: 'abs', operand: x.node }))
        : real(realUnary(lowering.builder, 'abs', asReal(lowering.builder, x)!)),
  },
  {
    name: 'min',
    signature: 'min(x, y, …)',
    doc: 'The smallest argument; an integer if all arguments are integers.',
    arity: [2, Infinity],
    lower: ({ lowering, values }) => extreme('min', lowering, values),
  },
  {
    name: 'max',
    signature: 'max(x, y, …)',
    doc: 'The largest argument; an integer if all arguments are integers.',
    arity: [2, Infinity],
    lower: ({ lowering, values }) => extreme('max', lowering, values),
  },
  {
    name: 'clamp',
    signature: 'clamp(x, low, high)',
    doc: 'max(low, min(x, high)): x brought into low..high; low if the range is empty.',
    arity: [3, 3],
    lower: ({ lowering, values: [x, low, high] }) =>
      extreme('max', lowering, [low, extreme('min', lowering, [x, high])]),
  },
  intFunction(
    'bit_length',
    'bit_length(x): int',
    'The number of binary digits of |x|; 0 for 0.',
    (lowering, operand) => int(lowering.builder.add({ kind: 'bit-length', operand })),
  ),
  intFunction(
    'is_power_of_two',
    'is_power_of_two(x): bool',
    'Whether x is 1, 2, 4, 8 …; false for 0 and below.',
    (lowering, operand) => set(lowering.builder.add({ kind: 'is-power-of-two', operand })),
  ),
  rounding('floor', 'floor', 'The largest integer that is not above x. Computed on the host in float64.'),
  rounding('ceil', 'ceil', 'The smallest integer that is not below x. Computed on the host in float64.'),
  rounding('round', 'nearest', 'The nearest integer, halves to even. Computed on the host in float64.'),
  rounding('trunc', 'truncate', 'x without its fraction. Computed on the host in float64.'),
  rounding('int', 'truncate', 'x without its fraction, as `trunc`.'),
  realFunction('sqrt', 'The square root.'),
  realFunction('log', 'The natural logarithm.'),
  realFunction('log2', 'The logarithm to base 2.'),
  realFunction('exp', 'e to the power x.'),
  realFunction('exp2', '2 to the power x.'),
  realFunction('tanh', 'The hyperbolic tangent.'),
  realFunction('sigmoid', '1 / (1 + exp(-x)).'),
  {
    name: 'pow',
    signature: 'pow(x, y): real',
    doc: 'x to the power y; where y is no integer up to 16 that is written down, x is at least 0.',
    arity: [2, 2],
    lower: ({ lowering: { builder }, values: [x, y] }) => {
      const [base, exponent] = [asReal(builder, x)!, asReal(builder, y)!];
      const known = realConstant(builder, exponent);
      return known !== null && Number.isInteger(known) && Math.abs(known) <= 16
        ? real(wholePower(builder, base, known))
        : real(realBinary(builder, 'pow', base, exponent));
    },
  },
];

/** The functions on numbers by name: what did-you-mean, the documentation and generators read. */
export const functions: ReadonlyMap<string, NumberFunction> = new Map(
  table.map((entry) => [entry.name, entry]),
);
