import { EmbeddedActionsParser } from 'chevrotain';
import type { IToken } from 'chevrotain';
import type { Span } from '../diagnostics/diagnostic.ts';
import type {
  Argument,
  ByExpression,
  Expression,
  Identifier,
  SelectExpression,
  StringLiteral,
} from './ast.ts';
import { endOf } from './lexer.ts';
import { resolveOperators } from './operators.ts';
import type { Operand } from './operators.ts';
import type { GrammarContext, GrammarOptions, Rule } from './grammar-context.ts';
import { readString } from './read-literals.ts';
import * as t from './tokens.ts';

/**
 * The rules of expressions. Decisions need one token of lookahead, named arguments two. Operators are read as a flat
 * list and grouped by ./operators.ts.
 */
export abstract class ExpressionGrammar extends EmbeddedActionsParser {
  protected context!: GrammarContext;
  protected tokens: readonly IToken[] = [];

  constructor(options: GrammarOptions) {
    super(t.allTokens, {
      maxLookahead: 1,
      skipValidations: !options.validate,
      // The sentence is made where the neighbourhood is known (./describe-errors.ts); here only what was expected.
      errorMessageProvider: {
        buildMismatchTokenMessage: ({ expected }) => expected.name,
        buildNotAllInputParsedMessage: () => 'end of file',
        buildNoViableAltMessage: () => 'alternative',
        buildEarlyExitMessage: () => 'alternative',
      },
    });
  }

  protected readonly expression: Rule<Expression> = this.RULE<() => Expression>('expression', () => {
    const operands: Operand[] = [];
    const operators: IToken[] = [];
    operands.push(this.SUBRULE(this.operand));
    this.MANY(() => {
      operators.push(this.CONSUME(t.BinaryOperator));
      operands.push(this.SUBRULE1(this.operand));
    });
    return this.ACTION(() =>
      operators.length === 0 && operands[0].prefixes.length === 0
        ? operands[0].base
        : resolveOperators(operands, operators, (problem) => this.context.chainedRange(problem)),
    );
  });

  protected readonly operand: Rule<Operand> = this.RULE<() => Operand>('operand', () => {
    const prefixes: IToken[] = [];
    this.MANY(() => prefixes.push(this.CONSUME(t.PrefixOperator)));
    const base = this.SUBRULE(this.postfix);
    return { prefixes, base };
  });

