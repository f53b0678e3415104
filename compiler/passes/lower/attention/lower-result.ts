import type { AttentionDeclaration, ReturnDeclaration } from '../../../parser/ast.ts';
import { expectSet } from '../values/expect.ts';
import type { FieldReader } from './lower-fields.ts';
import { describe } from '../values/value.ts';
import type { AttendValue, Value } from '../values/value.ts';

/** What an attention computes: its attends, each with a name of its own where there are several. */
export type Result = Omit<Value & { kind: 'attention' }, 'kind'>;

/** The field `mask`, or what `return` says; null after a report. */
export function lowerResult(reader: FieldReader, attention: AttentionDeclaration): Result | null {
  const returns = attention.members.filter((member) => member.kind === 'return');
  const field = reader.get('mask');
  if (returns.length > 0) return lowerReturn(reader, attention, returns);
  if (field === undefined) {
    const { name } = attention;
    const attend = attention.members.find(
      (member) =>
        member.kind === 'let' && member.value.kind === 'call' && member.value.callee.text === 'attend',
    );
    reader.lowering.report('missing-mask', name.span, `The attention "${name.text}" has no mask.`, {
      label: attend === undefined ? 'no field `mask`' : 'no field `mask`, and no `return`',
      help: [
        attend?.kind === 'let' ? `\`return ${attend.names[0].text}\`` : '`mask full` attends to every key',
      ],
    });
    return null;
  }
  if (!reader.oneValue(field)) return null;
  const [value] = field.values;
  const found = reader.lowering.evaluate(value, reader.scope);
  if (found.kind === 'attention') {
    reader.lowering.report(
      'type-mismatch',
      value.span,
      'The mask must be a set of pairs, not an attention.',
      {
        label: 'this is an attention',
        help: [`\`return ${reader.lowering.text(value.span)}\``],
      },
    );
    return null;
  }
  const mask = expectSet(reader.lowering, found, value.span, 'The mask');
  if (mask === null) return null;
  return { combine: 'single', attends: [{ name: '', span: field.span, mask }] };
}

function lowerReturn(
  reader: FieldReader,
  attention: AttentionDeclaration,
  [first, second]: readonly ReturnDeclaration[],
): Result | null {
  const { lowering } = reader;
  const field = reader.get('mask');
  if (second !== undefined) {
    lowering.report('return-twice', second.span, `"${attention.name.text}" returns twice.`, {
      label: 'again',
      secondary: [{ span: first.span, text: 'returned here' }],
    });
  }
  if (field !== undefined) {
    lowering.report('mask-and-return', field.nameSpan, 'An attention has a mask or a `return`, not both.', {
      label: 'nothing attends with this mask',
      secondary: [{ span: first.span, text: 'the attention is what is returned' }],
      help: [`give it to an attend: \`attend(q, k, v, mask: …)\``],
    });
  }
  const value = lowering.evaluate(first.value, reader.scope);
  if (value.kind === 'error') return null;
  if (value.kind !== 'attention') {
    lowering.report(
      'type-mismatch',
      first.value.span,
      `\`return\` takes an attention, not ${describe(value)}.`,
      {
        label: `this is ${describe(value)}`,
        help: value.kind === 'set' ? ['a set of pairs is the field `mask`'] : [],
      },
    );
    return null;
  }
  if (!hasWhatIsWritten(reader, value, first)) return null;
  const { combine, attends } = value;
  return { combine, attends: combine === 'single' ? attends : nameAttends(attends) };
}

/** Outputs side by side have a softmax each: there is no one sum whose logarithm `lse` could be. */
function hasWhatIsWritten(
  { lowering, fields }: FieldReader,
  { combine }: Result,
  { value }: ReturnDeclaration,
): boolean {
  const outputs = fields.get('outputs');
  const lse = outputs?.values.find((word) => word.kind === 'name' && word.text === 'lse');
  if (combine !== 'concat' || lse === undefined) return true;
  lowering.report('concat-lse', lse.span, 'The outputs of `concat` have no common lse.', {
    label: 'of which softmax?',
    secondary: [{ span: value.span, text: 'each attend has a softmax of its own' }],
    help: ['`outputs out`, or `merge` for one softmax over all'],
  });
  return false;
}

/** Attends that no `let` names are called by their place; names are parts of the names of kernels. */
function nameAttends(attends: readonly AttendValue[]): readonly AttendValue[] {
  const taken = new Set(attends.map(({ name }) => name));
  return attends.map((attend, at) => {
    if (attend.name !== '') return attend;
    let name = `part_${at + 1}`;
    while (taken.has(name)) name += '_';
    taken.add(name);
    return { ...attend, name };
  });
}
