import type { RealNode } from '../../../runtime/mask/program/nodes.ts';
import { floatLiteral } from '../literals.ts';
import { product, summand, tight } from './operators.ts';
import type { Dialect, Printed } from './operators.ts';

/** What the leaves of the program of a score are called, beside those of every program. */
export interface RealScope {
  /** The score that is changed. */
  readonly score: string;
  /** The function that reads a real array, 0 outside of it. */
  readonly reader: (array: string) => string;
  /** Whether a symbol is real: a launch parameter or a value that the host derives. */
  readonly isReal: (symbol: string) => boolean;
}

/** Below this f32 has no full precision, and languages differ in what they make of a literal. */
const LEAST_NORMAL = 2 ** -126;

/** One operator over f32; `reader` is of a lookup the function and what it takes before the indices. */
export function printReal(
  node: Exclude<RealNode, { kind: 'to-real' | 'real-lookup' }>,
  operands: readonly Printed[],
  scope: RealScope,
  dialect: Dialect,
): Printed {
  const [first, second] = operands;
  switch (node.kind) {
    case 'real': {
      const text = dialect.real.literal(floatLiteral(Math.abs(node.value) < LEAST_NORMAL ? 0 : node.value));
      return { text, binding: text.startsWith('-') ? 'unary' : 'atom' };
    }
    case 'score':
      return { text: scope.score, binding: 'atom' };
    case 'real-select':
      return { text: dialect.select(first.text, second.text, operands[2].text), binding: 'atom' };
    case 'real-unary':
      return node.op === 'neg'
        ? { text: `-${tight(first)}`, binding: 'unary' }
        : dialect.real.functions[node.op](first);
    case 'real-binary':
      switch (node.op) {
        case 'add':
        case 'sub':
          return {
            text: `${summand(first)} ${node.op === 'add' ? '+' : '-'} ${product(second)}`,
            binding: 'sum',
          };
        case 'mul':
        case 'div':
          return {
            text: `${product(first)} ${node.op === 'mul' ? '*' : '/'} ${tight(second)}`,
            binding: 'product',
          };
        case 'min':
          return realCall(dialect.real.least, first, second);
        case 'max':
          return realCall(dialect.real.most, first, second);
        case 'pow':
          return realCall('power', first, second);
      }
  }
}

/** `f(a, b)`. */
export function realCall(name: string, ...operands: readonly Printed[]): Printed {
  return { text: `${name}(${operands.map(({ text }) => text).join(', ')})`, binding: 'atom' };
}
