import type { IToken } from 'chevrotain';
import type { Span } from '../diagnostics/diagnostic.ts';
import type { BinaryOperator, ComparisonOperator, Expression } from './ast.ts';
import { spellingOf } from './lexer.ts';

/** How tightly an expression holds together; a looser one inside a tighter one needs parentheses. */
export const precedence = {
  open: 0,
  or: 1,
  and: 2,
  not: 3,
  comparison: 4,
  range: 5,
  shift: 6,
  sum: 7,
  product: 8,
  prefix: 9,
  closed: 10,
} as const;

const comparisons: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', '==', '!=', 'in']);

/** The precedence of a binary operator, by its spelling. */
export function precedenceOf(operator: string): number {
  switch (operator) {
    case '|':
    case 'or':
      return precedence.or;
    case '&':
    case 'and':
      return precedence.and;
    case '..':
    case '..<':
      return precedence.range;
    case '<<':
    case '>>':
      return precedence.shift;
    case '+':
    case '-':
      return precedence.sum;
    case '*':
    case '/':
    case 'div':
    case 'mod':
      return precedence.product;
    default:
      if (comparisons.has(operator)) return precedence.comparison;
      throw new Error(`no such operator: ${operator}`);
  }
}

/** An operand with the prefix operators before it, as the grammar reads them. */
export interface Operand {
  readonly prefixes: readonly IToken[];
  readonly base: Expression;
}

/** What {@link resolveOperators} cannot build as written: ranges do not chain. */
export interface ChainedRange {
  readonly operator: IToken;
  readonly first: Span;
}

/**
 * Turns `operand (operator operand)*` into a tree by precedence climbing. Binary operators group to the left,
 * comparisons become one node (`0 <= i - j < w`), ranges stand alone.
 */
export function resolveOperators(
  operands: readonly Operand[],
  operators: readonly IToken[],
  report: (problem: ChainedRange) => void,
): Expression {
  let at = 0;

  const join = (left: Expression, right: Expression): Span => ({ ...left.span, end: right.span.end });

  function parsePrefixed(operand: Operand, first: number): Expression {
    const prefix = operand.prefixes[first];
    if (prefix === undefined) return operand.base;
    const operator = spellingOf(prefix) as '-' | '!' | 'not';
    const inner = parsePrefixed(operand, first + 1);
    const value = operator === 'not' ? parseFrom(inner, precedence.not) : inner;
    return {
      kind: 'unary',
      span: { ...value.span, start: prefix.startOffset },
      operator,
      operand: value,
    };
  }

  function parse(minimum: number): Expression {
    return parseFrom(parsePrefixed(operands[at], 0), minimum);
  }

  function parseFrom(start: Expression, minimum: number): Expression {
    let left = start;
    while (at < operators.length) {
      const level = precedenceOf(spellingOf(operators[at]));
      if (level < minimum) break;
      left = level === precedence.comparison ? parseComparison(left) : parseBinary(left, level);
    }
    return left;
  }

  function parseComparison(first: Expression): Expression {
    const compared = [first];
    const between: ComparisonOperator[] = [];
    while (at < operators.length && comparisons.has(spellingOf(operators[at]))) {
      between.push(spellingOf(operators[at]) as ComparisonOperator);
      at++;
      compared.push(parse(precedence.range));
    }
    const span = join(first, compared[compared.length - 1]);
    return { kind: 'comparison', span, operands: compared, operators: between };
  }

  function parseBinary(left: Expression, level: number): Expression {
    const token = operators[at++];
    const right = parse(level + 1);
    const span = join(left, right);
    if (level !== precedence.range) {
      return { kind: 'binary', span, operator: spellingOf(token) as BinaryOperator, left, right };
    }
    if (at < operators.length && precedenceOf(spellingOf(operators[at])) === precedence.range) {
      report({ operator: operators[at], first: span });
    }
    return { kind: 'range', span, start: left, end: right, inclusive: spellingOf(token) === '..' };
  }

  return parse(precedence.open);
}
