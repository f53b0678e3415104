import type { DiagnosticName } from '../../../diagnostics/catalogue/index.ts';
import type { Help, Label, Span } from '../../../diagnostics/diagnostic.ts';
import type { Session } from '../../../diagnostics/session.ts';
import type { Neighborhood } from '../../../ir/graph.ts';
import type { Expression } from '../../../parser/ast.ts';
import type {
  ArrayDeclaration,
  DerivedDeclaration,
  LaunchParameter,
} from '../../../../runtime/declarations.ts';
import { MaskBuilder } from '../../../../runtime/mask/program/builder.ts';
import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import type { LinkedProgram } from '../../link-files.ts';
import { BoundsTable } from './bounds.ts';
import type { Bounds, KnownBounds } from './bounds.ts';
import { poison } from './value.ts';
import type { Value } from './value.ts';
import type { Scope } from './scope.ts';
import type { Space } from './space.ts';
import type { LowerOptions, Setting } from './options.ts';

/** What a report adds to its message. */
export interface Details {
  readonly label?: string;
  readonly secondary?: readonly Label[];
  readonly notes?: readonly string[];
  readonly help?: readonly (Help | string)[];
}

export type Evaluate = (lowering: Lowering, expression: Expression, scope: Scope) => Value;

/** A mask of so many expressions is no mask that a person wrote. */
const maxEvaluated = 200_000;

/** Expressions inside each other, over the bodies of all patterns and constants that are open; guards the stack. */
const maxDepth = 500;

/** Everything that grows while one graph is lowered: the mask arena, its spans, the declarations it needs. */
export class Lowering {
  readonly builder = new MaskBuilder();
  /** Where the nodes of `builder` were written. */
  readonly spans = new Map<NodeId, Span>();
  readonly inputs: ArrayDeclaration[] = [];
  readonly launch: LaunchParameter[] = [];
  readonly derived: DerivedDeclaration[] = [];
  /** Values of top-level constants, by file and name. */
  readonly constants = new Map<string, Value>();
  /** The patterns that are being called, for the refusal of recursion. */
  readonly calls: string[] = [];
  /** Arrays that are parameters of a pattern compiled alone. */
  readonly parameterArrays = new Set<string>();
  /** Settings that are taken by parameters, so that a constant of the same name keeps its value. */
  readonly hiddenSettings = new Set<string>();
  /** The first space that positions of the whole launch are given: what layouts may follow. */
  space: Space | null = null;
  /** Windows that advice may be given on. */
  readonly neighborhoods: Neighborhood[] = [];
  /** A space was wrong and has been reported: axes that are missing for it are not reported again. */
  spaceFailed = false;
  private readonly boundsTable = new BoundsTable(this.builder, () => this.knownBounds());
  private evaluated = 0;
  private depth = 0;
  private tooDeep = false;
  private errors = 0;

  constructor(
    readonly program: LinkedProgram,
    readonly options: LowerOptions,
    readonly session: Session,
    /** The sizes that the mask may ask for; an attention sets them before its mask is lowered. */
    public heads: number,
    public kvHeads: number,
    /** The declaration that is lowered. */
    private readonly root: Span,
    private readonly dispatch: Evaluate,
  ) {}

  /** Lowers an expression and remembers where its node was written. */
  evaluate(expression: Expression, scope: Scope): Value {
    if (this.evaluated++ >= maxEvaluated) {
      return this.report('expansion-too-large', this.root, 'The patterns expand without measure.', {
        label: `more than ${maxEvaluated} expressions`,
        notes: ['every call of a pattern is a copy of its body'],
        help: ['`let` keeps a set that is used more than once'],
      });
    }
    if (this.depth >= maxDepth) {
      if (this.tooDeep) return poison;
      this.tooDeep = true;
      return this.report('expansion-too-large', expression.span, 'Patterns and constants stand too deep.', {
        label: `more than ${maxDepth} expressions inside each other`,
        notes: ['a pattern counts with its body, wherever it is called'],
      });
    }
    this.depth++;
    const value = this.dispatch(this, expression, scope);
    this.depth--;
    if (value.kind === 'int' || value.kind === 'set' || value.kind === 'real') {
      if (!this.spans.has(value.node)) this.spans.set(value.node, expression.span);
    }
    return value;
  }

