import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { Combine } from '../../../ir/graph.ts';
import type { LinkedFile } from '../../link-files.ts';
import type { Region, Space } from './space.ts';

/**
 * What an expression means while a specification is lowered. Numbers and sets are nodes of the graph's mask builder, so
 * a compile-time integer is an `int` node. A set of pairs *is* a boolean over i and j.
 */
export type Value =
  | { readonly kind: 'int'; readonly node: NodeId }
  | { readonly kind: 'real'; readonly node: NodeId }
  | { readonly kind: 'set'; readonly node: NodeId }
  /** The integers low <= x < high. */
  | { readonly kind: 'range'; readonly low: NodeId; readonly high: NodeId }
  | { readonly kind: 'list'; readonly elements: readonly Value[] }
  | { readonly kind: 'tuple'; readonly elements: readonly Value[] }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'array'; readonly array: ArrayValue }
  /** One row of a list array; `inside` says whether the row exists. */
  | { readonly kind: 'row'; readonly array: string; readonly row: NodeId; readonly inside: NodeId }
  | { readonly kind: 'table'; readonly table: TableValue }
  /** A partition of the positions: `same` where i and j lie in one part, `inner` the scope re-based to that part. */
  | { readonly kind: 'part'; readonly same: NodeId; readonly inner: Scope }
  /** A region of the space: a set of positions, and with its axes a grid. */
  | { readonly kind: 'region'; readonly region: Region }
  /** What `attend`, `merge` and `concat` give: one attend, or several with the way they become one output. */
  | { readonly kind: 'attention'; readonly combine: Combine; readonly attends: readonly AttendValue[] }
  /** Something was wrong and has been reported; what is computed from it is not reported again. */
  | { readonly kind: 'error' };

/**
 * What the names of an expression stand for: the current indices and sizes, and the names that parameters and `let`
 * bind. `block(b) { S }` and `within(PART) { S }` lower S in a scope with other indices, so no form has special cases.
 */
export interface Scope {
  /** i */
  readonly query: NodeId;
  /** j */
  readonly key: NodeId;
  /** j - i. Inside a part both indices lose the same start, so this stays the outer difference. */
  readonly ahead: NodeId;
  /** i - j */
  readonly behind: NodeId;
  /** n and nk: the number of key positions. */
  readonly nk: NodeId;
  readonly nq: NodeId;
  /** One more than the last query position, for tables over i. */
  readonly positions: NodeId;
  /** What the positions stand for; null where they are plain: no `over`, block indices, positions inside a part. */
  readonly space: Space | null;
  /** Whether kernels compute what is written: in the field `score`, where reals are compared pair by pair. */
  readonly inScore?: boolean;
  /** The file whose patterns and constants are visible. */
  readonly file: LinkedFile;
  readonly names: ReadonlyMap<string, Value>;
}

export type ArrayKind = 'int' | 'bits' | 'blocks' | 'list' | 'float';

/** A run-time array: an input of an attention or an array parameter of a pattern. */
export interface ArrayValue {
  readonly name: string;
  readonly kind: ArrayKind;
  /** Sizes over symbols; for a list the sizes of its rows. */
  readonly dims: readonly NodeId[];
  /** The source text of each size. */
  readonly dimNames: readonly string[];
}

/** A constant array of numbers out of a table file or a list in the text. */
export interface TableValue {
  readonly dims: readonly number[];
  readonly values: readonly number[];
  /** Real if any number has a fraction. */
  readonly type: 'int' | 'real';
  /** How messages call it: `table("widths.json")`. */
  readonly title: string;
}

/** One `attend`: the pairs that its softmax sees. */
export interface AttendValue {
  /** The name that `let` gave it, `''` where there is none. */
  readonly name: string;
  /** The whole call. */
  readonly span: Span;
  readonly mask: NodeId;
}

export const poison: Value = { kind: 'error' };

export function int(node: NodeId): Value {
  return { kind: 'int', node };
}

export function real(node: NodeId): Value {
  return { kind: 'real', node };
}

export function set(node: NodeId): Value {
  return { kind: 'set', node };
}

/** The type of a value in words, for messages. */
export function describe(value: Value): string {
  switch (value.kind) {
    case 'int':
      return 'an integer';
    case 'real':
      return 'a real number';
    case 'set':
      return 'a set of pairs';
    case 'range':
      return 'a range';
    case 'list':
      return 'a list';
    case 'tuple':
      return 'a tuple';
    case 'string':
      return 'a text';
    case 'array':
      return `the ${value.array.kind} array "${value.array.name}"`;
    case 'row':
      return `a row of the list "${value.array}"`;
    case 'table':
      return value.table.title;
    case 'part':
      return 'a partition';
    case 'region':
      return `the region "${value.region.name}"`;
    case 'attention':
      return 'an attention';
    case 'error':
      return 'nothing';
  }
}
