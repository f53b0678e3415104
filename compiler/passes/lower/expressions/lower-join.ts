import type { Argument, CallExpression } from '../../../parser/ast.ts';
import type { Lowering } from '../values/lowering.ts';
import { notYetCompiled } from '../values/refuse.ts';
import type { Scope } from '../values/scope.ts';
import { describe, poison } from '../values/value.ts';
import type { AttendValue, Value } from '../values/value.ts';

/**
 * `merge(a, b, …)` and `concat(a, b, …)`. Both are associative, so that `merge(merge(a, b), c)` is `merge(a, b, c)`; one
 * inside of the other is not compiled yet.
 */
export function lowerJoin(
  lowering: Lowering,
  call: CallExpression,
  scope: Scope,
  combine: 'merge' | 'concat',
): Value {
  const parts = call.arguments.map((argument) => lowerPart(lowering, argument, scope, combine));
  if (parts.some((part) => part === null)) return poison;
  if (parts.length < 2) {
    return lowering.report('missing-argument', call.span, `\`${combine}\` needs two attends or more.`, {
      label: parts.length === 0 ? 'none is given' : 'one is given',
      notes: [`\`${combine}(a, b, …)\``],
    });
  }
  const attends: AttendValue[] = [];
  for (const [at, part] of parts.entries()) {
    const again = part!.find(({ mask, name }) => attends.some((it) => it.mask === mask && it.name === name));
    if (again !== undefined) {
      return lowering.report('attend-twice', call.arguments[at].span, attendTwice(again), {
        label: 'again',
        secondary: [{ span: again.span, text: 'computed here' }],
        notes: [
          combine === 'merge' ? 'every pair of it would count twice' : 'its output would be written twice',
        ],
      });
    }
    attends.push(...part!);
  }
  return { kind: 'attention', combine, attends };
}

/** The attends of an argument, or null after a report. */
function lowerPart(
  lowering: Lowering,
  { name, value: expression, span }: Argument,
  scope: Scope,
  combine: 'merge' | 'concat',
): readonly AttendValue[] | null {
  if (name !== null) {
    lowering.report('unknown-argument', name.span, `\`${combine}\` has no argument "${name.text}".`, {
      label: 'unknown argument',
      notes: [`\`${combine}(a, b, …)\``],
    });
    return null;
  }
  const value = lowering.evaluate(expression, scope);
  if (value.kind === 'error') return null;
  if (value.kind !== 'attention') {
    lowering.report('type-mismatch', span, `\`${combine}\` joins attends, not ${describe(value)}.`, {
      label: `this is ${describe(value)}`,
      help: value.kind === 'set' ? [`\`attend(q, k, v, mask: ${lowering.text(span)})\``] : [],
    });
    return null;
  }
  if (value.combine === 'single' || value.combine === combine) return value.attends;
  notYetCompiled(
    lowering,
    span,
    `A \`${value.combine}\` inside of \`${combine}\``,
    'operations around attention',
  );
  return null;
}

function attendTwice({ name }: AttendValue): string {
  return name === '' ? 'The same attend stands twice.' : `The attend "${name}" stands twice.`;
}
