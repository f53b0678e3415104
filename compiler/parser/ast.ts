import type { Span } from '../diagnostics/diagnostic.ts';

/**
 * The syntax tree of a `.sa` file: what was written, nothing resolved. Names are plain text; a call may turn out to be
 * a pattern, a form of the language or a function. Every node carries its span; comments live beside the tree.
 */
export interface SourceFile {
  readonly kind: 'file';
  readonly span: Span;
  readonly items: readonly Item[];
  readonly comments: readonly Comment[];
  /** Offsets of the first blank line of every run of blank lines, ascending: the formatter keeps one for each run. */
  readonly blankLines: readonly number[];
}

/** `// …` or `/// …`, text without the slashes and without white space at its end. */
export interface Comment {
  readonly kind: 'comment';
  readonly span: Span;
  readonly text: string;
  /** Written with three slashes. */
  readonly doc: boolean;
  /** `doc`: part of the `doc` of the node that follows. `trailing`: something stands before it on its line. */
  readonly placement: 'doc' | 'own-line' | 'trailing';
}

export type Item = UseDeclaration | LetDeclaration | PatternDeclaration | AttentionDeclaration;

/** `use "./common.sa"`: the patterns and constants of another file become known here. */
export interface UseDeclaration {
  readonly kind: 'use';
  readonly span: Span;
  readonly path: StringLiteral;
}

/** `let x = EXPR`, at top level a constant. In an attention, several names take the results of one operation. */
export interface LetDeclaration {
  readonly kind: 'let';
  readonly span: Span;
  readonly names: readonly Identifier[];
  readonly value: Expression;
}

/** `pattern NAME(params) over SPACE by SPACE = let … SET` */
export interface PatternDeclaration {
  readonly kind: 'pattern';
  readonly span: Span;
  /** The `///` lines right before the declaration, joined by line breaks; `''` where there are none. */
  readonly doc: string;
  readonly name: Identifier;
  readonly parameters: readonly Parameter[];
  readonly space: Expression | null;
  /** The space of the keys, where it is another than that of the queries. */
  readonly keySpace: Expression | null;
  readonly bindings: readonly LetDeclaration[];
  readonly body: Expression;
}

/** `w: int in 1..64 = 8` */
export interface Parameter {
  readonly kind: 'parameter';
  readonly span: Span;
  readonly name: Identifier;
  readonly type: TypeReference | null;
  readonly range: Expression | null;
  readonly value: Expression | null;
}

/** `int`, `real`, `bool`, `set`, `range`, or an array type `int[batch, n]`, `bits[..]`, `blocks[..]`, `list[..]`, `float[..]`. */
export interface TypeReference {
  readonly kind: 'type';
  readonly span: Span;
  readonly name: Identifier;
  /** Null for a scalar; `[]` for `list[]`. */
  readonly dims: readonly Expression[] | null;
}

/** `attention NAME { … }` */
export interface AttentionDeclaration {
  readonly kind: 'attention';
  readonly span: Span;
  readonly doc: string;
  readonly name: Identifier;
  readonly members: readonly Member[];
}

export type Member = InputDeclaration | LaunchDeclaration | LetDeclaration | ReturnDeclaration | Field;

/** `input ids: int[batch, n] sorted = documents(64)` */
export interface InputDeclaration {
  readonly kind: 'input';
  readonly span: Span;
  readonly doc: string;
  readonly name: Identifier;
  readonly type: TypeReference;
  readonly sorted: boolean;
  readonly feed: Expression | null;
}

/** `launch w: int in 1..65536 = 256` */
export interface LaunchDeclaration {
  readonly kind: 'launch';
  readonly span: Span;
  readonly doc: string;
  readonly name: Identifier;
  readonly type: TypeReference | null;
  readonly range: Expression | null;
  readonly value: Expression | null;
}

/** `return EXPR` */
export interface ReturnDeclaration {
  readonly kind: 'return';
  readonly span: Span;
  readonly value: Expression;
}

/**
 * A field of an attention: `heads 12`, `queries at nk - nq`, `outputs out, lse`, `bias key(b)`, `alibi`.
 * `name` is the one or two words joined by a space (the table is ./fields.ts); an unknown word is kept for the report.
 */
