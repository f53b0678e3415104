import type { Expression, Member } from '../../../parser/ast.ts';
import { functions } from '../expressions/functions.ts';
import { settingValue } from '../expressions/lower-constant.ts';
import { lowerInput } from '../inputs/lower-inputs.ts';
import { lowerLaunch } from '../inputs/lower-launch.ts';
import type { Lowering } from '../values/lowering.ts';
import { withNames } from '../values/scope.ts';
import type { Scope } from '../values/scope.ts';
import { int, poison } from '../values/value.ts';
import type { Value } from '../values/value.ts';

/**
 * The scope of `heads` and `kv_heads`. They are read before everything else, as all else may ask for them: of the
 * declarations only constants in plain arithmetic have a value yet.
 */
export function headScope(lowering: Lowering, members: readonly Member[], outer: Scope): Scope {
  let scope = outer;
  for (const member of members) {
    if (member.kind !== 'let' || member.names.length > 1 || !isPlain(member.value, scope)) continue;
    const [{ text }] = member.names;
    const { settings } = lowering.options;
    const value = Object.hasOwn(settings, text)
      ? settingValue(lowering, settings[text])
      : lowering.evaluate(member.value, scope);
    scope = withNames(scope, [[text, value]]);
  }
  // A launch parameter is known by name, so that it can be refused as not constant.
  const launch = members.filter((member) => member.kind === 'launch').map(({ name }) => name.text);
  return withNames(
    scope,
    launch.map((name) => [name, int(lowering.builder.symbol(name))]),
  );
}

/** Numbers and known names, joined by operators and functions on numbers. */
function isPlain(expression: Expression, scope: Scope): boolean {
  switch (expression.kind) {
    case 'integer':
    case 'real':
      return true;
    case 'name':
      return scope.names.has(expression.text) || scope.file.names.get(expression.text)?.kind === 'let';
    case 'unary':
      return isPlain(expression.operand, scope);
    case 'binary':
      return isPlain(expression.left, scope) && isPlain(expression.right, scope);
    case 'call':
      return (
        functions.has(expression.callee.text) &&
        expression.arguments.every(({ value }) => isPlain(value, scope))
      );
    default:
      return false;
  }
}

/**
 * Launch parameters first: sizes of inputs may name them. `enter` gives the scope its space: bindings see the axes, whose
 * sizes see launch parameters.
 */
export function lowerDeclarations(
  lowering: Lowering,
  members: readonly Member[],
  outer: Scope,
  enter: (scope: Scope) => Scope,
): Scope {
  const { settings } = lowering.options;
  const settingOf = (name: string) => (Object.hasOwn(settings, name) ? settings[name] : undefined);
  let scope = outer;
  for (const member of members) {
    if (member.kind !== 'launch') continue;
    const value = lowerLaunch(lowering, member, settingOf(member.name.text), scope);
    scope = withNames(scope, [[member.name.text, value]]);
  }
  for (const member of members) {
    if (member.kind !== 'input') continue;
    const { name, span } = member;
    scope = withNames(scope, [
      [name.text, lowerInput(lowering, { ...member, name: name.text, span }, scope)],
    ]);
  }
  scope = enter(scope);
  for (const member of members) {
    if (member.kind !== 'let') continue;
    const [name] = member.names;
    if (member.names.length > 1) {
      // Refused as a whole; what its results would have been is not reported again.
      scope = withNames(
        scope,
        member.names.map(({ text }) => [text, poison]),
      );
      continue;
    }
    const setting = settingOf(name.text);
    const value =
      setting === undefined ? lowering.evaluate(member.value, scope) : settingValue(lowering, setting);
    scope = withNames(scope, [[name.text, named(value, name.text)]]);
  }
  return scope;
}

/** An attend is called as the first `let` that it is bound to. */
function named(value: Value, name: string): Value {
  if (value.kind !== 'attention' || value.combine !== 'single' || value.attends[0].name !== '') return value;
  return { ...value, attends: [{ ...value.attends[0], name }] };
}
