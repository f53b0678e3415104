import type {
  AttentionDeclaration,
  Expression,
  PatternDeclaration,
  TypeReference,
} from '../../parser/ast.ts';
import type { Session } from '../../diagnostics/session.ts';
import type { LinkedFile } from '../link-files.ts';
import { arrayTypes, scalarTypes } from '../lower/inputs/convert-parameter.ts';
import { feeds } from '../lower/inputs/lower-feed.ts';
import { didYouMean } from '../../diagnostics/suggest-name.ts';
import { checkExpression } from './check-expression.ts';
import { checkOrder, checkSpace } from './check-space.ts';
import { NameScope } from './name-scope.ts';

/** Fields whose values are words of the language and no names. */
const wordFields: ReadonlySet<string> = new Set(['dtype', 'layout', 'outputs', 'normalize']);

/** Fields whose values are checked before the bindings, which see the regions. */
const spaceFields: ReadonlySet<string> = new Set(['over', 'order']);

/** Checks the names of a pattern; its scope tells which patterns it calls. */
export function checkPattern(pattern: PatternDeclaration, file: LinkedFile, session: Session): NameScope {
  const scope = new NameScope(file.names, session);
  for (const parameter of pattern.parameters) {
    const { type, range, value } = parameter;
    const array = type !== null && type.dims !== null;
    if (type !== null) checkType(type, array ? arrayTypes : scalarTypes, scope, false);
    if (range !== null) checkExpression(range, scope);
    if (value !== null && array) checkFeed(value, scope);
    else if (value !== null) checkExpression(value, scope);
    scope.bind(parameter.name, 'parameter');
  }
  for (const space of [pattern.space, pattern.keySpace]) if (space !== null) checkSpace(space, scope);
  for (const binding of pattern.bindings) {
    checkExpression(binding.value, scope);
    for (const name of binding.names) scope.bind(name, 'let');
  }
  checkExpression(pattern.body, scope);
  scope.reportUnused(pattern.name.text);
  return scope;
}

/** Checks the names of an attention. Launch parameters are seen by everything, inputs by bindings and fields. */
export function checkAttention(attention: AttentionDeclaration, file: LinkedFile, session: Session): void {
  const scope = new NameScope(file.names, session);
  const { members } = attention;
  for (const member of members) {
    if (member.kind !== 'launch') continue;
    if (member.type !== null) checkType(member.type, scalarTypes, scope, false);
    if (member.range !== null) checkExpression(member.range, scope);
    if (member.value !== null) checkExpression(member.value, scope);
    scope.bind(member.name, 'launch');
  }
  for (const member of members) {
    if (member.kind !== 'input') continue;
    checkType(member.type, arrayTypes, scope, false);
    if (member.feed !== null) checkFeed(member.feed, scope);
    scope.bind(member.name, 'input');
  }
  for (const member of members) {
    if (member.kind !== 'field') continue;
    if (member.name === 'over') for (const space of member.values) checkSpace(space, scope);
    if (member.name === 'order') for (const order of member.values) checkOrder(order, scope);
  }
  for (const member of members) {
    if (member.kind !== 'let') continue;
    checkExpression(member.value, scope, member.names.length > 1);
    for (const name of member.names) scope.bind(name, 'let');
  }
  for (const member of members) {
    if (member.kind === 'return') checkExpression(member.value, scope);
    if (member.kind !== 'field' || spaceFields.has(member.name) || wordFields.has(member.name)) continue;
    if (member.name === 'score') continue;
    for (const value of member.values) checkExpression(value, scope);
  }
  for (const member of members) {
    if (member.kind !== 'field' || member.name !== 'score') continue;
    scope.declareScore();
    for (const value of member.values) checkExpression(value, scope);
  }
  scope.reportUnused(attention.name.text);
}

function checkType(
  type: TypeReference,
  known: ReadonlySet<string>,
  scope: NameScope,
  lenient: boolean,
): void {
  const { text, span } = type.name;
  if (!known.has(text)) {
    scope.session.report('unknown-type', {
      message: `There is no type "${text}" ${type.dims === null ? 'of numbers or sets' : 'of arrays'}.`,
      span,
      label: `one of ${[...known].join(', ')}`,
      help: didYouMean(text, known, span),
    });
  }
  for (const dim of type.dims ?? []) checkExpression(dim, scope, lenient);
}

/** `documents(64)`: the words of feeds are known here only. */
function checkFeed(feed: Expression, scope: NameScope): void {
  if (feed.kind === 'name' && feeds.has(feed.text)) return;
  if (feed.kind !== 'call' || !feeds.has(feed.callee.text)) return checkExpression(feed, scope);
  for (const argument of feed.arguments) checkExpression(argument.value, scope);
}
