import type { MaskNode, NodeId, NodeType, RealUnaryOp } from '../../../runtime/mask/program/nodes.ts';

/** How tightly the outermost operator of a text binds. Shifts, bits and logic are mixed only with parentheses. */
export type Binding =
  'atom' | 'unary' | 'product' | 'sum' | 'bits' | 'relation' | 'and' | 'or' | 'eager and' | 'eager or';

export interface Printed {
  readonly text: string;
  readonly binding: Binding;
  /** Whether evaluating the text reads an array: worth a branch where the result may not matter. */
  readonly isCostly?: boolean;
}

/** Where the target languages differ. */
export interface Dialect {
  /** The statement that names a value. */
  readonly declare: (name: string, value: string, type: NodeType) => string;
  readonly select: (condition: string, then: string, otherwise: string) => string;
  /** The amount of a shift that is known, 0 .. 31, and of one that is not. */
  readonly knownShift: (amount: number) => string;
  readonly shift: (amount: string) => string;
  /**
   * Whether conditions that cost next to nothing are joined by `&` and `|`, which evaluate both sides. Where a shader
   * compiler makes a block of every `&&` and `||`, a mask of twenty conditions is twenty branches one after another.
   */
  readonly isEager: boolean;
  readonly real: RealDialect;
}

/** How a language writes f32. The functions on reals are those of docs/language.md; each is right at the ends of f32. */
export interface RealDialect {
  /** From the digits of a number, with a point or an exponent. */
  readonly literal: (digits: string) => string;
  /** An i32 as f32, from a text that stands by itself. */
  readonly convert: (text: string) => Printed;
  readonly functions: Readonly<Record<Exclude<RealUnaryOp, 'neg'>, (operand: Printed) => Printed>>;
  readonly least: string;
  readonly most: string;
}

type OperatorNode = Extract<
  MaskNode,
  {
    kind:
      | 'arithmetic'
      | 'neg'
      | 'abs'
      | 'bit-length'
      | 'select'
      | 'compare'
      | 'and'
      | 'or'
      | 'not'
      | 'is-power-of-two';
  }
>;

/**
 * One operator over 32-bit signed integers. `/` and `%` truncate in WGSL and in C, so floored division is a function of
 * the prelude, except where a shift, a mask or a proof that the dividend is not negative makes the plain form exact.
 */
export function printOperator(
  node: OperatorNode,
  operands: readonly Printed[],
  nonNegative: (id: NodeId) => boolean,
  dialect: Dialect,
): Printed {
  const [first, second] = operands;
  switch (node.kind) {
    case 'neg':
      return { text: `-${tight(first)}`, binding: 'unary' };
    case 'abs':
      return nonNegative(node.operand) ? first : atom(`abs(${first.text})`);
    case 'bit-length':
      return atom(`bit_length(${first.text})`);
    case 'is-power-of-two':
      return atom(`is_power_of_two(${first.text})`);
    case 'not':
      return { text: `!${tight(first)}`, binding: 'unary' };
    case 'select':
      return atom(dialect.select(first.text, second.text, operands[2].text));
    case 'compare': {
      const sign = { lt: '<', le: '<=', eq: '==', ne: '!=' }[node.op];
      return { text: `${term(first)} ${sign} ${term(second)}`, binding: 'relation' };
    }
    case 'and':
    case 'or':
      return join(node.kind, first, second, dialect.isEager && second.isCostly !== true);
    case 'arithmetic':
      return arithmetic(node, first, second, nonNegative, dialect);
  }
}

/** Only the right side of `&&` and `||` is guarded: the left one is always evaluated. */
function join(kind: 'and' | 'or', left: Printed, right: Printed, isEager: boolean): Printed {
  if (isEager) {
    const binding = `eager ${kind}` as const;
    // In WGSL comparisons stand in parentheses beside & and |.
    const side = (printed: Printed): string => within(printed, ['atom', 'unary', binding]);
    return { text: `${side(left)} ${kind === 'and' ? '&' : '|'} ${side(right)}`, binding };
  }
  const side = (printed: Printed): string => within(printed, ['atom', 'unary', 'relation', kind]);
  return { text: `${side(left)} ${kind === 'and' ? '&&' : '||'} ${side(right)}`, binding: kind };
}

function arithmetic(
  node: OperatorNode & { kind: 'arithmetic' },
  left: Printed,
  right: Printed,
  nonNegative: (id: NodeId) => boolean,
  dialect: Dialect,
): Printed {
  switch (node.op) {
    case 'add':
      return { text: `${summand(left)} + ${product(right)}`, binding: 'sum' };
    case 'sub':
      return { text: `${summand(left)} - ${product(right)}`, binding: 'sum' };
    case 'mul':
      return { text: `${product(left)} * ${tight(right)}`, binding: 'product' };
    case 'min':
    case 'max':
      return atom(`${node.op}(${left.text}, ${right.text})`);
    case 'shl':
      return { text: `${tight(left)} << ${shiftAmount(right, dialect)}`, binding: 'bits' };
    case 'shr':
      return { text: `${tight(left)} >> ${shiftAmount(right, dialect)}`, binding: 'bits' };
    case 'div':
    case 'mod':
      return division(node, left, right, nonNegative(node.left), dialect);
  }
}

/** Two's complement makes an arithmetic shift and a bit mask floored for negative dividends too. */
function division(
  node: OperatorNode & { kind: 'arithmetic' },
  left: Printed,
  right: Printed,
  nonNegative: boolean,
  dialect: Dialect,
): Printed {
  const divisor = /^\d+$/.test(right.text) ? Number(right.text) : 0;
  if (divisor > 0 && (divisor & (divisor - 1)) === 0) {
    return node.op === 'div'
      ? { text: `${tight(left)} >> ${dialect.knownShift(Math.log2(divisor))}`, binding: 'bits' }
      : { text: `${tight(left)} & ${divisor - 1}`, binding: 'bits' };
  }
  if (nonNegative) {
    return { text: `${product(left)} ${node.op === 'div' ? '/' : '%'} ${tight(right)}`, binding: 'product' };
  }
  return atom(`floor_${node.op}(${left.text}, ${right.text})`);
}

/** A shift by 32 or more empties the word; hardware would take the amount modulo 32. */
function shiftAmount(amount: Printed, dialect: Dialect): string {
  return /^\d+$/.test(amount.text)
    ? dialect.knownShift(Math.min(Number(amount.text), 31))
    : dialect.shift(`min(${amount.text}, 31)`);
}

function atom(text: string): Printed {
  return { text, binding: 'atom' };
}

function within(printed: Printed, allowed: readonly Binding[]): string {
  return allowed.includes(printed.binding) ? printed.text : `(${printed.text})`;
}

export const tight = (printed: Printed): string => within(printed, ['atom']);
export const product = (printed: Printed): string => within(printed, ['atom', 'unary', 'product']);
export const summand = (printed: Printed): string => within(printed, ['atom', 'unary', 'product', 'sum']);
const term = summand;
