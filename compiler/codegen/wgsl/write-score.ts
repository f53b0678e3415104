import type { KernelPlan } from '../../ir/kernel.ts';
import type { ScoreDescriptor } from '../../../runtime/descriptor.ts';
import type { ModuleNames } from './names.ts';
import type { Block } from './text.ts';

/** True where a logit is more than the scaled product of q and k. */
export function hasScoreChain({ rowScale, softcap, slopes, keyBias }: ScoreDescriptor): boolean {
  return rowScale !== null || softcap !== null || slopes !== null || keyBias !== null;
}

/** The function `logit`, where the score is more than scaled: the steps of ScoreDescriptor in their order. */
export function writeScore({ score, reals }: KernelPlan, names: ModuleNames): Block[] {
  if (!hasScoreChain(score)) return [];
  const steps: string[] = [];
  if (score.rowScale !== null) steps.push(`s *= ${names.realReader(score.rowScale)}(i);`);
  if (score.softcap !== null) {
    const cap = floatLiteral(score.softcap);
    // Beyond 15 tanh is 1 in f32, and drivers that compute it by exp overflow.
    steps.push(`s = ${cap} * tanh(clamp(s / ${cap}, -15.0, 15.0));`);
  }
  if (score.slopes !== null) steps.push(`s -= ${names.realReader(score.slopes)}(head) * f32(abs(i - j));`);
  if (score.keyBias !== null) {
    const axes = reals.find(({ name }) => name === score.keyBias)?.axes ?? ['key'];
    const indices = axes.map((axis) => ({ batch: 'batch', head: 'head', query: 'i', key: 'j' })[axis]);
    steps.push(`s += ${names.realReader(score.keyBias)}(${indices.join(', ')});`);
  }
  return [
    [
      '// The logit of a pair in units of log 2, from the scaled product of q and k.',
      'fn logit(scaled: f32, i: i32, j: i32, head: i32, batch: i32) -> f32 {',
      '  var s = scaled;',
      ...steps.map((step) => `  ${step}`),
      '  return s * LOG2_E;',
      '}',
    ],
  ];
}

/** A number as an f32 literal: always with a point or an exponent. */
export function floatLiteral(value: number): string {
  const text = `${Math.fround(value) === value ? value : Number(value.toPrecision(9))}`;
  return /[.e]/.test(text) ? text : `${text}.0`;
}
