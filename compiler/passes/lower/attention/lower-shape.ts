import type { Label, Span } from '../../../diagnostics/diagnostic.ts';
import type { Graph } from '../../../ir/graph.ts';
import type { FieldReader } from './lower-fields.ts';
import type { Lowering } from '../values/lowering.ts';

/** Sizes, types and outputs of an attention. */
export type Shape = Pick<Graph, 'heads' | 'kvHeads' | 'dim' | 'dimV' | 'dtype' | 'layout' | 'outputs'>;

export const mostHeads = 4096;
const mostDim = 256;

/** `heads` and `kv_heads` of the attention whose name stands at `name`; null where there is no number to go on with. */
export function lowerHeads(reader: FieldReader, name: Span): Pick<Shape, 'heads' | 'kvHeads'> | null {
  const { defaults } = reader.lowering.options;
  const heads = reader.integer('heads', defaults.heads, 1, mostHeads);
  const fallback = reader.get('heads') === undefined ? defaults.kvHeads : (heads ?? 1);
  const kvHeads = reader.integer('kv_heads', fallback, 1, mostHeads);
  if (heads === null || kvHeads === null) return null;
  const field = reader.get('kv_heads') ?? reader.get('heads');
  const other = reader.get('heads')?.span;
  const grouped = checkGroups(
    reader.lowering,
    { heads, kvHeads },
    field?.values[0]?.span ?? field?.span ?? name,
    other === undefined || field?.name === 'heads' ? [] : [{ span: other, text: `${heads} query heads` }],
  );
  // Reported: as many key heads as query heads let the rest of the attention be checked too.
  return { heads, kvHeads: grouped ? kvHeads : heads };
}

/** Whether every key and value head serves the same number of query heads; reported where it does not. */
export function checkGroups(
  lowering: Lowering,
  { heads, kvHeads }: Pick<Shape, 'heads' | 'kvHeads'>,
  span: Span,
  secondary: readonly Label[] = [],
): boolean {
  if (heads % kvHeads === 0) return true;
  lowering.report(
    'heads-not-grouped',
    span,
    `kv_heads must divide heads, but ${kvHeads} does not divide ${heads}.`,
    {
      label: `${heads} mod ${kvHeads} = ${heads % kvHeads}`,
      secondary,
      notes: ['every key and value head serves the same number of query heads'],
    },
  );
  return false;
}

/** The rest of the shape; null after a report. */
export function lowerShape(reader: FieldReader, heads: Pick<Shape, 'heads' | 'kvHeads'>): Shape | null {
  const { defaults } = reader.lowering.options;
  const dim = lowerDim(reader, 'dim', defaults.dim);
  const dimV = lowerDim(
    reader,
    'dim_v',
    reader.get('dim') === undefined ? defaults.dimV : (dim ?? defaults.dimV),
  );
  const dtype = reader.word('dtype', defaults.dtype, ['f32', 'f16', 'bf16']);
  const layout = reader.word('layout', defaults.layout, ['bhnd', 'bnhd']);
  const outputs = lowerOutputs(reader);
  if (dim === null || dimV === null || dtype === null || layout === null || outputs === null) return null;
  return { ...heads, dim, dimV, dtype, layout, outputs };
}

function lowerDim(reader: FieldReader, name: 'dim' | 'dim_v', fallback: number): number | null {
  const dim = reader.integer(name, fallback, 4, mostDim);
  if (dim === null || dim % 4 === 0) return dim;
  const span = reader.get(name)!.values[0].span;
  reader.lowering.report('dim-not-multiple', span, `\`${name}\` must be a multiple of 4, but it is ${dim}.`, {
    label: `${dim} mod 4 = ${dim % 4}`,
    notes: ['kernels read rows as vectors of four numbers'],
    help: [`use ${Math.ceil(dim / 4) * 4} and fill the rows with zeros: the scores stay the same`],
  });
  return null;
}

function lowerOutputs(reader: FieldReader): Shape['outputs'] | null {
  const field = reader.get('outputs');
  if (field === undefined) return ['out'];
  const words = field.values.map((value) => reader.choice('outputs', value, ['out', 'lse']));
  if (words.includes(null)) return null;
  const unique = new Set(words);
  if (unique.size === words.length && unique.has('out')) return unique.has('lse') ? ['out', 'lse'] : ['out'];
  reader.lowering.report('field-value', field.span, '`outputs` must be `out` or `out, lse`.', {
    label: unique.has('out') ? 'a word stands twice' : '`out` is missing',
  });
  return null;
}
