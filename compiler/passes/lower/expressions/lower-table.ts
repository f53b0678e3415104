import type { CallExpression } from '../../../parser/ast.ts';
import type { Lowering } from '../values/lowering.ts';
import type { Scope } from '../values/scope.ts';
import { readTable } from '../values/tables.ts';
import type { Value } from '../values/value.ts';

/** `table("f.json")`: the numbers of a file, read when the specification is compiled. */
export function lowerTable(lowering: Lowering, call: CallExpression, scope: Scope): Value {
  const [argument] = call.arguments;
  if (call.arguments.length !== 1 || argument.value.kind !== 'string') {
    return lowering.report('table-path', call.span, '`table` takes the path of a file, as a text.', {
      label: 'no path',
      help: ['`table("widths.json")[layer, head]`'],
    });
  }
  const path = argument.value.value;
  const title = `table("${path}")`;
  const content = lowering.options.tables(path, scope.file.source.name);
  if (content === undefined) {
    return lowering.report(
      'missing-table',
      argument.span,
      `There is no table "${path}" beside "${scope.file.source.name}".`,
      {
        label: 'not found',
      },
    );
  }
  const table = readTable(content, title);
  if (typeof table !== 'string') return { kind: 'table', table };
  return lowering.report('bad-table', argument.span, `"${path}" is no table of numbers: ${table}.`, {
    label: table,
    notes: ['a table is a JSON array of numbers, or of arrays of equal length'],
  });
}
