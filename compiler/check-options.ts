import { mostHeads } from './passes/lower/attention/lower-shape.ts';
import type { CompileOptions } from './options.ts';

/** An option of `compile` that is not one of its values. The text is not to blame, so there is no diagnostic. */
export class OptionError extends RangeError {
  override readonly name = 'OptionError';
}

const choices = {
  target: ['wgsl', 'cuda'],
  until: ['lower', 'plan', 'emit'],
  dtype: ['f32', 'f16', 'bf16'],
  layout: ['bhnd', 'bnhd'],
} as const;

/** Which head dimensions kernels serve is the target's to say: see check-target. */
const MOST = 2 ** 16;

/**
 * Checks what a program, or a caller without types, may get wrong.
 *
 * @throws {OptionError} naming the option, the limit and the value.
 */
export function checkOptions({ defaults = {}, target, targets, cudaTargets, until }: CompileOptions): void {
  const { dtype, layout } = defaults;
  for (const [name, value] of Object.entries({ target, until, dtype, layout })) {
    const known: readonly string[] = choices[name as keyof typeof choices];
    if (value !== undefined && !known.includes(value))
      throw new OptionError(`the option ${name} is ${String(value)}; it is one of ${known.join(', ')}`);
  }
  const counts = { heads: mostHeads, kvHeads: mostHeads, dim: MOST, dimV: MOST };
  for (const name of ['heads', 'kvHeads', 'dim', 'dimV'] as const) {
    const value = defaults[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= counts[name]))
      throw new OptionError(`the option ${name} is ${value}; it is an integer in 1..${counts[name]}`);
  }
  if (targets?.length === 0) throw new OptionError('the option targets is empty: no adapter class is left');
  if (cudaTargets?.length === 0) throw new OptionError('the option cudaTargets is empty: no family is left');
}
