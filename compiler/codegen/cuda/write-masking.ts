import type { Block } from '../text.ts';

/**
 * `mask_scores`: dead pairs of a partial tile get -infinity; or, without a softmax, `mask_weights`: they get the weight 0,
 * whatever that of their score is. `seen` has the bits of the keys that some row of the warp
 * sees: where V fragments are not zeroed by it, weight 0 times a NaN in an unused row of v would be NaN.
 */
export function writeMasking(softmax: boolean): Block {
  const text = MASK_SCORES.trim();
  if (softmax) return text.split('\n');
  return text
    .replace('-infinity where', 'weight 0 where')
    .replace('mask_scores', 'mask_weights')
    .replace(' const Keys &keys', '  const Keys &keys')
    .replace('NEVER', '0.0f')
    .split('\n');
}

const MASK_SCORES = String.raw`
// Partial tiles: -infinity where a pair is dead. Returns the keys that some row of the warp sees, a bit for each
// lane_key.
template <class Pass, int M, int KEYS, class Queries, class Keys>
SP_DEVICE u32 mask_scores(const SpParams &p, float (&s)[M][KEYS / 8][4], const Queries &queries, int slot0,
                          const Keys &keys, int head, int batch) {
  u32 live[2 * M], seen = 0;
  Pass::template live_keys<M, KEYS>(p, live, queries, slot0, keys, head, batch);
#pragma unroll
  for (int r = 0; r < 2 * M; r++) {
    seen |= live[r];
#pragma unroll
    for (int t = 0; t < KEYS / 4; t++) {
      float &pair = s[r / 2][t / 2][2 * (r & 1) + (t & 1)];
      pair = live[r] >> t & 1 ? pair : NEVER;
    }
  }
#pragma unroll
  for (int other = 4; other < 32; other *= 2) seen |= sp_shuffle_xor(seen, other);
  return seen;
}
`;