export interface Field {
  readonly kind: 'field';
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly values: readonly Expression[];
}

export interface Identifier {
  readonly kind: 'identifier';
  readonly span: Span;
  readonly text: string;
}

export interface StringLiteral {
  readonly kind: 'string';
  readonly span: Span;
  readonly value: string;
}

export type BinaryOperator = '|' | '&' | '-' | '+' | '*' | '/' | 'div' | 'mod' | '<<' | '>>' | 'and' | 'or';
export type ComparisonOperator = '<' | '<=' | '>' | '>=' | '==' | '!=' | 'in';

export type Expression =
  | { readonly kind: 'integer'; readonly span: Span; readonly value: number }
  | { readonly kind: 'real'; readonly span: Span; readonly value: number; readonly text: string }
  | { readonly kind: 'boolean'; readonly span: Span; readonly value: boolean }
  | StringLiteral
  | NameExpression
  /** `i.t`, `cmp.probs` */
  | {
      readonly kind: 'member';
      readonly span: Span;
      readonly object: Expression;
      readonly property: Identifier;
    }
  /** `ids[i]`, `mask[i, j]`: the bracket touches what stands before it. */
  | {
      readonly kind: 'index';
      readonly span: Span;
      readonly object: Expression;
      readonly indices: readonly Expression[];
    }
  | CallExpression
  | {
      readonly kind: 'unary';
      readonly span: Span;
      readonly operator: '-' | '!' | 'not';
      readonly operand: Expression;
    }
  | {
      readonly kind: 'binary';
      readonly span: Span;
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** `0 <= i - j < w`: n operands, n - 1 operators, all must hold. */
  | {
      readonly kind: 'comparison';
      readonly span: Span;
      readonly operands: readonly Expression[];
      readonly operators: readonly ComparisonOperator[];
    }
  | {
      readonly kind: 'range';
      readonly span: Span;
      readonly start: Expression;
      readonly end: Expression;
      /** `a..b` includes b, `a..<b` does not. */
      readonly inclusive: boolean;
    }
  /** `(a, b)`. `(a)` is grouping and leaves no node: the printer adds the parentheses that are needed. */
  | { readonly kind: 'tuple'; readonly span: Span; readonly elements: readonly Expression[] }
  /** `(t: 21, h: 45)`: the named axes of a grid without a name of its own. */
  | { readonly kind: 'axes'; readonly span: Span; readonly arguments: readonly Argument[] }
  | { readonly kind: 'list'; readonly span: Span; readonly elements: readonly Expression[] }
  | {
      readonly kind: 'if';
      readonly span: Span;
      readonly condition: Expression;
      readonly then: Expression;
      readonly else: Expression;
    }
  | ByExpression
  | SelectExpression;

export interface NameExpression {
  readonly kind: 'name';
  readonly span: Span;
  readonly text: string;
}

/** `f(a, w: 8) { S }`: the parenthesis touches the name. With a block and no arguments the parentheses may be left out. */
export interface CallExpression {
  readonly kind: 'call';
  readonly span: Span;
  readonly callee: Identifier;
  readonly arguments: readonly Argument[];
  readonly block: Expression | null;
}

export interface Argument {
  readonly kind: 'argument';
  readonly span: Span;
  readonly name: Identifier | null;
  readonly value: Expression;
}

/** `by head { 0..<4: A; 5, 7: B; else: C }` */
export interface ByExpression {
  readonly kind: 'by';
  readonly span: Span;
  readonly axis: 'head' | 'layer';
  readonly cases: readonly {
    readonly span: Span;
    readonly labels: readonly Expression[];
    readonly value: Expression;
  }[];
  readonly otherwise: Expression | null;
}

/** `select blocks(64) by SCORER share kv_group keep RULE force SET` */
export interface SelectExpression {
  readonly kind: 'select';
  readonly span: Span;
  readonly granularity: Expression;
  readonly scorer: Expression | null;
  readonly share: Identifier | null;
  readonly keep: Expression | null;
  readonly force: Expression | null;
}
