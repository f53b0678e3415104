import type { Block } from '../text.ts';

const SCORE = 'score_pairs<1, KEYS>(p, s, queries, slot0, Keys::tile(p, walk), head, batch);';

/** Products of q and k of the tile at hand, waited for. */
export function multiplyKeys(scored: boolean): Block {
  return [
    'sp_signal_wait(Place::keys_came(ring.stage), ring.phase);',
    'sp_pin(s[0]);',
    'sp_product_fence();',
    'multiply_own_keys(ring.stage);',
    'sp_product_commit();',
    'sp_product_wait<0>();',
    'sp_pin(s[0]);',
    'leave(Place::keys_left(ring.stage));',
    ...(scored ? [SCORE] : []),
  ];
}

/** Whether logits are computed one by one, and whether weights are those of a softmax. */
export interface Weighing {
  readonly scored: boolean;
  readonly softmax: boolean;
}

/** Weights of the tile at hand, and as elements. */
function makeWeights(softmax: boolean): Block {
  const weigh = softmax
    ? ['soften<1, KEYS>(s, maximum, sum, factor, scale);', 'rescale<1>(o, factor);']
    : ['weigh<1, KEYS>(s, scale);'];
  return [...weigh, 'pack_weights<KEYS>(w, s[0]);'];
}

const MULTIPLY_VALUES: Block = [
  'sp_signal_wait(Place::values_came(ring.stage), ring.phase);',
  'sp_pin(o[0]);',
  'sp_pin(w);',
  'sp_product_fence();',
  'multiply_own_values(ring.stage);',
  'sp_product_commit();',
  'sp_product_wait<0>();',
  'sp_pin(o[0]);',
  'leave(Place::values_left(ring.stage));',
];

/** Full tiles: every product is waited for; the other warpgroups keep the tensor cores busy meanwhile. */
export function writeOneByOne({ scored, softmax }: Weighing): Block {
  const steps = [...multiplyKeys(scored), ...makeWeights(softmax), ...MULTIPLY_VALUES];
  return [
    '// Full tiles.',
    '#pragma unroll 1',
    'for (; !walk.done(); walk.advance(), ring.advance()) {',
    ...steps.map((step) => `  ${step}`),
    '}',
  ];
}

/**
 * Full tiles, two products at a time: while the weights of tile n are computed, those of tile n - 1 are multiplied with
 * v. Two warpgroups moreover take turns in issuing products, so that one computes weights while the other multiplies
 * (FlashAttention-3, arXiv:2407.08608, section 3.2 and algorithm 2).
 */
export function writeOverlapped(turns: boolean, { scored, softmax }: Weighing): Block {
  return [
    '// Full tiles: the products of a tile with v run while the weights of the next are computed.',
    'if (!walk.done()) {',
    ...(turns ? ['  if (group == 0) sp_named_arrive(1, 256); // the first turn'] : []),
    ...[...multiplyKeys(scored), ...makeWeights(softmax)].map((step) => `  ${step}`),
    '  walk.advance();',
    '#pragma unroll 1',
    '  for (; !walk.done(); walk.advance()) {',
    '    const Ring<STAGES> last = ring;',
    '    ring.advance();',
    '    sp_signal_wait(Place::keys_came(ring.stage), ring.phase);',
    ...(turns ? ['    sp_named_barrier(1 + group, 256);'] : []),
    '    sp_pin(s[0]);',
    '    sp_pin(w);',
    '    sp_pin(o[0]);',
    '    sp_product_fence();',
    '    multiply_own_keys(ring.stage);',
    '    sp_product_commit();',
    '    sp_signal_wait(Place::values_came(last.stage), last.phase);',
    '    sp_product_fence();',
    '    multiply_own_values(last.stage);',
    '    sp_product_commit();',
    ...(turns ? ['    sp_named_arrive(2 - group, 256);'] : []),
    '    sp_product_wait<1>();',
    '    sp_pin(s[0]);',
    '    leave(Place::keys_left(ring.stage));',
    ...(scored ? [`    ${SCORE}`] : []),
    softmax ? '    soften<1, KEYS>(s, maximum, sum, factor, scale);' : '    weigh<1, KEYS>(s, scale);',
    '    sp_product_wait<0>();',
    '    sp_pin(o[0]);',
    '    sp_pin(w);',
    '    leave(Place::values_left(last.stage));',
    '    pack_weights<KEYS>(w, s[0]);',
    ...(softmax ? ['    rescale<1>(o, factor);'] : []),
    '  }',
    ...MULTIPLY_VALUES.map((step) => `  ${step}`),
    '  ring.advance();',
    ...(turns ? ['  if (group == 0) sp_named_barrier(1, 256); // the turn that is left over'] : []),
    '}',
  ];
}
