import type { Dialect } from './operators.ts';

export const wgslDialect: Dialect = {
  declare: (name, value) => `let ${name} = ${value};`,
  select: (condition, then, otherwise) => `select(${otherwise}, ${then}, ${condition})`,
  knownShift: (amount) => `${amount}u`,
  shift: (amount) => `u32(${amount})`,
  // Tint makes a block of every && and ||.
  isEager: true,
};
