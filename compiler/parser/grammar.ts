import { isRecognitionException } from 'chevrotain';
import type { IRecognitionException, IToken } from 'chevrotain';
import type {
  AttentionDeclaration,
  Expression,
  Field,
  Identifier,
  InputDeclaration,
  Item,
  LaunchDeclaration,
  LetDeclaration,
  Member,
  Parameter,
  PatternDeclaration,
  ReturnDeclaration,
  TypeReference,
  UseDeclaration,
} from './ast.ts';
import { ExpressionGrammar } from './expression-grammar.ts';
import type { GrammarContext, GrammarOptions, Rule } from './grammar-context.ts';
import { fieldSyntax, firstWords } from './fields.ts';
import type { FieldValues } from './fields.ts';
import { endOf } from './lexer.ts';
import {
  findItemStart,
  findMemberStart,
  isFieldWithValue,
  startsItem,
  startsMember,
  startsOnNewLine,
} from './recovery.ts';
import * as t from './tokens.ts';

/**
 * The rules of declarations; docs/language.md prints the grammar. Errors are caught where a member or an item was
 * begun, and the parser goes on at the next one (see ./recovery.ts).
 */
export class Grammar extends ExpressionGrammar {
  constructor(options: GrammarOptions) {
    super(options);
    this.performSelfAnalysis();
  }

  /** Parses the items of a file. Call from outside only; never throws for bad input. */
  run(tokens: readonly IToken[], context: GrammarContext): readonly Item[] {
    this.context = context;
    this.tokens = tokens;
    // A copy: chevrotain appends sentinels to its own.
    this.input = [...tokens];
    return this.file();
  }

  private readonly file: Rule<Item[]> = this.RULE<() => Item[]>('file', () => {
    const items: Item[] = [];
    this.ACTION(() => this.skipToItem());
    this.MANY(() => {
      this.guarded(
        () => items.push(this.SUBRULE(this.item)),
        (start, failed) =>
          this.skipUntil(findItemStart(this.tokens, Math.max(failed, start + 1), this.context.text)),
      );
      this.ACTION(() => this.skipToItem());
    });
    return items;
  });

  private readonly item: Rule<Item> = this.RULE<() => Item>('item', () =>
    this.OR<Item>([
      { ALT: () => this.SUBRULE(this.useDeclaration) },
      { ALT: () => this.SUBRULE(this.letDeclaration) },
      { ALT: () => this.SUBRULE(this.patternDeclaration) },
      { ALT: () => this.SUBRULE(this.attentionDeclaration) },
    ]),
  );

  private readonly useDeclaration: Rule<UseDeclaration> = this.RULE<() => UseDeclaration>(
    'useDeclaration',
    () => {
      const start = this.CONSUME(t.Use);
      const path = this.CONSUME(t.Text);
      return this.ACTION(() => ({ kind: 'use', span: this.spanFrom(start), path: this.stringOf(path) }));
    },
  );

