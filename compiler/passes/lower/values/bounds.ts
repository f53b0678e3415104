import type { DerivedDeclaration } from '../../../../runtime/declarations.ts';
import type { MaskBuilder } from '../../../../runtime/mask/program/builder.ts';
import type { MaskNode, NodeId } from '../../../../runtime/mask/program/nodes.ts';

/** low <= value <= high, with infinities where nothing is known. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** What is known about symbols and indices before anything is launched. */
export interface KnownBounds {
  readonly symbols: ReadonlyMap<string, Bounds>;
  /** Lists of constants and tables of a file. */
  readonly tables: ReadonlyMap<string, ConstantTable>;
  readonly heads: number;
}

type ConstantTable = Extract<DerivedDeclaration, { kind: 'constant' }>;

const anything: Bounds = { low: -Infinity, high: Infinity };

/**
 * Bounds of the integer nodes of a builder by interval arithmetic: sound, not tight. Sizes are taken to be at least 1.
 * Operands stand before their users, so one sweep serves all nodes, and each node is looked at once.
 */
export class BoundsTable {
  private readonly found: Bounds[] = [];

  constructor(
    private readonly builder: MaskBuilder,
    private readonly known: () => KnownBounds,
  ) {}

  of(id: NodeId): Bounds {
    if (this.found.length <= id) {
      const known = this.known();
      while (this.found.length <= id) {
        this.found.push(nodeBounds(this.builder.node(this.found.length), this.found, known));
      }
    }
    return this.found[id];
  }

  /** To be called when more is known. */
  forget(): void {
    this.found.length = 0;
  }
}

function nodeBounds(node: MaskNode, found: readonly Bounds[], known: KnownBounds): Bounds {
  const of = (operand: NodeId) => found[operand];
  switch (node.kind) {
    case 'int':
      return { low: node.value, high: node.value };
    case 'key':
    case 'batch':
      return { low: 0, high: Infinity };
    case 'head':
      return { low: 0, high: known.heads - 1 };
    case 'symbol':
      return known.symbols.get(node.name) ?? anything;
    case 'arithmetic':
      return arithmeticBounds(node, of(node.left), of(node.right));
    case 'neg': {
      const { low, high } = of(node.operand);
      return { low: -high, high: -low };
    }
    case 'abs': {
      const { low, high } = of(node.operand);
      const largest = Math.max(Math.abs(low), Math.abs(high));
      return { low: low > 0 ? low : high < 0 ? -high : 0, high: largest };
    }
    case 'bit-length':
      return { low: 0, high: 32 };
    case 'lookup': {
      const table = known.tables.get(node.array);
      return table === undefined ? anything : tableBounds(table, node.indices.map(of));
    }
    case 'select': {
      const [then, otherwise] = [of(node.then), of(node.else)];
      return { low: Math.min(then.low, otherwise.low), high: Math.max(then.high, otherwise.high) };
    }
    default:
      return anything;
  }
}

/** The elements of a table, where every index is proved to be inside. */
function tableBounds({ dims, values }: ConstantTable, indices: readonly Bounds[]): Bounds {
  const isInside = indices.every(({ low, high }, dim) => low >= 0 && high < dims[dim]);
  return isInside ? hull(values) : anything;
}

function arithmeticBounds(node: MaskNode & { kind: 'arithmetic' }, a: Bounds, b: Bounds): Bounds {
  switch (node.op) {
    case 'add':
      return { low: a.low + b.low, high: a.high + b.high };
    case 'sub':
      return { low: a.low - b.high, high: a.high - b.low };
    case 'mul':
      return hull([
        product(a.low, b.low),
        product(a.low, b.high),
        product(a.high, b.low),
        product(a.high, b.high),
      ]);
    case 'div':
      if (b.low < 1) return anything;
      return hull([
        quotient(a.low, b.low),
        quotient(a.low, b.high),
        quotient(a.high, b.low),
        quotient(a.high, b.high),
      ]);
    case 'mod':
      return b.low < 1 ? anything : { low: 0, high: Math.min(b.high - 1, a.low >= 0 ? a.high : Infinity) };
    case 'min':
      return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) };
    case 'max':
      return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
    case 'shl':
      return a.low >= 0 && b.low >= 0
        ? { low: a.low * 2 ** b.low, high: product(a.high, 2 ** b.high) }
        : anything;
    case 'shr':
      return a.low >= 0 && b.low >= 0 ? { low: 0, high: a.high } : anything;
  }
}

function product(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b;
}

function quotient(a: number, b: number): number {
  if (Number.isFinite(a)) return Number.isFinite(b) ? Math.floor(a / b) : a < 0 ? -1 : 0;
  return a;
}

function hull(values: readonly number[]): Bounds {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return { low, high };
}
