import type { Expression } from '../../compiler/parser/ast.ts';
import { Session } from '../../compiler/diagnostics/session.ts';
import { parse } from '../../compiler/parser/index.ts';
import { functions } from './functions.ts';
import type { Json } from './vector-case.ts';

export type Environment = Readonly<Record<string, Json>>;

const parsed = new Map<string, Expression>();

/**
 * Evaluates an expression of the language over JSON values. `given("name", x)` is the value of a name, or x where the
 * case has none.
 */
export function evaluateText(text: string, environment: Environment): Json {
  return evaluate(parseExpression(text), environment);
}

function parseExpression(text: string): Expression {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const session = new Session();
  const file = parse({ name: 'vectors.json', text: `let value = ${text}` }, session);
  const [item] = file.items;
  if (session.hasErrors || item?.kind !== 'let') {
    throw new Error(`vectors.json: cannot read "${text}": ${session.diagnostics[0]?.message}`);
  }
  parsed.set(text, item.value);
  return item.value;
}

function evaluate(expression: Expression, environment: Environment): Json {
  const value = (inner: Expression) => evaluate(inner, environment);
  switch (expression.kind) {
    case 'integer':
    case 'real':
    case 'boolean':
    case 'string':
      return expression.value;
    case 'name':
      return valueOfName(expression.text, environment);
    case 'list':
      return expression.elements.map(value);
    case 'index': {
      let at = value(expression.object);
      for (const index of expression.indices) at = (at as readonly Json[])[value(index) as number];
      if (at === undefined) throw new Error('an index of vectors.json lies outside of its list');
      return at;
    }
    case 'unary':
      return expression.operator === '-'
        ? -(value(expression.operand) as number)
        : !value(expression.operand);
    case 'binary':
      return binary(expression.operator, value(expression.left) as number, value(expression.right) as number);
    case 'call':
      return call(
        expression.callee.text,
        (expression.arguments ?? []).map((argument) => value(argument.value)),
        environment,
      );
    default:
      throw new Error(`vectors.json: expressions of kind "${expression.kind}" are not evaluated`);
  }
}

function valueOfName(name: string, environment: Environment): Json {
  if (!Object.hasOwn(environment, name)) throw new Error(`the case has no parameter "${name}"`);
  return environment[name];
}

function binary(operator: string, left: number, right: number): Json {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case 'div':
      return Math.floor(left / right);
    case 'mod':
      return left - right * Math.floor(left / right);
    default:
      throw new Error(`vectors.json: the operator "${operator}" is not evaluated`);
  }
}

function call(name: string, values: readonly Json[], environment: Environment): Json {
  if (name === 'given')
    return Object.hasOwn(environment, values[0] as string) ? environment[values[0] as string] : values[1];
  if (!Object.hasOwn(functions, name)) throw new Error(`vectors.json: there is no function "${name}"`);
  return functions[name](...(values as never[]));
}
