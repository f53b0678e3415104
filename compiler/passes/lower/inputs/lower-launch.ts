import type { LaunchDeclaration } from '../../../parser/ast.ts';
import { maxLength } from '../../../../runtime/limits.ts';
import { readLimits } from './convert-parameter.ts';
import { expectReal } from '../values/expect.ts';
import type { Lowering } from '../values/lowering.ts';
import type { Setting } from '../values/options.ts';
import { realConstant } from '../values/reals.ts';
import type { Scope } from '../values/scope.ts';
import { describe, int, poison, real } from '../values/value.ts';
import type { Value } from '../values/value.ts';

/**
 * `launch w: int in 1..65536 = 256`: a number given at launch; `setting` replaces its default. Without a range an integer
 * is at most 2^24, as positions are.
 */
export function lowerLaunch(
  lowering: Lowering,
  declaration: LaunchDeclaration,
  setting: Setting | undefined,
  scope: Scope,
): Value {
  const { name, type, range, span } = declaration;
  const word = type?.name.text ?? 'int';
  if (type !== null && (type.dims !== null || (word !== 'int' && word !== 'real'))) {
    return lowering.report(
      'launch-type',
      type.span,
      `The launch parameter "${name.text}" must be int or real.`,
      {
        label: 'neither int nor real',
        help:
          type.dims === null
            ? []
            : [`an array is an input: \`input ${name.text}: ${lowering.text(type.span)}\``],
      },
    );
  }
  const kind = word as 'int' | 'real';
  const widest = kind === 'int' ? maxLength : Number.MAX_VALUE;
  const limits = range === null ? { min: -widest, max: widest } : readLimits(lowering, range, scope, kind);
  if (limits === null) return poison;
  const number = launchDefault(lowering, declaration, setting, kind, scope);
  if (number === undefined) return poison;
  if (number !== null && (number < limits.min || number > limits.max)) {
    const shown = `${limits.min}..${limits.max}`;
    return lowering.report(
      'parameter-outside',
      declaration.value?.span ?? span,
      `"${name.text}" must be in ${shown}, but it is ${number}.`,
      {
        label: 'outside',
        secondary: range === null ? [] : [{ span: range.span, text: 'the range of the parameter' }],
        notes: setting === undefined ? [] : [`the value ${number} comes from a setting`],
      },
    );
  }
  lowering.declareLaunch({ name: name.text, type: kind, ...limits, default: number, doc: declaration.doc });
  const node = lowering.builder.symbol(name.text);
  return kind === 'int' ? int(node) : real(lowering.builder.add({ kind: 'to-real', operand: node }));
}

/** Null where there is no default, undefined after a report. */
function launchDefault(
  lowering: Lowering,
  declaration: LaunchDeclaration,
  setting: Setting | undefined,
  kind: 'int' | 'real',
  scope: Scope,
): number | null | undefined {
  const title = `The default of "${declaration.name.text}"`;
  if (setting !== undefined) {
    if (typeof setting === 'number' && (kind === 'real' || Number.isInteger(setting))) return setting;
    lowering.report(
      'setting-type',
      declaration.span,
      `The setting "${declaration.name.text}" must be ${kind === 'int' ? 'an integer' : 'a number'}.`,
      {
        label: `declared here; ${JSON.stringify(setting)} is given`,
      },
    );
    return undefined;
  }
  if (declaration.value === null) return null;
  const { span } = declaration.value;
  const value = lowering.evaluate(declaration.value, scope);
  if (value.kind === 'real' && kind === 'int') {
    lowering.report('type-mismatch', span, `${title} must be an integer, not ${describe(value)}.`, {
      label: 'a real number',
      help: [`\`launch ${declaration.name.text}: real\` takes real numbers`],
    });
    return undefined;
  }
  const node = expectReal(lowering, value, span, title);
  if (node === null) return undefined;
  const constant = realConstant(lowering.builder, node);
  if (constant !== null) return constant;
  lowering.report('not-constant', span, `${title} must be known when the file is compiled.`, {
    label: 'not a constant',
  });
  return undefined;
}
