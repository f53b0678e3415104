import type { CallExpression, Parameter, PatternDeclaration } from '../../../parser/ast.ts';
import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { TopLevel } from '../../link-files.ts';
import { bindArguments } from '../values/call-arguments.ts';
import { convertParameter } from '../inputs/convert-parameter.ts';
import type { Lowering } from '../values/lowering.ts';
import { insideSpace, lowerSpace, spaceScope } from '../spaces/lower-space.ts';
import { withNames } from '../values/scope.ts';
import type { Scope } from '../values/scope.ts';
import { poison, set } from '../values/value.ts';
import type { Value } from '../values/value.ts';

/** A call of a pattern: its body on the indices of the call, with nothing but its parameters and constants in sight. */
export function lowerPatternCall(
  lowering: Lowering,
  top: TopLevel & { kind: 'pattern' },
  call: CallExpression,
  scope: Scope,
): Value {
  const pattern = top.declaration;
  const bound = bindArguments(
    lowering,
    call,
    // The default of an array is what `run` feeds it with where the pattern is compiled alone.
    pattern.parameters.map(({ name, type, value }) => ({
      name: name.text,
      required: value === null || (type !== null && type.dims !== null),
      positional: true,
    })),
  );
  if (bound === null) return poison;
  const file = lowering.program.files.find(({ source }) => source.name === top.file)!;
  // Arguments belong to the call: one that calls the same pattern is no recursion.
  const values = new Map(
    pattern.parameters.flatMap(({ name }) => {
      const argument = bound.get(name.text);
      if (argument === undefined) return [];
      const { value } = argument;
      return [[name.text, { value: lowering.evaluate(value, scope), span: value.span }] as const];
    }),
  );
  const given = ({ name }: Parameter) => values.get(name.text) ?? null;
  return lowerPatternBody(lowering, pattern, { ...scope, file, names: new Map() }, call.span, given);
}

/** The set of a pattern, its parameters taken from `given` or from their defaults. `inner` knows no names yet. */
export function lowerPatternBody(
  lowering: Lowering,
  pattern: PatternDeclaration,
  inner: Scope,
  use: Span,
  given: (parameter: Parameter, scope: Scope) => { readonly value: Value; readonly span: Span } | null,
): Value {
  const name = pattern.name.text;
  const open = `pattern ${inner.file.source.name}:${name}`;
  if (lowering.calls.includes(open)) {
    return lowering.report('recursive-pattern', use, `The pattern "${name}" calls itself.`, {
      label: 'calls itself here',
    });
  }
  lowering.calls.push(open);
  let scope = inner;
  let failed = false;
  for (const parameter of pattern.parameters) {
    const fallback = parameter.value;
    const argument = given(parameter, scope) ?? {
      value: fallback === null ? poison : lowering.evaluate(fallback, scope),
      span: fallback?.span ?? parameter.span,
    };
    const value = convertParameter(lowering, parameter, argument.value, argument.span, scope, name);
    failed ||= value.kind === 'error';
    scope = withNames(scope, [[parameter.name.text, value]]);
  }
  const space =
    pattern.space === null || failed ? null : lowerSpace(lowering, pattern.space, pattern.keySpace, scope);
  if (space !== null) scope = spaceScope(lowering, scope, space);
  else failed ||= pattern.space !== null;
  for (const binding of failed ? [] : pattern.bindings) {
    const value = lowering.evaluate(binding.value, scope);
    scope = withNames(scope, [[binding.names[0].text, value]]);
  }
  const body = failed ? poison : lowering.evaluate(pattern.body, scope);
  lowering.calls.pop();
  return space === null || body.kind !== 'set' ? body : set(insideSpace(lowering, scope, space, body.node));
}
