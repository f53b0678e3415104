import type { CallExpression } from '../../../parser/ast.ts';
import { bindArguments } from '../values/call-arguments.ts';
import { expectSet } from '../values/expect.ts';
import type { Lowering } from '../values/lowering.ts';
import { attendParameters } from './operations.ts';
import { notYetCompiled } from '../values/refuse.ts';
import type { Scope } from '../values/scope.ts';
import { poison } from '../values/value.ts';
import type { Value } from '../values/value.ts';

const topic = 'operations around attention';

/** `attend(q, k, v, mask: S)`: attention over the pairs of S, yet without a name. */
export function lowerAttend(lowering: Lowering, call: CallExpression, scope: Scope): Value {
  const bound = bindArguments(lowering, call, attendParameters);
  if (bound === null) return poison;
  const keep = bound.get('keep');
  let refused = keep !== undefined;
  if (keep !== undefined) notYetCompiled(lowering, keep.span, '`keep`', topic);
  for (const tensor of ['q', 'k', 'v']) {
    const { value } = bound.get(tensor)!;
    if (value.kind === 'name' && value.text === tensor) continue;
    refused = true;
    const place = `the ${{ q: 'queries', k: 'keys', v: 'values' }[tensor]}`;
    notYetCompiled(lowering, value.span, `\`attend\` with ${lowering.text(value.span)} as ${place}`, topic);
  }
  const { value } = bound.get('mask')!;
  const mask = expectSet(lowering, lowering.evaluate(value, scope), value.span, 'The mask of `attend`');
  if (refused || mask === null) return poison;
  return {
    kind: 'attention',
    combine: 'single',
    attends: [{ name: '', span: call.span, mask }],
  };
}
