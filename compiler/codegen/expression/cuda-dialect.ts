import type { Dialect } from './operators.ts';

/** C++ as nvcc, NVRTC and g++ read it. */
export const cudaDialect: Dialect = {
  declare: (name, value, condition) => `const ${condition ? 'bool' : 'int'} ${name} = ${value};`,
  select: (condition, then, otherwise) => `(${condition} ? ${then} : ${otherwise})`,
  knownShift: (amount) => `${amount}`,
  shift: (amount) => amount,
  isEager: false,
};
