import type { Dialect } from './operators.ts';
import { realCall } from './print-real.ts';

export const wgslDialect: Dialect = {
  declare: (name, value) => `let ${name} = ${value};`,
  select: (condition, then, otherwise) => `select(${otherwise}, ${then}, ${condition})`,
  knownShift: (amount) => `${amount}u`,
  shift: (amount) => `u32(${amount})`,
  // Tint makes a block of every && and ||.
  isEager: true,
  real: {
    literal: (digits) => digits,
    convert: (text) => ({ text: `f32(${text})`, binding: 'atom' }),
    functions: {
      sqrt: (x) => realCall('sqrt', x),
      // WGSL leaves the logarithm of 0 open, and drivers make it -88.
      log: (x) => realCall('log_from_0', x),
      log2: (x) => realCall('log2_from_0', x),
      exp: (x) => realCall('exp', x),
      exp2: (x) => realCall('exp2', x),
      abs: (x) => realCall('abs', x),
      // Beyond 15 tanh is 1 in f32, and drivers that compute it by exp overflow.
      tanh: (x) => ({ text: `tanh(clamp(${x.text}, -15.0, 15.0))`, binding: 'atom' }),
      sigmoid: (x) => realCall('sigmoid', x),
    },
    least: 'min',
    most: 'max',
  },
};
