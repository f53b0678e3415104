import type { Expression } from '../../../parser/ast.ts';
import { choose } from '../values/choose.ts';
import { lowerBy } from './lower-by.ts';
import { lowerCall, lowerName } from './lower-call.ts';
import { lowerComparison } from './lower-comparison.ts';
import { expectInt, expectSet } from '../values/expect.ts';
import { lowerIndex } from '../values/lower-index.ts';
import { lowerMember } from '../spaces/lower-member.ts';
import type { Lowering } from '../values/lowering.ts';
import { lowerBinary, lowerUnary } from './lower-operator.ts';
import { notYetCompiled } from '../values/refuse.ts';
import { isUndefined } from '../values/reals.ts';
import type { Scope } from '../values/scope.ts';
import { describe, int, poison, real, set } from '../values/value.ts';
import type { Value } from '../values/value.ts';

/** The value of an expression in a scope: abstract interpretation of the syntax tree. */
export function lowerExpression(lowering: Lowering, expression: Expression, scope: Scope): Value {
  const value = lowerByKind(lowering, expression, scope);
  if (value.kind !== 'real' || !isUndefined(lowering.builder, value.node)) return value;
  return lowering.report(
    'undefined-real',
    expression.span,
    `${lowering.text(expression.span)} has no value.`,
    {
      label: 'not a finite number',
    },
  );
}

function lowerByKind(lowering: Lowering, expression: Expression, scope: Scope): Value {
  const { builder } = lowering;
  switch (expression.kind) {
    case 'integer':
      return int(builder.int(expression.value));
    case 'real':
      return real(builder.real(expression.value));
    case 'boolean':
      return set(builder.bool(expression.value));
    case 'string':
      return { kind: 'string', text: expression.value };
    case 'name':
      return lowerName(lowering, expression, scope);
    case 'index':
      return lowerIndex(lowering, expression, scope);
    case 'call':
      return lowerCall(lowering, expression, scope);
    case 'unary':
      return lowerUnary(lowering, expression, scope);
    case 'binary':
      return lowerBinary(lowering, expression, scope);
    case 'comparison':
      return lowerComparison(lowering, expression, scope);
    case 'range':
      return lowerRange(lowering, expression, scope);
    case 'tuple':
    case 'list': {
      const elements = expression.elements.map((element) => lowering.evaluate(element, scope));
      return elements.some(({ kind }) => kind === 'error') ? poison : { kind: expression.kind, elements };
    }
    case 'axes':
      return lowering.report('space-expected', expression.span, 'Named axes stand after `over`.', {
        label: 'no space is wanted here',
        help: ['`pattern p over (t: 21, h: 45) = …`'],
      });
    case 'if':
      return lowerIf(lowering, expression, scope);
    case 'by':
      return lowerBy(lowering, expression, scope);
    case 'member':
      return lowerMember(lowering, expression, scope);
    case 'select':
      return notYetCompiled(lowering, expression.span, '`select`', 'the run-time selection of blocks');
  }
}

function lowerRange(lowering: Lowering, expression: Expression & { kind: 'range' }, scope: Scope): Value {
  const { builder } = lowering;
  const start = expectInt(
    lowering,
    lowering.evaluate(expression.start, scope),
    expression.start.span,
    'An end of a range',
  );
  const end = expectInt(
    lowering,
    lowering.evaluate(expression.end, scope),
    expression.end.span,
    'An end of a range',
  );
  if (start === null || end === null) return poison;
  const high = expression.inclusive ? builder.arithmetic('add', end, builder.int(1)) : end;
  const [first, last] = [lowering.constant(start), lowering.constant(high)];
  if (first !== null && last !== null && first >= last) {
    const reversed = lowering.constant(end)! < first;
    lowering.warn(
      'empty-range',
      expression.span,
      `The range ${lowering.text(expression.span)} holds nothing.`,
      {
        label: reversed ? 'the end lies before the start' : '`..<` leaves the end out',
        help: reversed
          ? [
              `\`${lowering.text(expression.end.span)}..${lowering.text(expression.start.span)}\` counts upwards`,
            ]
          : [],
      },
    );
  }
  return { kind: 'range', low: start, high };
}

/** A condition that is known picks its branch, and the other one is not looked at. */
function lowerIf(lowering: Lowering, expression: Expression & { kind: 'if' }, scope: Scope): Value {
  const value = lowering.evaluate(expression.condition, scope);
  const condition = expectSet(lowering, value, expression.condition.span, 'A condition');
  if (condition === null) return poison;
  const known = lowering.builder.node(condition);
  if (known.kind === 'bool') return lowering.evaluate(known.value ? expression.then : expression.else, scope);
  const then = lowering.evaluate(expression.then, scope);
  const otherwise = lowering.evaluate(expression.else, scope);
  return choose(lowering, condition, then, otherwise) ?? mixedBranches(lowering, expression, then, otherwise);
}

function mixedBranches(
  lowering: Lowering,
  expression: Expression & { kind: 'if' },
  then: Value,
  otherwise: Value,
): Value {
  return lowering.report('mixed-branches', expression.span, 'The branches of `if` differ in type.', {
    label: `${describe(then)} or ${describe(otherwise)}`,
    secondary: [
      { span: expression.then.span, text: describe(then) },
      { span: expression.else.span, text: describe(otherwise) },
    ],
    notes: ['both branches are integers, real numbers or sets'],
  });
}
