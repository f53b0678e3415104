import type { Argument, CallExpression } from '../../../parser/ast.ts';
import { didYouMean } from '../../../diagnostics/suggest-name.ts';
import type { Lowering } from './lowering.ts';
import { count } from './wording.ts';

/** What a call of a form, a function or a pattern takes. */
export interface CallParameter {
  readonly name: string;
  readonly required: boolean;
  /** Whether an argument without a name may stand for it. */
  readonly positional: boolean;
}

/** Gives every argument of a call to its parameter; reports what does not fit and gives null. */
export function bindArguments(
  lowering: Lowering,
  call: CallExpression,
  parameters: readonly CallParameter[],
): ReadonlyMap<string, Argument> | null {
  const bound = new Map<string, Argument>();
  const title = call.callee.text;
  const positional = parameters.filter((parameter) => parameter.positional);
  let position = 0;
  let failed = false;
  for (const argument of call.arguments) {
    const name = argument.name?.text ?? positional[position++]?.name;
    if (name === undefined) {
      lowering.report('too-many-arguments', argument.span, tooMany(title, positional.length), {
        label: 'one argument too many',
        notes: signatureNote(title, parameters),
      });
      failed = true;
    } else if (!parameters.some((parameter) => parameter.name === name)) {
      const { span } = argument.name!;
      const known = parameters.map((parameter) => parameter.name);
      lowering.report('unknown-argument', span, `\`${title}\` has no argument "${name}".`, {
        label: 'unknown argument',
        notes: signatureNote(title, parameters),
        help: didYouMean(name, known, span),
      });
      failed = true;
    } else if (bound.has(name)) {
      lowering.report('duplicate-argument', argument.span, `\`${title}\` is given "${name}" twice.`, {
        label: 'given again',
        secondary: [{ span: bound.get(name)!.span, text: 'given here' }],
      });
      failed = true;
    } else {
      bound.set(name, argument);
    }
  }
  for (const { name, required } of parameters) {
    if (!required || bound.has(name)) continue;
    lowering.report('missing-argument', call.span, `\`${title}\` needs the argument "${name}".`, {
      label: `"${name}" is missing`,
      notes: signatureNote(title, parameters),
    });
    failed = true;
  }
  return failed ? null : bound;
}

function tooMany(title: string, most: number): string {
  if (most === 0) return `\`${title}\` takes no argument without a name.`;
  return `\`${title}\` takes at most ${count(most, 'argument')} without a name.`;
}

function signatureNote(title: string, parameters: readonly CallParameter[]): readonly string[] {
  if (parameters.length === 0) return [`\`${title}\` takes no arguments`];
  const texts = parameters.map(({ name, required, positional }) => {
    const shown = positional ? name : `${name}:`;
    return required ? shown : `[${shown}]`;
  });
  return [`\`${title}(${texts.join(', ')})\``];
}
