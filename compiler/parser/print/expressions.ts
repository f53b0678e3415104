import type { Argument, ByExpression, CallExpression, Expression, SelectExpression } from '../ast.ts';
import { precedence, precedenceOf } from '../operators.ts';
import { chainOf } from './chain.ts';
import { group, ifBroken, indent, join, line, softLine } from './document.ts';
import type { Document } from './document.ts';

/** Puts the comments of a unit around it; see ./attach-comments.ts. */
export interface CommentPrinter {
  /** The comments before a unit, each with a line break, the unit, and the comment beside it. */
  around(node: object, content: Document): Document;
  /** Lines before a closing brace. */
  dangling(node: object): Document[];
}

/** How tightly an expression holds together. */
function levelOf(expression: Expression): number {
  switch (expression.kind) {
    case 'if':
    case 'select':
      return precedence.open;
    case 'binary':
      return precedenceOf(expression.operator);
    case 'comparison':
      return precedence.comparison;
    case 'range':
      return precedence.range;
    case 'unary':
      return expression.operator === 'not' ? precedence.not : precedence.prefix;
    default:
      return precedence.closed;
  }
}

/** Prints expressions with the parentheses that they need and no others. */
export class ExpressionPrinter {
  constructor(private readonly comments: CommentPrinter) {}

  /** An expression where nothing around it binds: a value, an argument, the body of a pattern. */
  print(expression: Expression): Document {
    return this.at(expression, precedence.open);
  }

  /**
   * The value of a declaration. A union or intersection has one branch a line where the group around it is broken,
   * and its branches keep their comments.
   */
  printBranches(expression: Expression): Document {
    const chain = chainOf(expression);
    if (chain === null) return this.print(expression);
    const level = precedenceOf(chain.operators[0]);
    const branches = chain.operands.map((operand, at) => {
      const printed = this.at(operand, at === 0 ? level : level + 1);
      if (at === 0) return this.comments.around(operand, [ifBroken('  ', ''), indent(printed)]);
      return this.comments.around(operand, [`${chain.operators[at - 1]} `, indent(printed)]);
    });
    return join(branches, line);
  }

  private at(expression: Expression, level: number): Document {
    const printed = this.printBare(expression);
    return levelOf(expression) < level ? group(['(', indent([softLine, printed]), softLine, ')']) : printed;
  }

  private printBare(expression: Expression): Document {
    switch (expression.kind) {
      case 'integer':
        return String(expression.value);
      case 'real':
        return expression.text;
      case 'boolean':
        return String(expression.value);
      case 'string':
        return JSON.stringify(expression.value);
      case 'name':
        return expression.text;
      case 'member':
        return [this.printObject(expression.object), '.', expression.property.text];
      case 'index':
        return [this.printObject(expression.object), this.bracketed('[', expression.indices, ']')];
      case 'call':
        return this.printCall(expression);
      case 'unary': {
        const level = expression.operator === 'not' ? precedence.not : precedence.prefix;
        const sign = expression.operator === 'not' ? 'not ' : expression.operator;
        return [sign, this.at(expression.operand, level)];
      }
      case 'binary':
        return this.printBinary(expression);
      case 'comparison': {
        const rest = expression.operators.map((operator, at): Document => {
          return [line, `${operator} `, this.at(expression.operands[at + 1], precedence.range)];
        });
        return group([this.at(expression.operands[0], precedence.range), indent(rest)]);
      }
      case 'range': {
        const sign = expression.inclusive ? '..' : '..<';
        return [this.at(expression.start, precedence.shift), sign, this.at(expression.end, precedence.shift)];
      }
      case 'tuple':
        return this.bracketed('(', expression.elements, ')');
      case 'axes':
        return this.printArguments(expression.arguments);
      case 'list':
        return this.bracketed('[', expression.elements, ']');
      case 'if':
        return group([
          ['if ', this.print(expression.condition)],
          indent([line, 'then ', this.print(expression.then), line, 'else ', this.print(expression.else)]),
        ]);
      case 'by':
        return this.printBy(expression);
      case 'select':
        return this.printSelect(expression);
    }
  }

  private printBinary(expression: Expression & { readonly kind: 'binary' }): Document {
    const level = precedenceOf(expression.operator);
    const rest: Document[] = [];
    let left: Expression = expression;
    while (left.kind === 'binary' && precedenceOf(left.operator) === level) {
      rest.unshift([line, `${left.operator} `, this.at(left.right, level + 1)]);
      left = left.left;
    }
    return group([this.at(left, level), indent(rest)]);
  }

