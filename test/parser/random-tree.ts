import fc from 'fast-check';
import type { Expression, Item, Member, SourceFile } from '../../compiler/parser/ast.ts';
import { fieldSyntax } from '../../compiler/parser/fields.ts';

const span = { file: 'test.sa', start: 0, end: 0 };

const freeWords = [
  'a',
  'w',
  'ids',
  'n',
  'i',
  'j',
  'head',
  'causal',
  'f16',
  'sorted',
  '_x1',
  'mask',
  'scale',
  'rows',
];
const anyWord = [...freeWords, 'by', 'in', 'over', 'select', 'else', 'not', 'div', 'true'];

const identifierOf = (words: string[]) =>
  fc.constantFrom(...words).map((text) => ({ kind: 'identifier' as const, span, text }));
const identifier = identifierOf(freeWords);
const word = identifierOf(anyWord);

const text = fc.string({ unit: 'binary', maxLength: 8 });
const doc = fc
  .array(fc.constantFrom('', 'A line.', '  indented', '- item', '/ slash', 'x // y'), { maxLength: 3 })
  .map((lines) => lines.join('\n'))
  // An empty doc and a doc of one empty line are the same text.
  .filter((lines) => lines !== '\n' || lines.length > 1);

const binaryOperator = fc.constantFrom('|', '&', '-', '+', '*', '/', 'div', 'mod', '<<', '>>', 'and', 'or');
const comparisonOperator = fc.constantFrom('<', '<=', '>', '>=', '==', '!=', 'in');
const reals = ['0.5', '1e-3', '12.25', '3.0e+2', '1.5E4'];

const { expression } = fc.letrec<{ expression: Expression }>((tie) => {
  const inner = tie('expression');
  const some = (minLength: number, maxLength = 3) => fc.array(inner, { minLength, maxLength });
  const maybe = fc.option(inner, { nil: null });
  const argument = fc.record({
    kind: fc.constant('argument'),
    span: fc.constant(span),
    name: fc.option(word, { nil: null }),
    value: inner,
  });
  const node = (kind: string, rest: Record<string, fc.Arbitrary<unknown>>) =>
    fc.record({
      kind: fc.constant(kind),
      span: fc.constant(span),
      ...rest,
    }) as unknown as fc.Arbitrary<Expression>;
  const leaves = [
    fc.integer({ min: 0, max: 2 ** 31 - 1 }).map((value): Expression => ({ kind: 'integer', span, value })),
    fc.constantFrom(...reals).map((text): Expression => ({ kind: 'real', span, value: Number(text), text })),
    fc.boolean().map((value): Expression => ({ kind: 'boolean', span, value })),
    text.map((value): Expression => ({ kind: 'string', span, value })),
    fc.constantFrom(...freeWords).map((name): Expression => ({ kind: 'name', span, text: name })),
  ];
  const branches = [
    node('member', { object: inner, property: word }),
    node('index', { object: inner, indices: some(1) }),
    node('call', { callee: identifier, arguments: fc.array(argument, { maxLength: 3 }), block: maybe }),
    node('unary', { operator: fc.constantFrom('-', '!', 'not'), operand: inner }),
    node('binary', { operator: binaryOperator, left: inner, right: inner }),
    node('binary', { operator: fc.constantFrom('|', '&'), left: inner, right: inner }),
    fc.integer({ min: 1, max: 3 }).chain((count) =>
      node('comparison', {
        operands: fc.array(inner, { minLength: count + 1, maxLength: count + 1 }),
        operators: fc.array(comparisonOperator, { minLength: count, maxLength: count }),
      }),
    ),
    node('range', { start: inner, end: inner, inclusive: fc.boolean() }),
    node('tuple', { elements: some(2) }),
    node('list', { elements: some(0) }),
    node('if', { condition: inner, then: inner, else: inner }),
    node('by', {
      axis: fc.constantFrom('head', 'layer'),
      cases: fc.array(fc.record({ span: fc.constant(span), labels: some(1), value: inner }), {
        maxLength: 3,
      }),
      otherwise: maybe,
    }),
    node('select', {
      granularity: inner,
      scorer: maybe,
      share: fc.option(identifier, { nil: null }),
      keep: maybe,
      force: maybe,
    }),
  ];
  return { expression: fc.oneof({ depthSize: 'small', withCrossShrink: true }, ...leaves, ...branches) };
});

const record = <Kind extends string>(kind: Kind, rest: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({ kind: fc.constant(kind), span: fc.constant(span), ...rest });
const optional = fc.option(expression, { nil: null });
const type = record('type', {
  name: identifier,
  dims: fc.option(fc.array(expression, { maxLength: 2 }), { nil: null }),
});
const typed = { name: identifier, type: fc.option(type, { nil: null }), range: optional, value: optional };
const letDeclaration = record('let', {
  names: fc.array(identifier, { minLength: 1, maxLength: 2 }),
  value: expression,
});

const countOf = {
  none: [0, 0],
  one: [1, 1],
  list: [1, 3],
  arguments: [1, 2],
  'optional-arguments': [0, 2],
} as const;
const knownField = fc
  .constantFrom(...fieldSyntax.values())
  .chain(({ name, values }) =>
    fc
      .array(expression, { minLength: countOf[values][0], maxLength: countOf[values][1] })
      .map((given) => ({ kind: 'field', span, name, nameSpan: span, values: given })),
  );
const unknownField = fc.option(fc.integer({ min: 0, max: 9 }), { nil: null }).map((value) => ({
  kind: 'field',
  span,
  name: 'flavour',
  nameSpan: span,
  values: value === null ? [] : [{ kind: 'integer', span, value }],
}));

const member = fc.oneof(
  record('input', { doc, name: identifier, type, sorted: fc.boolean(), feed: optional }),
  record('launch', { doc, ...typed }),
  letDeclaration,
  record('return', { value: expression }),
  knownField,
  unknownField,
) as unknown as fc.Arbitrary<Member>;

const item = fc.oneof(
  record('use', { path: record('string', { value: text }) }),
  letDeclaration,
  record('pattern', {
    doc,
    name: identifier,
    parameters: fc.array(record('parameter', typed), { maxLength: 3 }),
    space: optional,
    keySpace: fc.constant(null),
    bindings: fc.array(letDeclaration, { maxLength: 2 }),
    body: expression,
  }),
  record('attention', { doc, name: identifier, members: fc.array(member, { maxLength: 5 }) }),
) as unknown as fc.Arbitrary<Item>;

/** Random syntax trees without places and comments: every form of the grammar, in every position. */
export const randomFile: fc.Arbitrary<SourceFile> = fc
  .array(item, { maxLength: 3 })
  .map((items): SourceFile => ({ kind: 'file', span, items, comments: [], blankLines: [] }));
