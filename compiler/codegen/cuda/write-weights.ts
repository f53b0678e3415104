import type { CudaKernelPlan } from '../../ir/cuda-kernel.ts';
import type { WeightFunction } from '../../../runtime/score.ts';
import { floatLiteral } from '../literals.ts';
import type { Block } from '../text.ts';
import type { CudaNames } from './names.ts';
import { LAPLACE_MEAN, LAPLACE_STEEPNESS, WEIGHT_FORMULAS, erfcSums } from '../weight-formulas.ts';

/** What the weights of an attention without a softmax call of the prelude and of the constants. */
export function weightNeeds({ score: { weights } }: Pick<CudaKernelPlan, 'score'>): {
  readonly exponential: boolean;
} {
  return { exponential: weights === 'laplace' || weights === 'sigmoid' };
}

/**
 * What products, or complete logits, are multiplied with: to be exponents of two in a softmax, else to be scores. Logits
 * come in units of log 2.
 */
export function writeScale(softmax: boolean, scored: boolean, { field }: CudaNames): string {
  if (!softmax)
    return `const float scale = ${scored ? 'LN_2; // logits are in units of log 2' : `${field('scale')};`}`;
  return scored
    ? 'const float scale = 1.0f; // logits are complete'
    : `const float scale = ${field('scale')} * LOG2_E;`;
}

/** The function `weight_of`, where there is no softmax, and for tiles `weigh`. */
export function writeCudaWeights({ score: { weights }, passes }: CudaKernelPlan): Block[] {
  if (weights === undefined) return [];
  const tiled = passes.some(({ strategy }) => strategy !== 'diagonal');
  return [
    [
      `// The weight of a score: ${WEIGHT_FORMULAS[weights]}.`,
      'SP_DEVICE float weight_of(float s) {',
      ...writeBody(weights).map((line) => `  ${line}`),
      '}',
    ],
    ...(tiled ? [WEIGH.trim().split('\n')] : []),
  ];
}

const WEIGH = String.raw`
// From products or logits to weights, each of its own; scale makes scores of them.
template <int M, int KEYS> SP_DEVICE void weigh(float (&s)[M][KEYS / 8][4], float scale) {
#pragma unroll
  for (int a = 0; a < M; a++)
#pragma unroll
    for (int b = 0; b < KEYS / 8; b++)
#pragma unroll
      for (int e = 0; e < 4; e++) s[a][b][e] = weight_of(s[a][b][e] * scale);
}
`;

function writeBody(weights: WeightFunction): readonly string[] {
  const literal = (value: number): string => `${floatLiteral(value)}f`;
  switch (weights) {
    case 'relu':
      return ['return s < 0.0f ? 0.0f : s;'];
    case 'relu2':
      return ['return s < 0.0f ? 0.0f : s * s;'];
    case 'laplace':
      return [
        `const float x = (s - ${literal(LAPLACE_MEAN)}) * ${literal(LAPLACE_STEEPNESS)};`,
        '// erfc |x|, to 1.2e-7 of itself (Numerical Recipes, section 6.2).',
        'const float z = fabsf(x), t = sp_reciprocal(1.0f + 0.5f * z);',
        ...erfcSums(literal).map((value, at) => `${at === 0 ? 'float ' : ''}sum = ${value};`),
        'const float tail = 0.5f * t * sp_exp2((sum - z * z) * LOG2_E);',
        'return x > 0.0f ? 1.0f - tail : tail;',
      ];
    case 'sigmoid':
      return ['return sp_reciprocal(1.0f + sp_exp2(-s * LOG2_E));'];
    case 'none':
      return ['return s;'];
  }
}