  /** What a dot or an index follows: anything but a name, a lookup or a plain call stands in parentheses. */
  private printObject(object: Expression): Document {
    switch (object.kind) {
      case 'name':
      case 'member':
      case 'index':
      case 'tuple':
      case 'axes':
      case 'list':
        return this.printBare(object);
      case 'call':
        if (object.block === null) return this.printBare(object);
    }
    return ['(', this.printBare(object), ')'];
  }

  private printCall(expression: CallExpression): Document {
    const { callee, arguments: given, block } = expression;
    const head: Document[] = [callee.text];
    if (given.length > 0 || block === null) {
      head.push(given.length === 0 ? '()' : this.printArguments(given));
    }
    if (block === null) return head;
    const body = this.comments.around(block, group(this.printBranches(block)));
    return group([...head, ' {', indent([line, body, ...this.comments.dangling(expression)]), line, '}']);
  }

  private printArguments(given: readonly Argument[]): Document {
    const printed = given.map(({ name, value }): Document =>
      name === null ? this.print(value) : [`${name.text}: `, this.print(value)],
    );
    return group(['(', indent([softLine, join(printed, [',', line])]), softLine, ')']);
  }

  private printBy(expression: ByExpression): Document {
    const cases = expression.cases.map(({ labels, value }): Document => {
      const words = join(
        labels.map((label) => this.printLabel(label)),
        ', ',
      );
      return [words, ': ', this.printCaseValue(value)];
    });
    const units = expression.cases.map((node, at) => this.comments.around(node, cases[at]));
    const { otherwise } = expression;
    if (otherwise !== null)
      units.push(this.comments.around(otherwise, ['else: ', this.printCaseValue(otherwise)]));
    const dangling = this.comments.dangling(expression);
    const separated = join(units, [ifBroken('', ';'), line]);
    const body =
      units.length === 0 && dangling.length === 0 ? '' : [indent([line, separated, ...dangling]), line];
    return group([`by ${expression.axis} {`, body, '}']);
  }

  private printCaseValue(value: Expression): Document {
    if (endsWithSelect(value)) return ['(', this.print(value), ')'];
    return chainOf(value) === null ? this.print(value) : group(indent([softLine, this.printBranches(value)]));
  }

  /** A label that begins with `-` would go on with the value of the case before. */
  private printLabel(label: Expression): Document {
    return beginsWithMinus(label) ? ['(', this.print(label), ')'] : this.print(label);
  }

  private printSelect(expression: SelectExpression): Document {
    // `if` and `select` would take the clauses that follow.
    const clause = (word: string, value: Expression | null): Document[] =>
      value === null ? [] : [line, `${word} `, this.at(value, precedence.or)];
    return group([
      ['select ', this.at(expression.granularity, precedence.or)],
      indent([
        ...clause('by', expression.scorer),
        ...(expression.share === null ? [] : [line, `share ${expression.share.text}`]),
        ...clause('keep', expression.keep),
        ...clause('force', expression.force),
      ]),
    ]);
  }

  private bracketed(open: string, elements: readonly Expression[], close: string): Document {
    if (elements.length === 0) return open + close;
    const inner = join(
      elements.map((element) => this.print(element)),
      [',', line],
    );
    return group([open, indent([softLine, inner]), softLine, close]);
  }
}

/** Whether the text of an expression begins with `-`: after another expression it would go on with that one. */
export function beginsWithMinus(expression: Expression): boolean {
  switch (expression.kind) {
    case 'unary':
      return expression.operator === '-';
    case 'binary':
      return levelOf(expression.left) >= levelOf(expression) && beginsWithMinus(expression.left);
    case 'comparison':
      return levelOf(expression.operands[0]) >= precedence.range && beginsWithMinus(expression.operands[0]);
    case 'range':
      return levelOf(expression.start) >= precedence.shift && beginsWithMinus(expression.start);
    default:
      return false;
  }
}

/** Whether an expression ends with a `select`, which would take a `by` that follows for its own. */
export function endsWithSelect(expression: Expression): boolean {
  return expression.kind === 'select' || (expression.kind === 'if' && endsWithSelect(expression.else));
}
