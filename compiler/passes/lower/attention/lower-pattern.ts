import type { Session } from '../../../diagnostics/session.ts';
import type { Graph } from '../../../ir/graph.ts';
import type { Parameter, PatternDeclaration } from '../../../parser/ast.ts';
import type { LinkedProgram } from '../../link-files.ts';
import { expectSet } from '../values/expect.ts';
import { finishMask } from './finish-mask.ts';
import { finishCells, finishSpace } from '../spaces/finish-space.ts';
import { defaultOffset } from './lower-attention.ts';
import { settingValue } from '../expressions/lower-constant.ts';
import { lowerExpression } from '../expressions/lower-expression.ts';
import { lowerInput } from '../inputs/lower-inputs.ts';
import { lowerPatternBody } from '../expressions/lower-pattern-call.ts';
import { plainScore } from './lower-score.ts';
import { checkGroups } from './lower-shape.ts';
import { Lowering } from '../values/lowering.ts';
import type { LowerOptions } from '../values/options.ts';
import { tokenScope } from '../values/scope.ts';
import type { Scope } from '../values/scope.ts';
import { poison } from '../values/value.ts';
import type { Value } from '../values/value.ts';

/**
 * The graph of a pattern on its own: one attention with the defaults of the options. Settings give the values of its
 * parameters, array parameters become inputs. Null after a report.
 */
export function lowerPattern(
  pattern: PatternDeclaration,
  program: LinkedProgram,
  options: LowerOptions,
  session: Session,
): Graph | null {
  const { heads, kvHeads, dim, dimV, dtype, layout } = options.defaults;
  const lowering = new Lowering(
    program,
    options,
    session,
    heads,
    kvHeads,
    pattern.name.span,
    lowerExpression,
  );
  if (!checkGroups(lowering, { heads, kvHeads }, pattern.name.span)) return null;
  for (const { name } of pattern.parameters) lowering.hiddenSettings.add(name.text);
  const scope = tokenScope(lowering.builder, program.main, new Map());
  const given = (parameter: Parameter, known: Scope) => {
    const value = parameterValue(lowering, parameter, pattern, known);
    return value === null ? null : { value, span: parameter.span };
  };
  const body = lowerPatternBody(lowering, pattern, scope, pattern.name.span, given);
  const mask = expectSet(lowering, body, pattern.body.span, `The pattern "${pattern.name.text}"`);
  if (mask === null || lowering.failed) return null;
  const { span, doc } = pattern;
  return {
    kind: 'graph',
    name: pattern.name.text,
    doc,
    span,
    heads,
    kvHeads,
    dim,
    dimV,
    dtype,
    layout,
    outputs: ['out'],
    inputs: lowering.inputs,
    launch: [],
    derived: lowering.derived,
    offset: defaultOffset(lowering),
    space: finishSpace(lowering.builder, lowering.space),
    cells: finishCells(lowering.builder, lowering.space),
    neighborhoods: lowering.neighborhoods,
    nodes: [
      {
        kind: 'attend',
        name: '',
        span: pattern.body.span,
        ...finishMask(lowering, mask),
        score: plainScore(dim),
      },
    ],
    combine: 'single',
  };
}

/** The value that the options give to a parameter; null leaves it to its default. */
function parameterValue(
  lowering: Lowering,
  parameter: Parameter,
  pattern: PatternDeclaration,
  known: Scope,
): Value | null {
  const { name, type, value, span } = parameter;
  if (type !== null && type.dims !== null) {
    lowering.parameterArrays.add(name.text);
    return lowerInput(lowering, { name: name.text, span, type, sorted: false, feed: value, doc: '' }, known);
  }
  const { settings } = lowering.options;
  if (Object.hasOwn(settings, name.text)) return settingValue(lowering, settings[name.text]);
  if (value !== null) return null;
  lowering.report(
    'parameter-needs-value',
    span,
    `The parameter "${name.text}" of "${pattern.name.text}" has no value.`,
    {
      label: 'neither a default nor a setting',
      notes: ['a pattern that is compiled alone needs a value for every parameter that is not an array'],
      help: [`give it a default here, or set it: \`--set ${name.text}=…\``],
    },
  );
  return poison;
}
