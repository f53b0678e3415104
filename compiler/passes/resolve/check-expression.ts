import type { CallExpression, Expression, NameExpression } from '../../parser/ast.ts';
import { indexNames, tensorNames } from '../lower/expressions/built-in-names.ts';
import { forms, plannedForms } from '../lower/forms/registry.ts';
import { functions } from '../lower/expressions/functions.ts';
import { operations } from '../lower/expressions/operations.ts';
import { unknownName } from '../lower/expressions/report-unknown.ts';
import type { NameScope } from './name-scope.ts';

/**
 * Looks up every name of an expression. Inside what is not compiled yet names are marked as used and nothing is
 * reported: operations and spaces bring names of their own.
 */
export function checkExpression(expression: Expression, scope: NameScope, lenient = false): void {
  const check = (...parts: readonly (Expression | null)[]): void => {
    for (const part of parts) if (part !== null) checkExpression(part, scope, lenient);
  };
  switch (expression.kind) {
    case 'integer':
    case 'real':
    case 'boolean':
    case 'string':
      return;
    case 'name':
      return checkName(expression, scope, lenient);
    case 'call':
      return checkCall(expression, scope, lenient);
    case 'member':
      return checkExpression(expression.object, scope, true);
    case 'index':
      return check(expression.object, ...expression.indices);
    case 'unary':
      return check(expression.operand);
    case 'binary':
      return check(expression.left, expression.right);
    case 'comparison':
      return check(...expression.operands);
    case 'range':
      return check(expression.start, expression.end);
    case 'tuple':
    case 'list':
      return check(...expression.elements);
    case 'axes':
      return check(...expression.arguments.map(({ value }) => value));
    case 'if':
      return check(expression.condition, expression.then, expression.else);
    case 'by':
      check(...expression.cases.flatMap(({ labels, value }) => [...labels, value]));
      return check(expression.otherwise);
    case 'select':
      for (const part of [expression.granularity, expression.scorer, expression.keep, expression.force]) {
        if (part !== null) checkExpression(part, scope, true);
      }
  }
}

function checkName(expression: NameExpression, scope: NameScope, lenient: boolean): void {
  const { text, span } = expression;
  if (scope.use(text)) return;
  const top = scope.top.get(text);
  if (top?.kind === 'pattern') scope.called.push({ target: top, span });
  if (top !== undefined || lenient) return;
  if (indexNames.has(text) || tensorNames.has(text) || forms.has(text)) return;
  if (functions.has(text) || operations.has(text) || plannedForms.has(text) || text === 'table') return;
  scope.unknown = true;
  scope.session.report('unknown-name', { span, ...unknownName(text, 'name', scope.names(), span) });
}

/** Kinds of arguments whose names are no names of the scope. */
const ownWords: ReadonlySet<string> = new Set(['word', 'axis', 'rule']);

function checkCall(call: CallExpression, scope: NameScope, lenient: boolean): void {
  const { text, span } = call.callee;
  const top = scope.top.get(text);
  const form = forms.get(text);
  const planned = form === undefined && plannedForms.has(text);
  const builtIn = planned || functions.has(text) || operations.has(text) || text === 'table';
  const called = top?.kind === 'pattern' || form !== undefined || builtIn;
  if (top?.kind === 'pattern') scope.called.push({ target: top, span: call.span });
  // A binding that is called is a mistake of types, not of names.
  if (!called && !scope.use(text) && top === undefined && !lenient) {
    const patterns = [...scope.top].filter(([, { kind }]) => kind === 'pattern').map(([name]) => name);
    scope.session.report('unknown-name', { span, ...unknownName(text, 'call', patterns, span) });
  }
  const positional = form?.parameters.filter((parameter) => parameter.positional) ?? [];
  for (const argument of call.arguments) {
    const parameter =
      argument.name === null
        ? positional.shift()
        : form?.parameters.find(({ name }) => name === argument.name?.text);
    if (parameter === undefined || !ownWords.has(parameter.type)) {
      const kept = text === 'attend' && argument.name?.text === 'keep';
      checkExpression(argument.value, scope, lenient || planned || kept);
    } else if (parameter.type === 'rule' && argument.value.kind === 'call') {
      for (const { value } of argument.value.arguments) checkExpression(value, scope, lenient);
    }
  }
  if (call.block !== null) checkExpression(call.block, scope, lenient || planned);
}