  protected readonly postfix: Rule<Expression> = this.RULE<() => Expression>('postfix', () => {
    let result = this.SUBRULE(this.primary);
    this.MANY(() => {
      result = this.OR([
        {
          ALT: () => {
            const indices: Expression[] = [];
            this.CONSUME(t.IndexBracket);
            this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => indices.push(this.SUBRULE(this.expression)) });
            this.CONSUME(t.RightBracket);
            return this.ACTION(() => ({
              kind: 'index',
              span: this.spanOn(result.span),
              object: result,
              indices,
            }));
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.Dot);
            const property = this.SUBRULE(this.word);
            return this.ACTION(() => ({
              kind: 'member',
              span: this.spanOn(result.span),
              object: result,
              property,
            }));
          },
        },
      ]);
    });
    return result;
  });

  protected readonly primary: Rule<Expression> = this.RULE<() => Expression>('primary', () =>
    this.OR<Expression>([
      { ALT: () => this.SUBRULE(this.nameOrCall) },
      { ALT: () => this.SUBRULE(this.literal) },
      { ALT: () => this.SUBRULE(this.parenthesized) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.ifExpression) },
      { ALT: () => this.SUBRULE(this.byExpression) },
      { ALT: () => this.SUBRULE(this.selectExpression) },
    ]),
  );

  protected readonly nameOrCall: Rule<Expression> = this.RULE<() => Expression>('nameOrCall', () => {
    const callee = this.SUBRULE(this.identifier);
    const given = this.OPTION(() => {
      const found: Argument[] = [];
      this.CONSUME(t.CallParen);
      this.MANY_SEP({ SEP: t.Comma, DEF: () => found.push(this.SUBRULE(this.argument)) });
      this.CONSUME(t.RightParen);
      return found;
    });
    const block = this.OPTION1(() => {
      this.CONSUME(t.LeftBrace);
      const inner = this.SUBRULE(this.expression);
      this.CONSUME(t.RightBrace);
      return inner;
    });
    return this.ACTION((): Expression => {
      const span = this.spanOn(callee.span);
      if (given === undefined && block === undefined) return { kind: 'name', span, text: callee.text };
      return { kind: 'call', span, callee, arguments: given ?? [], block: block ?? null };
    });
  });

  protected readonly argument: Rule<Argument> = this.RULE<() => Argument>('argument', () => {
    const name = this.OPTION({
      GATE: () => this.LA(2).tokenType === t.Colon,
      DEF: () => {
        const word = this.SUBRULE(this.word);
        this.CONSUME(t.Colon);
        return word;
      },
    });
    const value = this.SUBRULE(this.expression);
    return this.ACTION(() => ({
      kind: 'argument',
      span: name === undefined ? value.span : this.spanOn(name.span),
      name: name ?? null,
      value,
    }));
  });

  protected readonly literal: Rule<Expression> = this.RULE<() => Expression>('literal', () =>
    this.OR<Expression>([
      { ALT: () => this.integerOf(this.CONSUME(t.Integer)) },
      { ALT: () => this.realOf(this.CONSUME(t.Real)) },
      { ALT: () => this.stringOf(this.CONSUME(t.Text)) },
      { ALT: () => this.booleanOf(this.CONSUME(t.True)) },
      { ALT: () => this.booleanOf(this.CONSUME(t.False)) },
    ]),
  );

  protected readonly parenthesized: Rule<Expression> = this.RULE<() => Expression>('parenthesized', () => {
    const given: Argument[] = [];
    const start = this.CONSUME(t.LeftParen);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => given.push(this.SUBRULE(this.argument)) });
    this.CONSUME(t.RightParen);
    return this.ACTION((): Expression => {
      const span = this.spanFrom(start);
      if (given.some(({ name }) => name !== null)) return { kind: 'axes', span, arguments: given };
      const elements = given.map(({ value }) => value);
      return elements.length === 1 ? { ...elements[0], span } : { kind: 'tuple', span, elements };
    });
  });

  protected readonly list: Rule<Expression> = this.RULE<() => Expression>('list', () => {
    const elements: Expression[] = [];
    const start = this.CONSUME(t.LeftBracket);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => elements.push(this.SUBRULE(this.expression)) });
    this.CONSUME(t.RightBracket);
    return this.ACTION(() => ({ kind: 'list', span: this.spanFrom(start), elements }));
  });

  protected readonly ifExpression: Rule<Expression> = this.RULE<() => Expression>('ifExpression', () => {
    const start = this.CONSUME(t.If);
    const condition = this.SUBRULE(this.expression);
    this.CONSUME(t.Then);
    const then = this.SUBRULE1(this.expression);
    this.CONSUME(t.Else);
    const otherwise = this.SUBRULE2(this.expression);
    return this.ACTION(() => ({ kind: 'if', span: this.spanFrom(start), condition, then, else: otherwise }));
  });

  protected readonly byExpression: Rule<ByExpression> = this.RULE<() => ByExpression>('byExpression', () => {
    const start = this.CONSUME(t.By);
    const axis = this.CONSUME(t.Identifier);
    this.ACTION(() => {
      if (axis.image !== 'head' && axis.image !== 'layer') this.context.unknownAxis(axis);
    });
    this.CONSUME(t.LeftBrace);
    const cases: ByExpression['cases'][number][] = [];
    let otherwise: Expression | null = null;
    this.MANY(() => {
      this.OR([
        {
          ALT: () => {
            const word = this.CONSUME(t.Else);
            this.CONSUME(t.Colon);
            const value = this.SUBRULE(this.expression);
            this.ACTION(() => {
              if (otherwise !== null) this.context.repeatedElse(otherwise.span, this.spanFrom(word));
              otherwise ??= value;
            });
          },
        },
        { ALT: () => cases.push(this.SUBRULE(this.byCase)) },
      ]);
      this.OPTION(() => this.CONSUME(t.Semicolon));
    });
    this.CONSUME(t.RightBrace);
    return this.ACTION(() => {
      const span = this.spanFrom(start);
      return { kind: 'by', span, axis: axis.image === 'layer' ? 'layer' : 'head', cases, otherwise };
    });
  });

  protected readonly byCase: Rule<ByExpression['cases'][number]> = this.RULE<
    () => ByExpression['cases'][number]
  >('byCase', () => {
    const labels: Expression[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => labels.push(this.SUBRULE(this.expression)) });
    this.CONSUME(t.Colon);
    const value = this.SUBRULE1(this.expression);
    return this.ACTION(() => ({ span: this.spanOn(labels[0].span), labels, value }));
  });

  protected readonly selectExpression: Rule<SelectExpression> = this.RULE<() => SelectExpression>(
    'selectExpression',
    () => {
      const start = this.CONSUME(t.Select);
      const granularity = this.SUBRULE(this.expression);
      const scorer = this.OPTION(() => {
        this.CONSUME(t.By);
        return this.SUBRULE1(this.expression);
      });
      const share = this.OPTION1({
        GATE: () => this.LA(1).image === 'share',
        DEF: () => {
          this.CONSUME(t.Identifier);
          return this.SUBRULE(this.identifier);
        },
      });
      const keep = this.OPTION2({
        GATE: () => this.LA(1).image === 'keep',
        DEF: () => {
          this.CONSUME1(t.Identifier);
          return this.SUBRULE2(this.expression);
        },
      });
      const force = this.OPTION3({
        GATE: () => this.LA(1).image === 'force',
        DEF: () => {
          this.CONSUME2(t.Identifier);
          return this.SUBRULE3(this.expression);
        },
      });
      return this.ACTION(() => ({
        kind: 'select',
        span: this.spanFrom(start),
        granularity,
        scorer: scorer ?? null,
        share: share ?? null,
        keep: keep ?? null,
        force: force ?? null,
      }));
    },
  );

  protected readonly identifier: Rule<Identifier> = this.RULE<() => Identifier>('identifier', () => {
    const token = this.CONSUME(t.Identifier);
    return this.ACTION(() => ({ kind: 'identifier', span: this.spanFrom(token), text: token.image }));
  });

  /** After a dot and before a colon any word will do, the reserved ones too: `select(by: mean)`. */
  protected readonly word: Rule<Identifier> = this.RULE<() => Identifier>('word', () => {
    const token = this.CONSUME(t.Word);
    return this.ACTION(() => ({ kind: 'identifier', span: this.spanFrom(token), text: token.image }));
  });

  /** Index of the token that was consumed last. */
  protected position(): number {
    return (this as unknown as { exportLexerState(): number }).exportLexerState();
  }

  /** From a token that was consumed to the one that was consumed last. */
  protected spanFrom(token: IToken): Span {
    return { file: this.context.file, start: token.startOffset, end: endOf(this.LA(0)) };
  }

  protected spanOn(start: Span): Span {
    return { ...start, end: endOf(this.LA(0)) };
  }

  protected integerOf(token: IToken): Expression {
    return this.ACTION(() => ({
      kind: 'integer',
      span: this.spanFrom(token),
      value: Number.parseInt(token.image, 10),
    }));
  }

  protected realOf(token: IToken): Expression {
    const text = token.image;
    return this.ACTION(() => ({ kind: 'real', span: this.spanFrom(token), value: Number(text), text }));
  }

  protected stringOf(token: IToken): StringLiteral {
    return this.ACTION(() => ({
      kind: 'string',
      span: this.spanFrom(token),
      value: readString(token.image).value,
    }));
  }

  protected booleanOf(token: IToken): Expression {
    return this.ACTION(() => ({
      kind: 'boolean',
      span: this.spanFrom(token),
      value: token.image === 'true',
    }));
  }
}
