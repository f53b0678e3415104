import type { ILexingError } from 'chevrotain';
import type { Source } from '../diagnostics/diagnostic.ts';
import type { Session } from '../diagnostics/session.ts';
import type { SourceFile } from './ast.ts';
import { checkNesting } from './check-nesting.ts';
import { checkTokens } from './check-tokens.ts';
import { CommentTable, findBlankLines } from './comments.ts';
import { describeSyntaxError, describeUnclosedAttention, describeUnexpected } from './describe-errors.ts';
import { Grammar } from './grammar.ts';
import { endOf, tokenize } from './lexer.ts';
import type { Problem } from './problem.ts';

export { printExpression, printFile } from './print/index.ts';

let grammar: Grammar | undefined;

/**
 * Parses a `.sa` file. Never throws: every syntax error is reported to the session, and the tree holds the
 * declarations and members that could be read.
 */
export function parse(source: Source, session: Session): SourceFile {
  const problems: Problem[] = [];
  const note = (problem: Problem): number => problems.push(problem);
  const file = source.name;
  const { tokens: all, comments: commentTokens, errors } = tokenize(source.text);
  for (const error of errors) note(describeUnknownCharacters(error, source));
  checkTokens(all, file, note);
  const tokens = checkNesting(all, file, note);

  const comments = new CommentTable(source, commentTokens);
  const around = { tokens, file, text: source.text };
  grammar ??= new Grammar({ validate: false });
  const items = grammar.run(tokens, {
    file,
    text: source.text,
    takeDoc: (previousEnd, start) => comments.takeDoc(previousEnd, start),
    syntaxError: (error, at) => note(describeSyntaxError(error, at, around)),
    unexpected: (at, inAttention) => note(describeUnexpected(at, inAttention, around)),
    unclosedAttention: (opener, at) => note(describeUnclosedAttention(opener, at, around)),
    chainedRange: ({ operator, first }) =>
      note({
        name: 'chained-range',
        message: 'Ranges do not chain.',
        span: { file, start: operator.startOffset, end: endOf(operator) },
        label: 'a second range',
        secondary: [{ span: first, text: 'this is a range already' }],
        help: ['a range has two ends; a list of ranges is written `[0..3, 8..11]`'],
      }),
    unknownAxis: (axis) =>
      note({
        name: 'unknown-by-axis',
        message: `\`by\` distinguishes heads or layers, not \`${axis.image}\`.`,
        span: { file, start: axis.startOffset, end: endOf(axis) },
        label: 'expected `head` or `layer`',
      }),
    repeatedElse: (first, second) =>
      note({
        name: 'repeated-else',
        message: 'A `by` has one `else`.',
        span: second,
        label: 'a second `else`',
        secondary: [{ span: first, text: 'the first one' }],
      }),
  });

  problems.sort((a, b) => a.span.start - b.span.start);
  for (const { name, ...details } of problems) session.report(name, details);
  return {
    kind: 'file',
    span: { file, start: 0, end: source.text.length },
    items,
    comments: comments.comments,
    blankLines: findBlankLines(source.text),
  };
}

function describeUnknownCharacters(error: ILexingError, source: Source): Problem {
  const span = { file: source.name, start: error.offset, end: error.offset + error.length };
  const characters = source.text.slice(span.start, span.end);
  const code = characters.codePointAt(0)!;
  const unicode = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const shown = /^[\p{L}\p{N}\p{P}\p{S}]/u.test(characters)
    ? `\`${String.fromCodePoint(code)}\` (${unicode})`
    : unicode;
  return {
    name: 'unknown-character',
    message: `The character ${shown} means nothing here.`,
    span,
    label: 'not part of the language',
    help: helpForCharacters(characters),
  };
}

function helpForCharacters(characters: string): string[] {
  if (characters.startsWith('#')) return ['comments begin with `//`'];
  if (/^['`\u201c\u201d\u2018\u2019]/.test(characters))
    return ['strings stand in double quotes: `"file.json"`'];
  if (/^\p{L}/u.test(characters)) return ['names hold the letters a to z and A to Z, digits and `_`'];
  if (/^[\p{Zs}\u200b-\u200d\u2060]/u.test(characters))
    return ['it looks like white space; write a plain space'];
  return [];
}
