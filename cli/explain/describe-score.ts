import { printMaskLine } from '../../compiler/ir/print-mask.ts';
import type { RealReading, ScoreDescriptor } from '../../runtime/score.ts';

/**
 * From q.k to the weight of a pair, in words and in the order in which kernels compute it: `s = q.k * 0.125, + bias[j - i]:
 * softmax`.
 */
export function describeScore(score: ScoreDescriptor): string {
  const { scale, rowScale, softcap, slopes, keyBias, biases, change } = score;
  const steps = [
    `s = q.k * ${typeof scale === 'number' ? Number(scale.toPrecision(6)) : scale}`,
    ...(rowScale === null ? [] : [`* ${rowScale}[i]`]),
    ...(softcap === null ? [] : [`${softcap} tanh(s / ${softcap})`]),
    ...(slopes === null ? [] : [`- ${slopes}[head] * abs(i - j)`]),
    ...(keyBias === null ? [] : [`+ ${keyBias}[.., j]`]),
    ...biases.map((bias) => `+ ${printReading(bias)}`),
    ...(change === undefined ? [] : [`then s becomes ${printMaskLine(change)}`]),
  ];
  return `${steps.join(', ')}: ${describeWeights(score)}`;
}

function describeWeights({ weights, sink, denominatorScale }: ScoreDescriptor): string {
  if (weights !== undefined)
    return weights === 'none' ? 'the weight, no denominator' : `${weights}, no denominator`;
  return [
    'softmax',
    ...(sink === null ? [] : [`exp(${sink}[head]) in the denominator`]),
    ...(denominatorScale === null ? [] : [`denominator * ${printReading(denominatorScale)}`]),
  ].join(', ');
}

function printReading({ array, indices }: RealReading): string {
  return `${array}[${indices.map(printMaskLine).join(', ')}]`;
}
