import { floatLiteral } from '../literals.ts';
import { product, tight } from './operators.ts';
import type { Dialect } from './operators.ts';
import { realCall } from './print-real.ts';

/** C++ as nvcc, NVRTC and g++ read it. */
export const cudaDialect: Dialect = {
  declare: (name, value, type) =>
    `const ${{ bool: 'bool', int: 'int', real: 'float' }[type]} ${name} = ${value};`,
  select: (condition, then, otherwise) => `(${condition} ? ${then} : ${otherwise})`,
  knownShift: (amount) => `${amount}`,
  shift: (amount) => amount,
  isEager: false,
  real: {
    literal: (digits) => `${digits}f`,
    convert: (text) => ({ text: `float(${text})`, binding: 'atom' }),
    functions: {
      sqrt: (x) => realCall('sqrtf', x),
      log: (x) => ({ text: `sp_log2(${x.text}) * ${floatLiteral(Math.LN2)}f`, binding: 'product' }),
      log2: (x) => realCall('sp_log2', x),
      exp: (x) => ({ text: `sp_exp2(${product(x)} * LOG2_E)`, binding: 'atom' }),
      exp2: (x) => realCall('sp_exp2', x),
      abs: (x) => realCall('fabsf', x),
      // 1 - 2 / (1 + e^2x), which is right at both ends: 2 / infinity is 0.
      tanh: (x) => ({
        text: `1.0f - 2.0f / (1.0f + sp_exp2(${product(x)} * ${floatLiteral(2 * Math.LOG2E)}f))`,
        binding: 'sum',
      }),
      sigmoid: (x) => ({ text: `1.0f / (1.0f + sp_exp2(${tight(x)} * -LOG2_E))`, binding: 'product' }),
    },
    least: 'fminf',
    most: 'fmaxf',
  },
};
