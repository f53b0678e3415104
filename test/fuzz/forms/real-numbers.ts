import { levels } from '../term.ts';
import type { Form } from '../term.ts';

const closed = { gives: ['integer'], takes: ['host'], weight: 0.6, level: levels.closed } as const;

/** Integers out of real numbers, which the host computes. */
export const realForms: readonly Form[] = [
  {
    ...closed,
    name: 'share at launch',
    launch: 'rate',
    text: (arg) => `floor(${arg(0, levels.product)} * rate)`,
    meaning: ({ names }, arg) => Math.floor(arg(0) * names.rate),
  },
  {
    ...closed,
    name: 'real number by head',
    text: (arg) => `ceil((if head < 1 then 0.5 else 1.25) * ${arg(0, levels.prefix)})`,
    meaning: ({ head }, arg) => Math.ceil((head < 1 ? 0.5 : 1.25) * arg(0)),
  },
  {
    ...closed,
    name: 'power of a real number',
    text: (arg) => `int(exp2(clamp(${arg(0)}, 0, 12) / 2))`,
    meaning: (_, arg) => Math.trunc(2 ** (Math.min(Math.max(arg(0), 0), 12) / 2)),
  },
  {
    ...closed,
    name: 'logarithm',
    text: (arg) => `trunc(log(1 + abs(${arg(0)})) * 3 - exp(min(${arg(0)}, 9) / 5))`,
    meaning: (_, arg) => Math.trunc(Math.log(1 + Math.abs(arg(0))) * 3 - Math.exp(Math.min(arg(0), 9) / 5)),
  },
];
