import type { CudaKernelPlan } from '../../ir/cuda-kernel.ts';
import type { MaskProgram } from '../../../runtime/mask/nodes.ts';
import type { Block } from '../wgsl/text.ts';

/**
 * `mask_scores`: dead pairs of a partial tile get -infinity. What a lane holds of a row is a word with a bit for each of
 * its KEYS / 4 keys. `seen` has the bits that some row of the warp sees: where V fragments are not zeroed by it, weight
 * 0 times a NaN in an unused row of v would be NaN.
 */
export function writeCudaMasking(plan: CudaKernelPlan): Block[] {
  const head = [
    '// Partial tiles: -infinity where a pair is dead. Returns the keys that some row of the warp sees, a bit for each',
    '// lane_key.',
    'template <int M, int KEYS>',
    'SP_DEVICE u32 mask_scores(const SpParams &p, float (&s)[M][KEYS / 8][4], const Walk &walk, int row0, int head,',
    '                          int batch) {',
    '  u32 seen = 0;',
    '#pragma unroll',
    '  for (int r = 0; r < 2 * M; r++) {',
    '    const int i = query_position(p, row0 + r * 8);',
  ];
  const body = plan.schedule.kind === 'ranges' ? fromBounds() : fromPredicate(plan.schedule.residual);
  return [
    [
      ...head,
      ...body,
      '    seen |= live;',
      '#pragma unroll',
      '    for (int t = 0; t < KEYS / 4; t++) {',
      '      float &pair = s[r / 2][t / 2][2 * (r & 1) + (t & 1)];',
      '      pair = live >> t & 1 ? pair : NEVER;',
      '    }',
      '  }',
      '#pragma unroll',
      '  for (int other = 4; other < 32; other *= 2) seen |= sp_shuffle_xor(seen, other);',
      '  return seen;',
      '}',
    ],
  ];
}

function fromBounds(): Block {
  return [
    '    const int begin = row_begin(p, i, head, batch) - walk.key0, end = row_end(p, i, head, batch) - walk.key0;',
    '    u32 live = 0;',
    '#pragma unroll',
    '    for (int t = 0; t < KEYS / 4; t++) live |= (u32)(lane_key(t) >= begin && lane_key(t) < end) << t;',
  ];
}

/** The loop over keys is unrolled only as far as the predicate is small: a copy of it stands in the code for each key. */
function fromPredicate(residual: MaskProgram): Block {
  return [
    '    u32 live = 0;',
    '    const int count = walk.end - walk.key0;',
    `#pragma unroll ${isSmall(residual) ? 4 : 1}`,
    '    for (int t = 0; t < KEYS / 4; t++) {',
    '      const int key = lane_key(t);',
    '      if (key < count && is_live(p, i, key_position(p, walk.key0 + key), head, batch)) live |= 1u << t;',
    '    }',
  ];
}

function isSmall({ nodes }: MaskProgram): boolean {
  return nodes.length <= 40 && nodes.every(({ kind }) => kind !== 'member');
}
