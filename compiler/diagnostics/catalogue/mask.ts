import { chapter } from './entry.ts';

/** Codes SA06xx: the mask is well-formed, but what it means is wrong or surprising. */
export const mask = chapter({
  'empty-mask': {
    code: 'SA0601',
    severity: 'error',
    title: 'no query attends to any key',
    explanation:
      'The mask is false for every pair, whatever the sizes, parameters and arrays are: two parts of an intersection exclude each other, or a bound keeps nothing. The output would be 0 everywhere, so that nothing is compiled.',
  },
  'empty-rows': {
    code: 'SA0602',
    severity: 'warning',
    title: 'a row has no key',
    explanation:
      'At the sizes that the message names, with the default launch parameters and default inputs, some query attends to no key at all. Its output is 0 and its lse is minus infinity. Often the mask lacks the query itself (`| i == j`) or a sink.',
  },
  'mask-always-true': {
    code: 'SA0603',
    severity: 'warning',
    title: 'the mask keeps every pair',
    explanation:
      'The mask is true for every pair at every size, although it was not written as `full`: the bounds that it sets are never reached. Attention is dense.',
  },
  'condition-always-true': {
    code: 'SA0604',
    severity: 'warning',
    title: 'a condition is always true',
    explanation:
      'A part of the mask is true for every pair within the declared sizes and parameter ranges, so that it restricts nothing: keys are always below `n`, positions of keys are never negative. Leave it out, or correct the bound.',
  },
  'condition-always-false': {
    code: 'SA0605',
    severity: 'warning',
    title: 'a condition is always false',
    explanation:
      'A part of the mask holds for no pair within the declared sizes and parameter ranges, so that it adds nothing. Leave it out, or correct the bound.',
  },
  'set-without-effect': {
    code: 'SA0606',
    severity: 'warning',
    title: 'a part of a union adds nothing',
    explanation:
      'Every pair of one part of a union is already in another part: `window(each: 64) | window(each: 16)` is `window(each: 64)`. The part can be left out without changing the mask.',
  },
  'real-depends-on-two-indices': {
    code: 'SA0607',
    severity: 'error',
    title: 'a real value depends on two indices',
    explanation:
      'Kernels compute masks in integers. A real subexpression is computed by the host in float64, once for each value of the one index that it may depend on (`i`, `j`, `head` or `batch`), and reaches the kernel as an integer table. A real that depends on two indices would need a table of their product. Split it, or write it with `div`, which works on integers.',
  },
  'value-overflow': {
    code: 'SA0608',
    severity: 'error',
    title: 'an integer may leave 32 bits',
    explanation:
      'Kernels hold integers in 32 bits with a sign: -2147483648 to 2147483647. For lengths up to 16777216 (2^24) and the declared ranges of parameters the compiler must prove that every value stays inside. Narrow the range of a launch parameter (`launch w: int in 1..4096`), divide before multiplying, or bound a factor by `min`.',
  },
  'rounded-score': {
    code: 'SA0609',
    severity: 'error',
    title: 'an integer is made of the score',
    explanation:
      'In the field `score` kernels compute `s` in f32. Rounding it would give other integers on other devices, and the host, which rounds all other reals in float64, does not know it. Compare it instead: `if s < 0.5 then … else …`.',
  },
  'score-too-large': {
    code: 'SA0610',
    severity: 'error',
    title: 'a number of a score does not fit in f32',
    explanation:
      'Kernels compute the field `score` in f32, whose numbers reach to 3.4e38. A pair that is not to attend belongs in the mask, which skips whole tiles of such pairs; where a score is to weigh nothing, anything below -7e37 does.',
  },
});
