import type { Session } from '../../../diagnostics/session.ts';
import type { Attend, Graph } from '../../../ir/graph.ts';
import type { AttentionDeclaration, Member } from '../../../parser/ast.ts';
import type { MaskProgram } from '../../../../runtime/mask/program/nodes.ts';
import type { LinkedProgram } from '../../link-files.ts';
import { chooseOrderedRegion } from '../spaces/choose-ordered-region.ts';
import { indexText, indicesOf } from '../values/dependencies.ts';
import { expectInt } from '../values/expect.ts';
import { finishMask } from './finish-mask.ts';
import { finishCells, finishSpace } from '../spaces/finish-space.ts';
import { headScope, lowerDeclarations } from './lower-declarations.ts';
import { lowerChange } from './lower-change.ts';
import { lowerExpression } from '../expressions/lower-expression.ts';
import { FieldReader, collectFields } from './lower-fields.ts';
import { lowerResult } from './lower-result.ts';
import { lowerScore } from './lower-score.ts';
import { lowerHeads, lowerShape } from './lower-shape.ts';
import { insideSpace, lowerSpace, spaceScope } from '../spaces/lower-space.ts';
import { Lowering } from '../values/lowering.ts';
import type { LowerOptions } from '../values/options.ts';
import { notYetCompiled } from '../values/refuse.ts';
import { tokenScope } from '../values/scope.ts';
import type { Scope } from '../values/scope.ts';
import type { Space } from '../values/space.ts';
import type { AttendValue } from '../values/value.ts';

/** The graph of an attention, or null after a report. */
export function lowerAttention(
  attention: AttentionDeclaration,
  program: LinkedProgram,
  options: LowerOptions,
  session: Session,
): Graph | null {
  const { defaults } = options;
  const lowering = new Lowering(
    program,
    options,
    session,
    defaults.heads,
    defaults.kvHeads,
    attention.name.span,
    lowerExpression,
  );
  const fields = collectFields(lowering, attention);
  refuseOperations(lowering, attention.members);

  const outer = tokenScope(lowering.builder, program.main, new Map());
  const headReader = new FieldReader(lowering, fields, headScope(lowering, attention.members, outer));
  const heads = lowerHeads(headReader, attention.name.span);
  if (heads === null) return null;
  lowering.setHeads(heads.heads, heads.kvHeads);

  const scope = lowerDeclarations(lowering, attention.members, outer, (declared) => {
    const space = lowerOver(lowering, fields, declared);
    return space === null ? declared : spaceScope(lowering, declared, space);
  });
  const reader = new FieldReader(lowering, fields, scope);
  const shape = lowerShape(reader, heads);
  const offset = lowerOffset(reader);
  const result = lowerResult(reader, attention);
  if (shape === null || offset === null || result === null) return null;
  const returned = attention.members.find((member) => member.kind === 'return');
  const merged = result.combine === 'merge' ? (returned?.value.span ?? null) : null;
  const changed = lowerChange(reader);
  const score = { ...lowerScore(reader, shape, merged), ...(changed && { change: changed.change }) };
  if (lowering.failed) return null;
  const attend = ({ name, span, mask }: AttendValue): Attend => {
    const root = scope.space === null ? mask : insideSpace(lowering, scope, scope.space, mask);
    return {
      kind: 'attend',
      name,
      span,
      ...finishMask(lowering, root),
      score,
      ...(changed && { scoreSpans: changed.spans }),
    };
  };
  const { span, doc } = attention;
  return {
    kind: 'graph',
    name: attention.name.text,
    doc,
    span,
    ...shape,
    inputs: lowering.inputs,
    launch: lowering.launch,
    derived: lowering.derived,
    offset,
    space: finishSpace(lowering.builder, lowering.space),
    cells: finishCells(lowering.builder, lowering.space),
    neighborhoods: lowering.neighborhoods,
    nodes: result.attends.map(attend),
    combine: result.combine,
  };
}

/** The space of the fields `over` and `order`; null where there is none, or after a report. */
function lowerOver(lowering: Lowering, fields: FieldReader['fields'], scope: Scope): Space | null {
  const [over, order] = [fields.get('over'), fields.get('order')];
  const ordered = order === undefined ? null : chooseOrderedRegion(lowering, order, over);
  if (over === undefined) return null;
  return lowerSpace(lowering, over.values[0], over.values[1] ?? null, scope, ordered);
}

/** Position nk - nq of query row 0: the last query meets the last key. */
export function defaultOffset(lowering: Lowering): MaskProgram {
  const { builder } = lowering;
  return builder.finish(builder.arithmetic('sub', builder.symbol('nk'), builder.symbol('nq')));
}

/** Results of several operations: pools have keys and values. */
function refuseOperations(lowering: Lowering, members: readonly Member[]): void {
  for (const member of members) {
    if (member.kind !== 'let' || member.names.length === 1) continue;
    const thing = 'An operation with several results';
    notYetCompiled(lowering, member.span, thing, 'operations around attention');
  }
}

/** `queries at EXPR`: the same for the whole launch. */
function lowerOffset(reader: FieldReader): MaskProgram | null {
  const { lowering } = reader;
  const field = reader.get('queries at');
  if (field === undefined) return defaultOffset(lowering);
  if (!reader.oneValue(field)) return null;
  const [value] = field.values;
  const node = expectInt(lowering, lowering.evaluate(value, reader.scope), value.span, '`queries at`');
  if (node === null) return null;
  const [index] = indicesOf(lowering.builder, node);
  if (index === undefined) return lowering.builder.finish(node);
  lowering.report('offset-depends', value.span, '`queries at` must be the same for the whole launch.', {
    label: `depends on \`${indexText[index]}\``,
    notes: ['it is made of `nq`, `nk`, constants and launch parameters'],
  });
  return null;
}
