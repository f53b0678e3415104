import type { CudaKernelPlan } from '../../ir/cuda-kernel.ts';
import type { Block } from '../text.ts';
import type { CudaNames } from './names.ts';

/**
 * What passes of one softmax hand on: a row of STATE floats for every (batch, head) and query. A lane takes up and leaves
 * the accumulators of its fragments, two neighbours at a time; the sum of a row, of which four lanes hold a part each, is
 * reduced when it is left, and taken up by one of them. Without a softmax there are accumulators alone.
 */
export function writeCudaState({ passes, score }: CudaKernelPlan, { field }: CudaNames): Block[] {
  const softmax = score.weights === undefined;
  const reads = passes.some(({ state, strategy }) => state.reads && strategy !== 'diagonal');
  const cut = passes.some(({ merge }) => merge !== null);
  const writes = cut || passes.some(({ state, strategy }) => state.writes && strategy !== 'diagonal');
  if (!cut && !passes.some(({ state }) => state.reads || state.writes)) return [];
  return [
    [
      cut
        ? '// The state of a row: where the next pass goes on. That of part n of a pass stands n batches behind it.'
        : '// The state of a row: where the next pass goes on.',
      'struct alignas(8) Pair { float low, high; };',
      'SP_DEVICE float *state_of(const SpParams &p, int row, int head, int batch) {',
      `  return p.state + ((i64)(batch * HEADS + head) * ${field('nq')} + row) * STATE;`,
      '}',
    ],
    ...(reads ? [writeTakeUp(softmax)] : []),
    ...(writes ? [writeLeave(softmax)] : []),
  ];
}

function writeTakeUp(softmax: boolean): Block {
  return [
    ...(softmax
      ? [
          '// Accumulators and row statistics as the pass before has left them; those of empty slots stay as they are.',
          'template <int M, class Queries>',
          'SP_DEVICE void take_up_state(const SpParams &p, float (&o)[M][DIM_V / 8][4], float (&maximum)[M][2],',
          '                             float (&sum)[M][2], const Queries &queries, int slot0, int head, int batch) {',
        ]
      : [
          '// Accumulators as the pass before has left them; those of empty slots stay as they are.',
          'template <int M, class Queries>',
          'SP_DEVICE void take_up_state(const SpParams &p, float (&o)[M][DIM_V / 8][4], const Queries &queries, int slot0,',
          '                             int head, int batch) {',
        ]),
    '  const int lane = sp_thread() & 3;',
    '#pragma unroll',
    '  for (int r = 0; r < 2 * M; r++) {',
    '    const int row = queries.row(p, slot0 + r * 8);',
    '    if (row < 0) continue;',
    '    const float *state = state_of(p, row, head, batch);',
    '#pragma unroll',
    '    for (int d = 0; d < DIM_V / 8; d++) {',
    '      const Pair pair = *(const Pair *)(state + d * 8 + lane * 2);',
    '      o[r / 2][d][r % 2 * 2] = pair.low;',
    '      o[r / 2][d][r % 2 * 2 + 1] = pair.high;',
    '    }',
    ...(softmax
      ? [
          '    maximum[r / 2][r % 2] = state[DIM_V];',
          '    sum[r / 2][r % 2] = lane == 0 ? state[DIM_V + 1] : 0.0f;',
        ]
      : []),
    '  }',
    '}',
  ];
}

function writeLeave(softmax: boolean): Block {
  return [
    ...(softmax
      ? [
          '// Leaves accumulators and row statistics to the next pass.',
          'template <int M, class Queries>',
          'SP_DEVICE void leave_state(const SpParams &p, const float (&o)[M][DIM_V / 8][4], const float (&maximum)[M][2],',
          '                           const float (&sum)[M][2], const Queries &queries, int slot0, int head, int batch) {',
        ]
      : [
          '// Leaves accumulators to the next pass.',
          'template <int M, class Queries>',
          'SP_DEVICE void leave_state(const SpParams &p, const float (&o)[M][DIM_V / 8][4], const Queries &queries, int slot0,',
          '                           int head, int batch) {',
        ]),
    '  const int lane = sp_thread() & 3;',
    '#pragma unroll',
    '  for (int r = 0; r < 2 * M; r++) {',
    ...(softmax
      ? [
          '    float total = sum[r / 2][r % 2];',
          '    total += sp_shuffle_xor(total, 1);',
          '    total += sp_shuffle_xor(total, 2);',
        ]
      : []),
    '    const int row = queries.row(p, slot0 + r * 8);',
    '    if (row < 0) continue;',
    '    float *state = state_of(p, row, head, batch);',
    '#pragma unroll',
    '    for (int d = 0; d < DIM_V / 8; d++)',
    '      *(Pair *)(state + d * 8 + lane * 2) = {o[r / 2][d][r % 2 * 2], o[r / 2][d][r % 2 * 2 + 1]};',
    ...(softmax ? ['    if (lane == 0) *(Pair *)(state + DIM_V) = {maximum[r / 2][r % 2], total};'] : []),
    '  }',
    '}',
  ];
}
