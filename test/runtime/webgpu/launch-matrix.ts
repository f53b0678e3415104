import { compile } from '../../../compiler/index.ts';
import type { TargetTable } from '../../../compiler/index.ts';
import type { AttentionDescriptor } from '../../../runtime/descriptor.ts';
import type { Attention } from '../../../runtime/index.ts';
import { layOutTensors } from '../../../runtime/launch/tensor-layout.ts';
import { attendDense } from '../../../runtime/reference/attend-dense.ts';
import type { AttentionResult, DenseScore } from '../../../runtime/reference/attend-dense.ts';
import { gappedStrides, tensorWithGaps, withoutGaps } from './gapped-tensors.ts';
import { sequence } from './window-reference.ts';

/** Tiles of 8 x 8, and of 8 x 4 for at most eight rows: borders everywhere, and shaders that compile at once. */
export const smallTiles: TargetTable = {
  class: 'software',
  workgroupBytes: 16384,
  invocations: 16,
  accumulators: 64,
  keepsQueries: false,
  padding: 0,
  tiled: [{ x: 4, y: 4, rows: 2, columns: 2 }],
  smallQuery: [{ x: 4, y: 4, rows: 2, columns: 1 }],
  diagonal: [{ x: 4, y: 4, rows: 1, columns: 2 }],
};

/** Sizes around the borders of tiles of 8 rows and 8 keys; the first three are for the small-query kernel. */
export const sizes: readonly (readonly [nq: number, nk: number])[] = [
  [1, 25],
  [7, 24],
  [8, 31],
  [24, 24],
  [25, 25],
  [23, 23],
  [9, 31],
];

/** What a row of the matrix is made of; four query heads on two key heads. */
export interface Variant {
  readonly dim: number;
  readonly dimV: number;
  readonly layout: 'bhnd' | 'bnhd';
  /** A band of keys, or every third key and a window, which no two row bounds describe. */
  readonly schedule: 'ranges' | 'table';
  /** Score fields of {@link scoreFields}. */
  readonly fields: readonly ScoreField[];
}

export type ScoreField = 'softcap' | 'alibi' | 'key bias' | 'row scale' | 'sink';

export const scoreFields: Readonly<Record<ScoreField, string>> = {
  softcap: 'softcap 1.5',
  alibi: 'alibi(slopes)',
  'key bias': 'bias key(bias)',
  'row scale': 'rows scale(1.0 + i / 16)',
  sink: 'sink logit(sinks)',
};

export const [HEADS, KV_HEADS, BATCH] = [4, 2, 2];

const masks = {
  ranges: 'causal & window(keys: 11) & j < lengths[batch]',
  table: '(causal & window(keys: 5) | stride(3)) & j < lengths[batch]',
};

/** Keys of batch item 1 end here: behind the window, its rows have no live key. */
const shortLength = 6;

/** The masks, read off the text above and not compiled. */
export function isLiveIn(variant: Variant, nk: number) {
  return (batch: number, _head: number, i: number, j: number): boolean => {
    if (j >= (batch === 0 ? nk : shortLength)) return false;
    if (variant.schedule === 'ranges') return j <= i && i - j < 11;
    return (j <= i && i - j < 5) || (i - j) % 3 === 0;
  };
}

export function compileVariant({ dim, dimV, layout, schedule, fields }: Variant): AttentionDescriptor {
  const text = `
attention matrix {
  input lengths: int[batch]
  ${fields.includes('alibi') ? 'input slopes: float[heads]' : ''}
  ${fields.includes('key bias') ? 'input bias: float[batch, heads, n]' : ''}
  ${fields.includes('sink') ? 'input sinks: float[heads]' : ''}
  mask ${masks[schedule]}
  heads ${HEADS}
  kv_heads ${KV_HEADS}
  dim ${dim}
  dim_v ${dimV}
  layout ${layout}
  outputs out, lse
  ${fields.map((field) => scoreFields[field]).join('\n  ')}
}
`;
  const { units, diagnostics } = compile(
    { name: 'matrix.sa', text },
    { targets: [smallTiles], verify: true },
  );
  if (!units[0]?.descriptor) throw new Error(JSON.stringify(diagnostics));
  return units[0].descriptor;
}

export interface Launched {
  readonly out: Float64Array;
  readonly lse: Float32Array;
  readonly reference: AttentionResult;
  readonly kernels: readonly string[];
}

/** One launch of two sequences on tensors whose rows are apart by different numbers of NaN, and its reference. */
export async function launchVariant(
  attention: Attention,
  variant: Variant,
  nq: number,
  nk: number,
): Promise<Launched> {
  const { descriptor } = attention;
  const strides = gappedStrides(descriptor, nq, nk);
  const layouts = layOutTensors(descriptor, { batch: BATCH, nq, nk }, { strides });
  const tensors = {
    q: tensorWithGaps(layouts.q, 1),
    k: tensorWithGaps(layouts.k, 2),
    v: tensorWithGaps(layouts.v, 3),
  };
  const slopes = [0.5, 0.25, 0.125, 0.0625];
  const sinks = [2, -1, 0, 0.5];
  const bias = sequence(BATCH * HEADS * nk, 4);
  const { fields } = variant;
  const score: DenseScore = {
    scale: 1 / Math.sqrt(variant.dim),
    ...(fields.includes('softcap') && { softcap: 1.5 }),
    ...(fields.includes('alibi') && { slope: (head: number) => slopes[head] }),
    ...(fields.includes('key bias') && {
      keyBias: (batch: number, head: number, j: number) => bias[(batch * HEADS + head) * nk + j],
    }),
    ...(fields.includes('row scale') && { rowScale: (i: number) => 1 + i / 16 }),
    ...(fields.includes('sink') && { sink: (head: number) => sinks[head] }),
  };
  const arrays = {
    lengths: [nk, shortLength],
    ...(fields.includes('alibi') && { slopes }),
    ...(fields.includes('key bias') && { bias }),
    ...(fields.includes('sink') && { sinks }),
  };
  const result = await attention.forward(tensors, { batch: BATCH, nq, nk, strides, arrays });
  const reference = attendDense({
    batch: BATCH,
    heads: HEADS,
    kvHeads: KV_HEADS,
    nq,
    nk,
    dim: variant.dim,
    dimV: variant.dimV,
    offset: nk - nq,
    ...tensors,
    strides,
    isLive: isLiveIn(variant, nk),
    score,
  });
  return {
    out: withoutGaps(layouts.out, result.out as Float32Array),
    lse: result.lse!,
    reference,
    kernels: result.kernels,
  };
}
