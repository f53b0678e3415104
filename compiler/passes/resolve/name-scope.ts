import type { Span } from '../../diagnostics/diagnostic.ts';
import type { Identifier } from '../../parser/ast.ts';
import type { Session } from '../../diagnostics/session.ts';
import type { TopLevel } from '../link-files.ts';
import { indexNames, tensorNames } from '../lower/expressions/built-in-names.ts';
import { forms, plannedForms } from '../lower/forms/registry.ts';
import { functions } from '../lower/expressions/functions.ts';
import { operations } from '../lower/expressions/operations.ts';

/** A name that a pattern or an attention binds. */
interface Binding {
  readonly span: Span;
  readonly kind: 'parameter' | 'let' | 'input' | 'launch';
  used: boolean;
}

/** The names inside one pattern or attention, over those of the file. */
export class NameScope {
  private readonly bindings = new Map<string, Binding>();
  private readonly declared = new Set<string>();
  /** The patterns that are called inside, with the place of the call. */
  readonly called: { readonly target: TopLevel & { kind: 'pattern' }; readonly span: Span }[] = [];

  /** Whether a name that nothing has was met. */
  unknown = false;

  constructor(
    readonly top: ReadonlyMap<string, TopLevel>,
    readonly session: Session,
  ) {}

  bind(name: Identifier, kind: Binding['kind']): void {
    reportShadowing(name, kind, this.session);
    const known = this.bindings.get(name.text);
    if (known === undefined) {
      this.bindings.set(name.text, { span: name.span, kind, used: false });
      return;
    }
    this.session.report('duplicate-name', {
      message: `"${name.text}" is declared twice here.`,
      span: name.span,
      label: 'the second declaration',
      secondary: [{ span: known.span, text: `"${name.text}" is declared here` }],
      help: ['give one of them another name'],
    });
  }

  /** A name that is known from here on and that nothing has to use: a region of a space. */
  declare(name: string): void {
    this.declared.add(name);
  }

  /** In the field `score` the name `s` is the score: nothing that is seen there may be called so. */
  declareScore(): void {
    const own = this.bindings.get('s');
    const top = this.top.get('s');
    const span = own?.span ?? (top?.kind === 'let' ? top.declaration.names[0].span : null);
    if (span !== null) {
      this.session.report('shadows-built-in', {
        message: '"s" is the score in the field `score` and cannot be declared beside it.',
        span,
        label: 'taken',
        help: ['call it `my_s`'],
      });
    }
    this.declared.add('s');
  }

  /** Whether something here has the name; marks it as used. */
  use(name: string): boolean {
    const binding = this.bindings.get(name);
    if (binding !== undefined) binding.used = true;
    return binding !== undefined || this.declared.has(name);
  }

  names(): readonly string[] {
    return [...this.bindings.keys(), ...this.declared, ...this.top.keys()];
  }

  /** Warns of what nothing reads; an unknown name may have meant it. */
  reportUnused(owner: string): void {
    if (this.unknown) return;
    for (const [name, { span, kind, used }] of this.bindings) {
      if (used || name.startsWith('_')) continue;
      const title = { parameter: 'parameter', let: 'binding', input: 'input', launch: 'launch parameter' }[
        kind
      ];
      this.session.report(kind === 'parameter' ? 'unused-parameter' : 'unused-binding', {
        message: `The ${title} "${name}" of "${owner}" is never used.`,
        span,
        label: 'has no effect',
        help: [`remove it, or call it \`_${name}\` to keep it`],
      });
    }
  }
}

/** Names that stand alone in an expression: nothing may hide them. */
function isReserved(name: string): boolean {
  const form = forms.get(name);
  return (
    indexNames.has(name) || tensorNames.has(name) || (form !== undefined && form.parameters.length === 0)
  );
}

/** Whether a pattern of this name would hide something that is called. */
function isCallable(name: string): boolean {
  const tables = [forms, plannedForms, operations, functions];
  return tables.some((table) => table.has(name)) || name === 'table';
}

/** Reports a declaration that hides a name of the language; true where it does. */
export function reportShadowing(
  name: Identifier,
  kind: Binding['kind'] | 'pattern' | 'attention',
  session: Session,
): boolean {
  const { text, span } = name;
  const offset = text === 'offset' && kind === 'launch';
  if (!isReserved(text) && !offset && !(kind === 'pattern' && isCallable(text))) return false;
  session.report('shadows-built-in', {
    message: `"${text}" is a name of the language and cannot be declared.`,
    span,
    label: 'taken',
    notes: offset
      ? ['at launch `offset` is the position of query row 0']
      : [indexNames.has(text) ? `\`${text}\` is ${indexNames.get(text)}` : `\`${text}\` is built in`],
    help: [offset ? 'call it `start`: `queries at start`' : `call it \`my_${text}\``],
  });
  return true;
}
