import type { IRecognitionException, IToken } from 'chevrotain';
import type { Help, Span } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/suggest-name.ts';
import { fieldSyntax } from './fields.ts';
import { endOf } from './lexer.ts';
import type { Problem } from './problem.ts';
import { startsOnNewLine } from './recovery.ts';
import * as t from './tokens.ts';

/** The tokens around a place, and how to speak of them. */
export interface Surroundings {
  readonly tokens: readonly IToken[];
  readonly file: string;
  readonly text: string;
}

/** Makes a sentence of a parser's exception at token `at`. */
export function describeSyntaxError(error: IRecognitionException, at: number, around: Surroundings): Problem {
  const rule = error.context.ruleStack[error.context.ruleStack.length - 1];
  const mismatch = error.name === 'MismatchedTokenException';
  const expected = mismatch
    ? expectedToken(error.message, rule, at, around)
    : expectedByRule(rule, at, around);
  const found = describeFound(around, at);
  const opener = mismatch && closers.has(error.message) ? findOpener(around.tokens, at) : null;
  return {
    name: nameOf(error.message, mismatch, at, around),
    message: `Expected ${expected}, found ${found}.`,
    span: spanAt(around, at),
    label:
      mismatch && closers.has(error.message)
        ? `\`${error.message}\` is missing before this`
        : 'not expected here',
    secondary: opener === null ? [] : [{ span: spanAt(around, opener), text: 'opened here' }],
    help: helpFor(error.message, rule, at, around),
  };
}

/** Tokens that fit nowhere. */
export function describeUnexpected(at: number, inAttention: boolean, around: Surroundings): Problem {
  const token = around.tokens[at];
  const closer = closers.has(token.image);
  const expected = inAttention
    ? 'a field, `input`, `launch`, `let` or `return`'
    : '`pattern`, `attention`, `use` or `let`';
  return {
    name: closer ? 'unmatched-bracket' : 'unexpected-token',
    message: closer
      ? `${quote(token)} closes nothing.`
      : `Expected ${at === 0 ? '' : 'an operator, or '}${expected}, found ${describeFound(around, at)}.`,
    span: spanAt(around, at),
    label: closer ? 'no bracket is open here' : 'not expected here',
    help: helpForUnexpected(at, inAttention, around),
  };
}

function helpForUnexpected(at: number, inAttention: boolean, around: Surroundings): Problem['help'] {
  const meant = keywordHelp(at, inAttention, around);
  return meant.length > 0 ? meant : helpFor('', '', at, around);
}

/** The declaration that a misspelled word was to begin: `patern p = …`, `inputt x: int[n]`. */
function keywordHelp(at: number, inAttention: boolean, around: Surroundings): readonly Help[] {
  const { tokens } = around;
  const meant = inAttention ? at - 2 : at;
  const word = tokens[meant];
  const known = inAttention ? membersWith(tokens[at]) : ['pattern', 'attention', 'use', 'let'];
  if (word?.tokenType !== t.Identifier) return [];
  return didYouMean(word.image, known, spanAt(around, meant));
}

/** The members of an attention whose third token this is. */
function membersWith({ image }: IToken): readonly string[] {
  return image === ':' ? ['input', 'launch'] : image === '=' ? ['let'] : [];
}

/** `{` of an attention that nothing closes. */
export function describeUnclosedAttention(opener: number, at: number, around: Surroundings): Problem {
  const name = around.tokens[opener - 1];
  return {
    name: 'unclosed-bracket',
    message: `Expected \`}\` to close the attention \`${name.image}\`, found ${describeFound(around, at)}.`,
    span: spanAt(around, at),
    label: '`}` is missing before this',
    secondary: [{ span: spanAt(around, opener), text: 'opened here' }],
  };
}

const closers: ReadonlySet<string> = new Set([')', ']', '}']);

function nameOf(expected: string, mismatch: boolean, at: number, around: Surroundings): Problem['name'] {
  if (mismatch && closers.has(expected)) return 'unclosed-bracket';
  if (at >= around.tokens.length) return 'unexpected-end';
  const isName = expected === 'Identifier' || expected === 'Word';
  if (mismatch && isName && t.reservedWords.has(around.tokens[at].image)) return 'reserved-word';
  return mismatch ? 'missing-token' : 'missing-expression';
}

function expectedToken(name: string, rule: string, at: number, around: Surroundings): string {
  const before = around.tokens[at - 1];
  switch (name) {
    case ')':
    case ']':
    case '}': {
      const opener = findOpener(around.tokens, at);
      const separator = rule === 'byExpression' ? 'a label, `else` or ' : name === '}' ? '' : '`,` or ';
      return `${separator}\`${name}\`${opener === null ? '' : ` to close ${describeOpener(around.tokens, opener)}`}`;
    }
    case 'Identifier':
    case 'Word':
      return nameRoles[rule] ?? nameAfter(before);
    case 'String':
      return 'a file name in quotes after `use`';
    case '=':
      return `\`=\` and ${rule === 'patternDeclaration' ? 'the set of the pattern' : 'a value'}`;
    case ':':
      return rule === 'inputDeclaration' ? '`:` and the type of the input' : '`:` after the label';
    case 'then':
    case 'else':
      return `\`${name}\``;
    case '{':
      return rule === 'byExpression' ? '`{` and the cases' : '`{`';
    default:
      return `\`${name}\``;
  }
}

