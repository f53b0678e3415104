import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { MaskProgram } from '../../../../runtime/mask/program/nodes.ts';
import { expectReal } from '../values/expect.ts';
import { finishMask } from './finish-mask.ts';
import type { FieldReader } from './lower-fields.ts';
import { withNames } from '../values/scope.ts';
import { real } from '../values/value.ts';

/** What the field `score` makes of s, and where its nodes were written. */
export interface LoweredChange {
  readonly change: MaskProgram;
  readonly spans: ReadonlyMap<number, Span>;
}

/** `score EXPR`: a real over the pair and `s`; null where there is none, where it is `s` itself, or after a report. */
export function lowerChange(reader: FieldReader): LoweredChange | null {
  const field = reader.get('score');
  if (field === undefined || !reader.oneValue(field)) return null;
  const { lowering } = reader;
  const [value] = field.values;
  const score = lowering.builder.intern({ kind: 'score' });
  const scope = withNames({ ...reader.scope, inScore: true }, [['s', real(score)]]);
  const node = expectReal(lowering, lowering.evaluate(value, scope), value.span, 'The field `score`');
  if (node === null || node === score) return null;
  const { mask: change, spans } = finishMask(lowering, node);
  return { change, spans };
}
