import type { KernelPlan } from '../../ir/kernel.ts';
import type { WeightFunction } from '../../../runtime/score.ts';
import { floatLiteral } from '../literals.ts';
import type { Block } from '../text.ts';
import { LAPLACE_MEAN, LAPLACE_STEEPNESS, WEIGHT_FORMULAS, erfcSums } from '../weight-formulas.ts';
import type { KernelContext } from './kernel-context.ts';
import { keyPosition, queryPosition } from './slots.ts';

/** Turns scores into weights that depend on nothing else: all threads together, in a rolled loop. */
export function writeWeights(context: KernelContext): Block {
  const { tiles, scored, pass } = context;
  const score = `${tiles.weights}[t]`;
  const call = `logit(${score}, i, ${keyPosition(context, 'key')}, head_id, batch_id) * LN_2`;
  return [
    '// Weights. A dead pair has none, whatever its score is.',
    'for (var t = lane; t < TILE_QUERIES * TILE_KEYS; t += THREADS) {',
    '  let row = t / TILE_KEYS;',
    '  let key = t % TILE_KEYS;',
    pass.strategy === 'diagonal'
      ? `  let live = ${tiles.liveKeys}[row];`
      : `  let live = select(0xffffffffu, ${tiles.liveKeys}[row], partial);`,
    ...(scored ? [`  let i = ${queryPosition(context, 'row')};`] : []),
    `  let weight = weight_of(${scored ? call : score});`,
    `  ${score} = select(0.0, weight, ((live >> key) & 1u) != 0u);`,
    '}',
  ];
}

/** The function `weight_of`, where there is no softmax. */
export function writeWeightFunction({ score: { weights } }: KernelPlan): Block[] {
  if (weights === undefined) return [];
  return [
    [
      `// The weight of a score: ${WEIGHT_FORMULAS[weights]}.`,
      'fn weight_of(s: f32) -> f32 {',
      ...writeBody(weights).map((line) => `  ${line}`),
      '}',
    ],
  ];
}

function writeBody(weights: WeightFunction): Block {
  switch (weights) {
    case 'relu':
      return ['return select(s, 0.0, s < 0.0);'];
    case 'relu2':
      return ['return select(s * s, 0.0, s < 0.0);'];
    case 'laplace':
      return [
        `let x = (s - ${floatLiteral(LAPLACE_MEAN)}) * ${floatLiteral(LAPLACE_STEEPNESS)};`,
        '// erfc |x|, to 1.2e-7 of itself (Numerical Recipes, section 6.2).',
        'let z = min(abs(x), 10.0); // where erfc is nothing in f32',
        'let t = 1.0 / (1.0 + 0.5 * z);',
        ...erfcSums(floatLiteral).map((value, at) => `${at === 0 ? 'var ' : ''}sum = ${value};`),
        'let tail = 0.5 * t * exp(sum - z * z);',
        'return select(tail, 1.0 - tail, x > 0.0);',
      ];
    case 'sigmoid':
      return ['// e^87 is near the largest f32.', 'return 1.0 / (1.0 + exp(min(-s, 87.0)));'];
    case 'none':
      return ['return s;'];
  }
}
