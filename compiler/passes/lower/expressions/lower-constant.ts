import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { TopLevel } from '../../link-files.ts';
import { indexText, indicesOf } from '../values/dependencies.ts';
import type { Lowering } from '../values/lowering.ts';
import { tokenScope } from '../values/scope.ts';
import { int, poison, real, set } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import type { Setting } from '../values/options.ts';

/** The value of a top-level `let`: a number, a range, a list, a table; nothing that differs from pair to pair. */
export function lowerConstant(
  lowering: Lowering,
  name: string,
  top: TopLevel & { kind: 'let' },
  use: Span,
): Value {
  const key = `${top.file}:${name}`;
  const known = lowering.constants.get(key);
  if (known !== undefined) return known;
  const { declaration } = top;
  const open = `let ${key}`;
  if (lowering.calls.includes(open)) {
    return lowering.report('constant-cycle', use, `"${name}" is defined by itself.`, {
      label: 'its own value is needed here',
      secondary: [{ span: declaration.span, text: `"${name}" is declared here` }],
    });
  }
  const file = lowering.program.files.find(({ source }) => source.name === top.file)!;
  lowering.calls.push(open);
  const scope = tokenScope(lowering.builder, file, new Map());
  const setting = lowering.settingOfConstant(name, top.file);
  const value =
    setting !== undefined ? settingValue(lowering, setting) : lowering.evaluate(declaration.value, scope);
  lowering.calls.pop();
  const checked = checkConstant(lowering, name, value, declaration.value.span);
  lowering.constants.set(key, checked);
  return checked;
}

function checkConstant(lowering: Lowering, name: string, value: Value, span: Span): Value {
  if (value.kind === 'attention') {
    return lowering.report('type-mismatch', span, `The constant "${name}" cannot be an attention.`, {
      label: 'this is an attention',
      help: [`bind it inside of the attention that returns it`],
    });
  }
  const nodes = value.kind === 'range' ? [value.low, value.high] : 'node' in value ? [value.node] : [];
  const [index] = nodes.flatMap((node) => indicesOf(lowering.builder, node));
  if (index === undefined) return value.kind === 'part' ? poison : value;
  return lowering.report('not-constant', span, `The constant "${name}" differs from pair to pair.`, {
    label: `depends on \`${indexText[index]}\``,
    help: [`make it a pattern: \`pattern ${name} = …\``],
  });
}

/** What a setting of the command line stands for. */
export function settingValue(lowering: Lowering, setting: Setting): Value {
  const { builder } = lowering;
  if (typeof setting === 'boolean') return set(builder.bool(setting));
  if (typeof setting !== 'number') {
    return { kind: 'list', elements: setting.map((element) => settingValue(lowering, element)) };
  }
  return Number.isInteger(setting) ? int(builder.int(setting)) : real(builder.real(setting));
}