  private readonly letDeclaration: Rule<LetDeclaration> = this.RULE<() => LetDeclaration>(
    'letDeclaration',
    () => {
      const start = this.CONSUME(t.Let);
      const names: Identifier[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => names.push(this.SUBRULE(this.identifier)) });
      this.CONSUME(t.Assign);
      const value = this.SUBRULE(this.expression);
      return this.ACTION(() => ({ kind: 'let', span: this.spanFrom(start), names, value }));
    },
  );

  private readonly patternDeclaration: Rule<PatternDeclaration> = this.RULE<() => PatternDeclaration>(
    'patternDeclaration',
    () => {
      const start = this.CONSUME(t.Pattern);
      const doc = this.ACTION(() => this.docBefore(start));
      const name = this.SUBRULE(this.identifier);
      const parameters: Parameter[] = [];
      this.OPTION(() => {
        this.CONSUME(t.LeftParen);
        this.MANY_SEP({ SEP: t.Comma, DEF: () => parameters.push(this.SUBRULE(this.parameter)) });
        this.CONSUME(t.RightParen);
      });
      const spaces: Expression[] = [];
      this.OPTION1(() => {
        this.CONSUME(t.Over);
        spaces.push(this.SUBRULE(this.expression));
        this.OPTION2(() => {
          this.CONSUME(t.By);
          spaces.push(this.SUBRULE2(this.expression));
        });
      });
      this.CONSUME(t.Assign);
      const bindings: LetDeclaration[] = [];
      this.MANY(() => bindings.push(this.SUBRULE(this.letDeclaration)));
      const body = this.SUBRULE1(this.expression);
      return this.ACTION(() => {
        const span = this.spanFrom(start);
        const [space = null, keySpace = null] = spaces;
        return { kind: 'pattern', span, doc, name, parameters, space, keySpace, bindings, body };
      });
    },
  );

  private readonly parameter: Rule<Parameter> = this.RULE<() => Parameter>('parameter', () => {
    const name = this.SUBRULE(this.identifier);
    const rest = this.SUBRULE(this.typeRangeValue);
    return this.ACTION(() => ({ kind: 'parameter', span: this.spanOn(name.span), name, ...rest }));
  });

  private readonly typeRangeValue: Rule<Pick<Parameter, 'type' | 'range' | 'value'>> = this.RULE<
    () => Pick<Parameter, 'type' | 'range' | 'value'>
  >('typeRangeValue', () => {
    const type = this.OPTION(() => {
      this.CONSUME(t.Colon);
      return this.SUBRULE(this.typeReference);
    });
    const range = this.OPTION1(() => {
      this.CONSUME(t.In);
      return this.SUBRULE(this.expression);
    });
    const value = this.OPTION2(() => {
      this.CONSUME(t.Assign);
      return this.SUBRULE1(this.expression);
    });
    return { type: type ?? null, range: range ?? null, value: value ?? null };
  });

  private readonly typeReference: Rule<TypeReference> = this.RULE<() => TypeReference>(
    'typeReference',
    () => {
      const name = this.SUBRULE(this.identifier);
      const dims = this.OPTION(() => {
        const found: Expression[] = [];
        this.CONSUME(t.LeftBracket);
        this.MANY_SEP({ SEP: t.Comma, DEF: () => found.push(this.SUBRULE(this.expression)) });
        this.CONSUME(t.RightBracket);
        return found;
      });
      return this.ACTION(() => ({ kind: 'type', span: this.spanOn(name.span), name, dims: dims ?? null }));
    },
  );

  private readonly attentionDeclaration: Rule<AttentionDeclaration> = this.RULE<() => AttentionDeclaration>(
    'attentionDeclaration',
    () => {
      const start = this.CONSUME(t.Attention);
      const doc = this.ACTION(() => this.docBefore(start));
      const name = this.SUBRULE(this.identifier);
      this.CONSUME(t.LeftBrace);
      const opener = this.position();
      const members: Member[] = [];
      this.ACTION(() => this.skipToMember());
      this.MANY(() => {
        this.guarded(
          () => members.push(this.SUBRULE(this.member)),
          (from, failed) => this.skipUntil(findMemberStart(this.tokens, from, failed, this.context.text)),
        );
        this.ACTION(() => this.skipToMember());
      });
      const closed = this.OPTION(() => this.CONSUME(t.RightBrace));
      return this.ACTION(() => {
        if (closed === undefined) this.context.unclosedAttention(opener, this.position() + 1);
        return { kind: 'attention', span: this.spanFrom(start), doc, name, members };
      });
    },
  );

  private readonly member: Rule<Member> = this.RULE<() => Member>('member', () =>
    this.OR<Member>([
      { ALT: () => this.SUBRULE(this.inputDeclaration) },
      { ALT: () => this.SUBRULE(this.launchDeclaration) },
      { ALT: () => this.SUBRULE(this.letDeclaration) },
      { ALT: () => this.SUBRULE(this.returnDeclaration) },
      { ALT: () => this.SUBRULE(this.field) },
    ]),
  );

  private readonly inputDeclaration: Rule<InputDeclaration> = this.RULE<() => InputDeclaration>(
    'inputDeclaration',
    () => {
      const start = this.CONSUME(t.Input);
      const doc = this.ACTION(() => this.docBefore(start));
      const name = this.SUBRULE(this.identifier);
      this.CONSUME(t.Colon);
      const type = this.SUBRULE(this.typeReference);
      const sorted = this.OPTION({
        GATE: () => this.LA(1).image === 'sorted',
        DEF: () => this.CONSUME(t.Identifier),
      });
      const feed = this.OPTION1(() => {
        this.CONSUME(t.Assign);
        return this.SUBRULE(this.expression);
      });
      return this.ACTION(() => {
        const span = this.spanFrom(start);
        return { kind: 'input', span, doc, name, type, sorted: sorted !== undefined, feed: feed ?? null };
      });
    },
  );

  private readonly launchDeclaration: Rule<LaunchDeclaration> = this.RULE<() => LaunchDeclaration>(
    'launchDeclaration',
    () => {
      const start = this.CONSUME(t.Launch);
      const doc = this.ACTION(() => this.docBefore(start));
      const name = this.SUBRULE(this.identifier);
      const rest = this.SUBRULE(this.typeRangeValue);
      return this.ACTION(() => ({ kind: 'launch', span: this.spanFrom(start), doc, name, ...rest }));
    },
  );

  private readonly returnDeclaration: Rule<ReturnDeclaration> = this.RULE<() => ReturnDeclaration>(
    'returnDeclaration',
    () => {
      const start = this.CONSUME(t.Return);
      const value = this.SUBRULE(this.expression);
      return this.ACTION(() => ({ kind: 'return', span: this.spanFrom(start), value }));
    },
  );

  private readonly field: Rule<Field> = this.RULE<() => Field>('field', () => {
    const first = this.OR([{ ALT: () => this.CONSUME(t.Identifier) }, { ALT: () => this.CONSUME(t.Over) }]);
    const second = this.OPTION({
      GATE: () => firstWords.has(first.image),
      DEF: () => this.CONSUME1(t.Identifier),
    });
    const words = second === undefined ? [first] : [first, second];
    const name = words.map((word) => word.image).join(' ');
    const nameSpan = this.ACTION(() => this.spanFrom(first));
    const values: Expression[] = [];
    const shape = this.ACTION(() => this.valuesOf(name));
    this.OR1([
      {
        GATE: () => shape === 'one',
        ALT: () => values.push(this.SUBRULE(this.expression)),
        IGNORE_AMBIGUITIES: true,
      },
      {
        GATE: () => shape === 'list',
        ALT: () =>
          this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => values.push(this.SUBRULE1(this.expression)) }),
        IGNORE_AMBIGUITIES: true,
      },
      {
        GATE: () => shape === 'arguments',
        ALT: () => {
          this.CONSUME(t.LeftParen);
          this.AT_LEAST_ONE_SEP1({ SEP: t.Comma, DEF: () => values.push(this.SUBRULE2(this.expression)) });
          this.CONSUME(t.RightParen);
        },
      },
      { GATE: () => shape === 'none', ALT: () => undefined },
    ]);
    this.OPTION2({
      GATE: () => name === 'over',
      DEF: () => {
        this.CONSUME(t.By);
        values.push(this.SUBRULE3(this.expression));
      },
    });
    return this.ACTION(() => ({ kind: 'field', span: this.spanFrom(first), name, nameSpan, values }));
  });

  /** The values that the words of a field ask for. An unknown field takes what stands beside it on its line. */
  private valuesOf(name: string): Exclude<FieldValues, 'optional-arguments'> | 'missing' {
    const next = this.LA(1);
    const known = fieldSyntax.get(name)?.values;
    if (known === 'optional-arguments') return next.tokenType === t.CallParen ? 'arguments' : 'none';
    const at = this.position() + 1;
    const { tokens, context } = this;
    const below = at >= tokens.length || startsOnNewLine(tokens, at, context.text);
    if (known === 'one')
      return below && at < tokens.length && isFieldWithValue(tokens, at, context.text) ? 'missing' : known;
    if (known !== undefined) return known;
    return !below && next.tokenType !== t.RightBrace && !startsMember(tokens, at, context.text)
      ? 'one'
      : 'none';
  }

  /** Runs a rule; after a syntax error reports it and lets `resume` move to where parsing can go on. */
  private guarded(rule: () => void, resume: (start: number, failed: number) => void): void {
    if (this.RECORDING_PHASE) return rule();
    const start = this.position() + 1;
    try {
      rule();
    } catch (error) {
      if (!(error instanceof Error) || !isRecognitionException(error)) throw error;
      const failed = this.position() + 1;
      this.context.syntaxError(error as Error & IRecognitionException, failed);
      resume(start, failed);
    }
  }

  private skipToItem(): void {
    const at = this.position() + 1;
    if (at >= this.tokens.length || startsItem(this.tokens[at])) return;
    const end = findItemStart(this.tokens, at + 1, this.context.text);
    this.context.unexpected(at, false);
    this.skipUntil(end);
  }

  private skipToMember(): void {
    for (;;) {
      const at = this.position() + 1;
      const token = this.tokens[at];
      if (token === undefined || token.tokenType === t.RightBrace || startsItem(token, 'in attention'))
        return;
      if (token.tokenType === t.Identifier || startsMember(this.tokens, at, this.context.text)) return;
      const end = findMemberStart(this.tokens, at, at + 1, this.context.text);
      this.context.unexpected(at, true);
      this.skipUntil(end);
    }
  }

  private skipUntil(index: number): void {
    while (this.position() + 1 < Math.min(index, this.tokens.length)) this.SKIP_TOKEN();
  }

  private docBefore(token: IToken): string {
    const before = this.tokens[this.position() - 1];
    return this.context.takeDoc(before === undefined ? 0 : endOf(before), token.startOffset);
  }
}
