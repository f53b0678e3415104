import type { CallExpression, NameExpression } from '../../../parser/ast.ts';
import type { Span } from '../../../diagnostics/diagnostic.ts';
import { bindArguments } from '../values/call-arguments.ts';
import { indexValue, tensorNames } from './built-in-names.ts';
import { lowerAttend } from './lower-attend.ts';
import { FormCall } from '../forms/form.ts';
import type { Form } from '../forms/form.ts';
import { forms, plannedForms } from '../forms/registry.ts';
import { functions, lowerFunction } from './functions.ts';
import { lowerConstant } from './lower-constant.ts';
import { lowerJoin } from './lower-join.ts';
import type { Lowering } from '../values/lowering.ts';
import { lowerPatternCall } from './lower-pattern-call.ts';
import { lowerTable } from './lower-table.ts';
import { operations } from './operations.ts';
import type { Operation } from './operations.ts';
import { notYetCompiled } from '../values/refuse.ts';
import { reportUnknown } from './report-unknown.ts';
import type { Scope } from '../values/scope.ts';
import { describe, poison } from '../values/value.ts';
import type { Value } from '../values/value.ts';

/** A name alone: an index, a size, something bound, or a pattern or form that needs no argument. */
export function lowerName(lowering: Lowering, expression: NameExpression, scope: Scope): Value {
  const { text, span } = expression;
  const bound = scope.names.get(text);
  if (bound !== undefined) return bound;
  const top = scope.file.names.get(text);
  if (top?.kind === 'let') return lowerConstant(lowering, text, top, span);
  const index = indexValue(lowering, text, scope);
  if (index !== null) return index;
  if (top?.kind === 'pattern' || forms.has(text)) return lowerCall(lowering, callOf(expression), scope);
  if (functions.has(text) || operations.has(text) || text === 'table') {
    const signature = (functions.get(text) ?? operations.get(text))?.signature ?? 'table("file.json")';
    return lowering.report('missing-argument', span, `\`${text}\` is a function: it needs arguments.`, {
      label: 'no arguments',
      notes: [`\`${signature}\``],
    });
  }
  if (tensorNames.has(text)) {
    return lowering.report('tensor-as-index', span, `"${text}" is a tensor, not an index.`, {
      label: 'a tensor',
      help: ['the position of the query is `i`, that of the key is `j`'],
    });
  }
  const topic = plannedForms.get(text);
  if (topic !== undefined) return notYetCompiled(lowering, span, `\`${text}\``, topic);
  return reportUnknown(lowering, text, span, scope, 'name');
}

function callOf(name: NameExpression): CallExpression {
  const { span, text } = name;
  return { kind: 'call', span, callee: { kind: 'identifier', span, text }, arguments: [], block: null };
}

/** Calls have names of their own: a parameter called `stride` does not hide the form. */
export function lowerCall(lowering: Lowering, call: CallExpression, scope: Scope): Value {
  const { text, span } = call.callee;
  const top = scope.file.names.get(text);
  const form = forms.get(text);
  const operation = operations.get(text);
  const known =
    top?.kind === 'pattern' || form !== undefined || operation !== undefined || functions.has(text);
  if (call.block !== null && known && form?.block !== true) {
    return lowering.report('block-not-taken', call.block.span, `\`${text}\` takes no \`{ … }\`.`, {
      label: 'a set that nothing reads',
      help: ['a set on block indices is `block(b) { S }`'],
    });
  }
  if (top?.kind === 'pattern') return lowerPatternCall(lowering, top, call, scope);
  if (form !== undefined) return lowerFormCall(lowering, form, call, scope);
  if (operation !== undefined) return lowerOperation(lowering, operation, call, scope);
  const entry = functions.get(text);
  if (entry !== undefined) return lowerFunction(lowering, entry, call, scope);
  if (text === 'table') return lowerTable(lowering, call, scope);
  const topic = plannedForms.get(text);
  if (topic !== undefined) return notYetCompiled(lowering, call.span, `\`${text}\``, topic);
  const bound = scope.names.get(text);
  if (bound !== undefined) return notCallable(lowering, text, span, describe(bound));
  if (top !== undefined) return notCallable(lowering, text, span, 'a constant');
  return reportUnknown(lowering, text, span, scope, 'call');
}

function lowerOperation(lowering: Lowering, { name }: Operation, call: CallExpression, scope: Scope): Value {
  return name === 'attend' ? lowerAttend(lowering, call, scope) : lowerJoin(lowering, call, scope, name);
}

function lowerFormCall(lowering: Lowering, form: Form, call: CallExpression, scope: Scope): Value {
  if (form.block && call.block === null) {
    return lowering.report('block-missing', call.span, `\`${form.name}\` needs a set in braces.`, {
      label: 'no `{ … }`',
      notes: form.signatures.map((signature) => `\`${signature}\``),
    });
  }
  const bound = bindArguments(lowering, call, form.parameters);
  return bound === null ? poison : form.lower(new FormCall(lowering, scope, form, call, bound));
}

function notCallable(lowering: Lowering, text: string, span: Span, what: string): Value {
  return lowering.report('not-callable', span, `"${text}" is ${what} and takes no arguments.`, {
    label: 'not a pattern, a form or a function',
  });
}
