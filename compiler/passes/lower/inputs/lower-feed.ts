import type { Argument, Expression } from '../../../parser/ast.ts';
import type { ArrayFeed } from '../../../../runtime/declarations.ts';
import { bindArguments } from '../values/call-arguments.ts';
import type { CallParameter } from '../values/call-arguments.ts';
import type { Lowering } from '../values/lowering.ts';
import { realConstant } from '../values/reals.ts';
import type { Scope } from '../values/scope.ts';
import { describe } from '../values/value.ts';
import type { ArrayKind, Value } from '../values/value.ts';

/** The feeds of inputs by name, with their arguments and the kinds of arrays that they fit. */
export const feeds: ReadonlyMap<
  string,
  { readonly parameters: readonly CallParameter[]; readonly kinds: readonly ArrayKind[] }
> = new Map([
  ['documents', { parameters: [{ name: 'length', required: true, positional: true }], kinds: ['int'] }],
  ['full', { parameters: [], kinds: ['int'] }],
  [
    'random',
    {
      parameters: [
        { name: 'density', required: false, positional: false },
        { name: 'below', required: false, positional: false },
        { name: 'seed', required: false, positional: false },
      ],
      kinds: ['int', 'bits', 'blocks', 'list', 'float'],
    },
  ],
  ['shuffled', { parameters: [{ name: 'seed', required: false, positional: false }], kinds: ['int'] }],
]);

/** What `run`, the fuzzer and benchmarks feed an input with: `= documents(64)`. Null after a report. */
export function lowerFeed(
  lowering: Lowering,
  feed: Expression,
  kind: ArrayKind,
  scope: Scope,
): ArrayFeed | null {
  const name = feed.kind === 'call' ? feed.callee.text : feed.kind === 'name' ? feed.text : null;
  const known = name === null ? undefined : feeds.get(name);
  if (known === undefined) return literalFeed(lowering, feed, kind, scope);
  if (!known.kinds.includes(kind)) {
    lowering.report('feed-mismatch', feed.span, `\`${name}\` does not fit an array of type ${kind}.`, {
      label: `feeds ${known.kinds.join(', ')}`,
    });
    return null;
  }
  const call =
    feed.kind === 'call'
      ? feed
      : ({
          kind: 'call',
          span: feed.span,
          callee: { kind: 'identifier', span: feed.span, text: name! },
          arguments: [],
          block: null,
        } as const);
  const bound = bindArguments(lowering, call, known.parameters);
  if (bound === null) return null;
  switch (name) {
    case 'documents': {
      const length = feedNumber(lowering, bound.get('length'), scope, 1, 1, Infinity);
      return length === null ? null : { kind: 'documents', length };
    }
    case 'random': {
      const density = feedNumber(lowering, bound.get('density'), scope, 0.5, 0, 1);
      const given = bound.get('below');
      const below = given === undefined ? null : feedNumber(lowering, given, scope, 1, 1, 2 ** 31);
      const seed = feedNumber(lowering, bound.get('seed'), scope, 1, 0, Infinity);
      if (density === null || seed === null || (given !== undefined && below === null)) return null;
      return { kind: 'random', seed, density, ...(below !== null && { below }) };
    }
    case 'shuffled': {
      const seed = feedNumber(lowering, bound.get('seed'), scope, 1, 0, Infinity);
      return seed === null ? null : { kind: 'shuffled', seed };
    }
    default:
      return { kind: 'full' };
  }
}

function feedNumber(
  lowering: Lowering,
  argument: Argument | undefined,
  scope: Scope,
  fallback: number,
  low: number,
  high: number,
): number | null {
  if (argument === undefined) return fallback;
  const value = lowering.evaluate(argument.value, scope);
  const number = plainNumber(lowering, value);
  if (number !== null && number >= low && number <= high) return number;
  if (value.kind !== 'error') {
    const wanted = high === Infinity ? `at least ${low}` : `in ${low}..${high}`;
    lowering.report('feed-mismatch', argument.span, `A number ${wanted} is wanted here.`, {
      label: number === null ? `this is ${describe(value)}` : `this is ${number}`,
    });
  }
  return null;
}

/** A number for every element, or all elements. */
function literalFeed(lowering: Lowering, feed: Expression, kind: ArrayKind, scope: Scope): ArrayFeed | null {
  const value = lowering.evaluate(feed, scope);
  if (value.kind === 'error') return null;
  const whole = kind === 'int' || kind === 'list';
  const fits = (number: number | null) => number !== null && (!whole || Number.isInteger(number));
  const number = plainNumber(lowering, value);
  if (number !== null && fits(number) && kind !== 'list') return { kind: 'constant', value: number };
  const plain = (element: Value): unknown => {
    if (element.kind === 'list') return element.elements.map(plain);
    const found = plainNumber(lowering, element);
    return fits(found) ? found : undefined;
  };
  const values = value.kind === 'list' ? value.elements.map(plain) : [undefined];
  if (!values.flat(8).includes(undefined)) return { kind: 'values', values };
  lowering.report('feed-mismatch', feed.span, `This does not feed an array of type ${kind}.`, {
    label: `this is ${describe(value)}`,
    help: [
      '`documents(64)`, `full`, `shuffled`, `random(density: 0.1, seed: 1)`, a number for every element, or a list of all elements',
    ],
  });
  return null;
}

function plainNumber(lowering: Lowering, value: Value): number | null {
  if (value.kind === 'int') return lowering.constant(value.node);
  if (value.kind === 'real') return realConstant(lowering.builder, value.node);
  if (value.kind !== 'set') return null;
  const node = lowering.builder.node(value.node);
  return node.kind === 'bool' ? Number(node.value) : null;
}
