import type { Session } from '../../diagnostics/session.ts';
import type { Graph } from '../../ir/graph.ts';
import type { AttentionDeclaration, Member } from '../../parser/ast.ts';
import type { MaskProgram, NodeId } from '../../../runtime/mask/nodes.ts';
import type { LinkedProgram } from '../link-files.ts';
import { indexText, indicesOf } from './dependencies.ts';
import { expectInt, expectSet } from './expect.ts';
import { finishMask } from './finish-mask.ts';
import { headScope, lowerDeclarations } from './lower-declarations.ts';
import { lowerExpression } from './lower-expression.ts';
import { FieldReader, collectFields } from './lower-fields.ts';
import { lowerScore } from './lower-score.ts';
import { lowerHeads, lowerShape } from './lower-shape.ts';
import { insideSpace, lowerSpace, spaceScope } from './lower-space.ts';
import { Lowering } from './lowering.ts';
import type { LowerOptions } from './options.ts';
import { notYetCompiled } from './refuse.ts';
import { tokenScope } from './scope.ts';

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
    const field = fields.get('over');
    const space = field === undefined ? null : lowerSpace(lowering, field.values[0], declared);
    return space === null ? declared : spaceScope(declared, space);
  });
  const reader = new FieldReader(lowering, fields, scope);
  const shape = lowerShape(reader, heads);
  const offset = lowerOffset(reader);
  const pairs = lowerMask(reader, attention);
  if (shape === null || offset === null || pairs === null) return null;
  const mask = scope.space === null ? pairs : insideSpace(lowering, scope, scope.space, pairs);
  const score = lowerScore(reader, shape);
  if (lowering.failed) return null;
  const finished = finishMask(lowering, mask);
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
    nodes: [{ kind: 'attend', span: fields.get('mask')!.span, ...finished, score }],
  };
}

/** Position nk - nq of query row 0: the last query meets the last key. */
export function defaultOffset(lowering: Lowering): MaskProgram {
  const { builder } = lowering;
  return builder.finish(builder.arithmetic('sub', builder.symbol('nk'), builder.symbol('nq')));
}

/** Results of several operations, and `return`: the graph around attention. */
function refuseOperations(lowering: Lowering, members: readonly Member[]): void {
  for (const member of members) {
    if (member.kind === 'return') {
      notYetCompiled(lowering, member.span, '`return`', 'operations around attention');
    } else if (member.kind === 'let' && member.names.length > 1) {
      notYetCompiled(
        lowering,
        member.span,
        'An operation with several results',
        'operations around attention',
      );
    }
  }
}

function lowerMask(reader: FieldReader, attention: AttentionDeclaration): NodeId | null {
  const field = reader.get('mask');
  if (field === undefined) {
    if (!attention.members.some(({ kind }) => kind === 'return')) {
      reader.lowering.report(
        'missing-mask',
        attention.name.span,
        `The attention "${attention.name.text}" has no mask.`,
        {
          label: 'no field `mask`',
          help: ['`mask full` attends to every key'],
        },
      );
    }
    return null;
  }
  if (!reader.oneValue(field)) return null;
  const [value] = field.values;
  return expectSet(reader.lowering, reader.lowering.evaluate(value, reader.scope), value.span, 'The mask');
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