  /** Reports a problem; what it was found in becomes poison. */
  report(name: DiagnosticName, span: Span, message: string, details: Details = {}): Value {
    this.session.report(name, { message, span, ...details });
    this.errors++;
    return poison;
  }

  warn(name: DiagnosticName, span: Span, message: string, details: Details = {}): void {
    this.session.report(name, { message, span, ...details });
  }

  get failed(): boolean {
    return this.errors > 0;
  }

  /** What is known of an integer before anything is launched. */
  bounds(node: NodeId): Bounds {
    return this.boundsTable.of(node);
  }

  private knownBounds(): KnownBounds {
    const size: Bounds = { low: 1, high: Infinity };
    const symbols = new Map<string, Bounds>([
      ['nq', size],
      ['nk', size],
      ['batch', size],
      ['heads', { low: this.heads, high: this.heads }],
      ['layer', { low: 0, high: Infinity }],
      ...this.launch.map(({ name, min, max }): [string, Bounds] => [name, { low: min, high: max }]),
    ]);
    const tables = new Map(
      this.derived.flatMap((value) => (value.kind === 'constant' ? [[value.name, value] as const] : [])),
    );
    return { symbols, tables, heads: this.heads };
  }

  setHeads(heads: number, kvHeads: number): void {
    this.heads = heads;
    this.kvHeads = kvHeads;
    this.boundsTable.forget();
  }

  declareLaunch(parameter: LaunchParameter): void {
    this.launch.push(parameter);
    this.boundsTable.forget();
  }

  /** The setting that replaces a top-level constant of the main file. */
  settingOfConstant(name: string, file: string): Setting | undefined {
    if (file !== this.program.main.source.name || this.hiddenSettings.has(name)) return undefined;
    return Object.hasOwn(this.options.settings, name) ? this.options.settings[name] : undefined;
  }

  /** The value of a compile-time integer, or null. */
  constant(node: NodeId): number | null {
    const found = this.builder.node(node);
    return found.kind === 'int' ? found.value : null;
  }

  /** The text that a span covers. */
  text(span: Span): string {
    return (this.program.sources.get(span.file)?.text ?? '').slice(span.start, span.end);
  }

  /** A name for a derived value that no input, launch parameter or other derived value has. */
  freshName(stem: string): string {
    const taken = new Set([...this.inputs, ...this.launch, ...this.derived].map(({ name }) => name));
    if (!taken.has(stem)) return stem;
    for (let count = 2; ; count++) if (!taken.has(`${stem}_${count}`)) return `${stem}_${count}`;
  }

  /** Adds a derived value, or finds an equal one; returns its name. */
  derive(declaration: DerivedDeclaration): string {
    const contentOf = (value: DerivedDeclaration) =>
      JSON.stringify({ ...value, name: undefined, text: undefined });
    const content = contentOf(declaration);
    const equal = this.derived.find((other) => contentOf(other) === content);
    if (equal !== undefined) return equal.name;
    const name = this.freshName(declaration.name);
    this.derived.push({ ...declaration, name });
    return name;
  }

  /** Whether the compiler may ask for sorted ids by itself: the array is a parameter of a pattern, without a place for `sorted`. */
  mayPromiseSorted(name: string): boolean {
    return this.parameterArrays.has(name);
  }

  /** Turns the `sorted` promise on for an array that a pattern takes and that was not declared with it. */
  promiseSorted(name: string): void {
    const index = this.inputs.findIndex((input) => input.name === name);
    this.inputs[index] = { ...this.inputs[index], sorted: true };
  }
}
