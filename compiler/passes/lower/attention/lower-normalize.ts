import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { ScoreDescriptor } from '../../../../runtime/score.ts';
import type { FieldReader } from './lower-fields.ts';

const words = ['softmax', 'relu', 'relu2', 'laplace', 'sigmoid', 'none', 'max_relative'] as const;

/**
 * `normalize WORD`: how scores become weights; `merged` is where attends are merged. Without a softmax rows have no
 * denominator, and whatever needs one is reported.
 */
export function lowerNormalize(reader: FieldReader, merged: Span | null): Pick<ScoreDescriptor, 'weights'> {
  const word = reader.word('normalize', 'softmax', words);
  if (word === null || word === 'softmax') return {};
  const { lowering } = reader;
  const { span: written } = reader.get('normalize')!;
  if (word === 'max_relative') {
    lowering.report('not-yet-compiled', written, '`normalize max_relative` is not compiled yet.', {
      label: 'belongs to other aggregations',
      notes: ['it is a maximum over keys of every channel; this version compiles weighted sums of values'],
    });
    return {};
  }
  const needs = (span: Span, message: string, label: string, help: string): void => {
    const secondary = [{ span: written, text: 'weights are not divided by their sum' }];
    lowering.report('no-denominator', span, message, { label, secondary, help: [help] });
  };
  const outputs = reader.get('outputs');
  const lse = outputs?.values.find((value) => value.kind === 'name' && value.text === 'lse');
  const sink = reader.get('sink logit');
  const scale = reader.get('denominator scale');
  if (lse !== undefined)
    needs(lse.span, `There is no lse with \`normalize ${word}\`.`, 'of which sum?', '`outputs out`');
  if (sink !== undefined)
    needs(
      sink.span,
      `A sink has no place with \`normalize ${word}\`.`,
      'it joins the denominator of a softmax',
      'leave it out: it would change nothing but the denominator',
    );
  if (scale !== undefined)
    needs(
      scale.span,
      `There is no denominator to scale with \`normalize ${word}\`.`,
      'nothing is divided',
      'what scales the scores of a row is `rows scale(EXPR)`',
    );
  if (merged !== null)
    needs(
      merged,
      `Attends cannot be merged with \`normalize ${word}\`.`,
      '`merge` is one softmax over all attends',
      'the union of their sets, `A | B`, is one attend; `concat` keeps each apart',
    );
  return { weights: word };
}