const nameRoles: Readonly<Record<string, string>> = {
  byExpression: '`head` or `layer` after `by`',
  word: 'a name after the dot',
};

function nameAfter(before: IToken | undefined): string {
  switch (before?.tokenType) {
    case t.Pattern:
    case t.Attention:
    case t.Let:
    case t.Input:
    case t.Launch:
      return `a name after \`${before.image}\``;
    case t.Colon:
      return 'a type after `:`';
    default:
      return 'a name';
  }
}

function expectedByRule(rule: string, at: number, around: Surroundings): string {
  const before = around.tokens[at - 1];
  if (rule === 'field') {
    const name = fieldNameBefore(around.tokens, at);
    if (fieldSyntax.get(name)?.values === 'arguments') return `\`(\` after \`${name}\``;
    return `a value for \`${name}\``;
  }
  if (rule === 'item') return '`pattern`, `attention`, `use` or `let`';
  if (before === undefined) return 'an expression';
  return `an expression after ${quote(before)}`;
}

function fieldNameBefore(tokens: readonly IToken[], at: number): string {
  const two = `${tokens[at - 2]?.image} ${tokens[at - 1]?.image}`;
  return fieldSyntax.has(two) ? two : tokens[at - 1].image;
}

/** The innermost bracket that is open before token `at`. */
function findOpener(tokens: readonly IToken[], at: number): number | null {
  let closed = 0;
  for (let index = at - 1; index >= 0; index--) {
    const image = tokens[index].image;
    if (closers.has(image)) closed++;
    else if (image === '(' || image === '[' || image === '{') {
      if (closed === 0) return index;
      closed--;
    }
  }
  return null;
}

function describeOpener(tokens: readonly IToken[], opener: number): string {
  const before = tokens[opener - 1];
  switch (tokens[opener].tokenType) {
    case t.CallParen:
      if (tokens[opener - 2]?.tokenType === t.Pattern) return `the parameters of \`${before.image}\``;
      return `the argument list of \`${before.image}\``;
    case t.IndexBracket:
      return before.tokenType === t.Identifier ? `the index of \`${before.image}\`` : 'the index';
    case t.LeftBrace:
      return `the block of \`${blockOwner(tokens, opener)}\``;
    case t.LeftBracket:
      return 'the list';
    default:
      return 'the parenthesis';
  }
}

/** The word that a `{` belongs to: `block(8) {`, `by head {`, `attention x {`. */
function blockOwner(tokens: readonly IToken[], brace: number): string {
  let at = brace - 1;
  if (tokens[at]?.image === ')') at = (findOpener(tokens, at) ?? 1) - 1;
  const word = tokens[at]?.image ?? '';
  const before = tokens[at - 1];
  return before?.tokenType === t.By ? `by ${word}` : word;
}

function describeFound({ tokens }: Surroundings, at: number): string {
  const token = tokens[at];
  if (token === undefined) return 'the end of the file';
  if (t.reservedWords.has(token.image)) return `the word ${quote(token)}`;
  return token.tokenType === t.Text ? `the string ${quote(token)}` : quote(token);
}

/** A token in back quotes; long strings are cut. */
function quote(token: IToken): string {
  return `\`${token.image.length > 40 ? `${token.image.slice(0, 37)}…` : token.image}\``;
}

function helpFor(expected: string, rule: string, at: number, around: Surroundings): string[] {
  const token = around.tokens[at];
  const before = around.tokens[at - 1];
  if (token === undefined || before === undefined) return [];
  if (rule === '' && (token.image === ',' || token.image === ';')) {
    return ['fields and declarations follow one another without a separator'];
  }
  if (token.image === 'where') return ['a comparison is a set by itself: `S & i - j < w`'];
  const isName = expected === 'Identifier' || expected === 'Word';
  if (isName && t.reservedWords.has(token.image)) {
    return [`\`${token.image}\` is a word of the language; choose another name`];
  }
  if (token.image === '(' && before.tokenType === t.Identifier) {
    return [`in a call the parenthesis touches the name: \`${before.image}(\``];
  }
  if (token.image === '[' && startsNoExpression(before)) {
    return ['in a lookup the bracket touches the name, without white space'];
  }
  if (rule === 'field' && (token.image === '=' || token.image === ':')) {
    return [`a field takes its value without \`${token.image}\``];
  }
  if (token.image === '=' && (rule === '' || closers.has(expected)) && rule !== 'patternDeclaration') {
    return ['equality is written `==`'];
  }
  if (expected === 'else')
    return ['`if` is an expression: both branches are needed; `empty` and `full` are sets'];
  if (before.image === '-' && startsOnNewLine(around.tokens, at - 1, around.text)) {
    return ['a line that begins with `-` goes on with the expression above; parentheses keep them apart'];
  }
  return [];
}

function startsNoExpression(before: IToken): boolean {
  return (
    before.tokenType === t.Identifier ||
    before.tokenType === t.RightParen ||
    before.tokenType === t.RightBracket
  );
}

function spanAt({ tokens, file, text }: Surroundings, at: number): Span {
  const token = tokens[at];
  if (token !== undefined) return { file, start: token.startOffset, end: endOf(token) };
  const last = tokens[tokens.length - 1];
  const end = last === undefined ? text.length : endOf(last);
  return { file, start: end, end };
}
