import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { Argument, CallExpression, Expression } from '../../../parser/ast.ts';
import type { MaskBuilder } from '../../../../runtime/mask/program/builder.ts';
import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import { didYouMean } from '../../../diagnostics/suggest-name.ts';
import type { CallParameter } from '../values/call-arguments.ts';
import { expectInt, expectPositive } from '../values/expect.ts';
import type { Lowering } from '../values/lowering.ts';
import type { Scope } from '../values/scope.ts';
import { describe, poison } from '../values/value.ts';
import type { Value } from '../values/value.ts';

export interface FormParameter extends CallParameter {
  /** What the argument is, as the documentation shows it. */
  readonly type: 'int' | 'bool' | 'range' | 'positions' | 'array' | 'part' | 'word' | 'axis' | 'rule';
  /** The words that a `word` may be; the first is the default. */
  readonly words?: readonly string[];
}

/** A form of the language: a set of pairs, a partition or an array, with a name and arguments. */
export interface Form {
  readonly name: string;
  /** `window(each: w)`, one entry a way to write it. */
  readonly signatures: readonly string[];
  /** The exact meaning, as the documentation shows it. */
  readonly doc: string;
  readonly parameters: readonly FormParameter[];
  /** Whether `{ S }` follows. */
  readonly block: boolean;
  readonly result: 'set' | 'part' | 'array';
  readonly lower: (call: FormCall) => Value;
}

export const optional = (name: string, type: FormParameter['type']): FormParameter => ({
  name,
  type,
  required: false,
  positional: false,
});

export const required = (name: string, type: FormParameter['type']): FormParameter => ({
  name,
  type,
  required: true,
  positional: true,
});

/** A call of a form whose arguments have been given to its parameters. */
export class FormCall {
  readonly builder: MaskBuilder;

  constructor(
    readonly lowering: Lowering,
    readonly scope: Scope,
    readonly form: Form,
    readonly call: CallExpression | { readonly span: Span; readonly block: Expression | null },
    private readonly bound: ReadonlyMap<string, Argument>,
  ) {
    this.builder = lowering.builder;
  }

  get span(): Span {
    return this.call.span;
  }

  has(name: string): boolean {
    return this.bound.has(name);
  }

  /** Where an argument was written; the call where it was left out. */
  spanOf(name: string): Span {
    return this.bound.get(name)?.value.span ?? this.call.span;
  }

  /** The value of an argument that was given. */
  value(name: string): Value {
    return this.lowering.evaluate(this.bound.get(name)!.value, this.scope);
  }

  int(name: string): NodeId | null {
    return expectInt(this.lowering, this.value(name), this.spanOf(name), this.place(name));
  }

  /** An integer that is proved to be at least 1; `fallback` where it was left out. */
  positive(name: string, fallback?: number): NodeId | null {
    if (fallback !== undefined && !this.has(name)) return this.builder.int(fallback);
    return expectPositive(this.lowering, this.value(name), this.spanOf(name), this.place(name));
  }

  /** The syntax of an argument that was given: for words and axes. */
  written(name: string): Expression {
    return this.bound.get(name)!.value;
  }

  /** A value of a tuple as an integer that is proved to be at least 1. */
  positiveValue(name: string, value: Value): NodeId | null {
    return expectPositive(this.lowering, value, this.spanOf(name), this.place(name));
  }

  /** An integer that is not known to be negative. */
  extent(name: string, fallback?: number): NodeId | null {
    if (fallback !== undefined && !this.has(name)) return this.builder.int(fallback);
    return this.extentValue(name, this.value(name));
  }

  /** A value of a tuple as an integer that is not known to be negative. */
  extentValue(name: string, value: Value): NodeId | null {
    const node = expectInt(this.lowering, value, this.spanOf(name), this.place(name));
    if (node === null) return null;
    const { high } = this.lowering.bounds(node);
    if (high >= 0) return node;
    this.lowering.report('negative-extent', this.spanOf(name), `${this.place(name)} must not be negative.`, {
      label: `this is ${high}`,
    });
    return null;
  }

  /** True or false, known when the file is compiled; `fallback` where it was left out. Null after a report. */
  flag(name: string, fallback: boolean): boolean | null {
    return this.has(name) ? this.flagValue(name, this.value(name)) : fallback;
  }

  flagValue(name: string, value: Value): boolean | null {
    const node = value.kind === 'set' ? this.builder.node(value.node) : null;
    if (node?.kind === 'bool') return node.value;
    if (value.kind === 'error') return null;
    this.lowering.report('type-mismatch', this.spanOf(name), `${this.place(name)} must be true or false.`, {
      label: `this is ${describe(value)}`,
    });
    return null;
  }

  /** One of the words of a parameter; the first where it was left out. Null after a report. */
  word(name: string): string | null {
    const { words = [] } = this.form.parameters.find((parameter) => parameter.name === name)!;
    const given = this.bound.get(name)?.value;
    if (given === undefined) return words[0];
    const text = given.kind === 'name' ? given.text : null;
    if (text !== null && words.includes(text)) return text;
    this.lowering.report(
      'not-a-choice',
      given.span,
      `${this.place(name)} must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}.`,
      {
        label: 'none of these words',
        help: text === null ? [] : didYouMean(text, words, given.span),
      },
    );
    return null;
  }

  /** The set in the braces, in another scope. */
  inside(scope: Scope): Value {
    return this.call.block === null ? poison : this.lowering.evaluate(this.call.block, scope);
  }

  place(name: string): string {
    return `The argument "${name}" of \`${this.form.name}\``;
  }
}
