import type { KernelPlan } from '../../ir/kernel.ts';
import { hasScoreChain } from '../../ir/score-chain.ts';
import type { BufferBinding } from '../../../runtime/kernel-descriptor.ts';
import type { ModuleNames } from './names.ts';
import { paragraphs } from '../text.ts';
import type { Block } from '../text.ts';

/** Extensions, constants, the uniform block and the buffers. */
export function writeHeader(plan: KernelPlan, names: ModuleNames): Block {
  return paragraphs([
    plan.dtype === 'f16' ? ['enable f16;'] : [],
    writeConstants(plan),
    writeParams(plan, names),
    plan.bindings.map((binding) => writeBinding(binding)),
  ]);
}

function writeConstants(plan: KernelPlan): Block {
  return [
    '// Four elements of a row of q, k, v or out. Scores and accumulators are f32 whatever the storage.',
    `alias Element = vec4<${plan.dtype}>;`,
    '',
    `const HEADS = ${plan.heads}u;`,
    `const HEADS_PER_KV = ${plan.heads / plan.kvHeads}u;`,
    `const DIM4 = ${plan.dim / 4}u; // a row of q or k, in units of Element`,
    `const DIM_V4 = ${plan.dimV / 4}u; // a row of v or out`,
    ...(plan.score.weights === undefined ? writeSoftmaxConstants(plan) : writeUnits(plan)),
  ];
}

/** A score chain ends in units of log 2, whatever becomes of it. */
function writeUnits({ score }: KernelPlan): Block {
  return hasScoreChain(score)
    ? ['', 'const LOG2_E = 1.4426950408889634;', 'const LN_2 = 0.6931471805599453;']
    : [];
}

function writeSoftmaxConstants(plan: KernelPlan): Block {
  return [
    '',
    '// Logits are kept in units of log 2, so that weights are powers of two.',
    'const LOG2_E = 1.4426950408889634;',
    'const LN_2 = 0.6931471805599453;',
    '// The logit of a dead pair, and a floor of the running maximum: exp2(DEAD - LOWEST) is exactly 0.',
    'const DEAD = -3.0e38;',
    'const LOWEST = -1.0e38;',
    ...(plan.outputs.includes('lse')
      ? ['// WGSL has no infinity: lse is stored by its bits.', 'const MINUS_INFINITY = 0xff800000u;']
      : []),
  ];
}

function writeParams(plan: KernelPlan, names: ModuleNames): Block {
  return [
    '// Sizes and strides count elements, `_at` counts words from the start of an arena.',
    'struct Params {',
    ...plan.uniforms.map(({ name, type }) => `  ${names.member(name)}: ${type},`),
    '}',
  ];
}

function writeBinding({ binding, role, access }: BufferBinding): string {
  const space = { uniform: 'uniform', read: 'storage, read', 'read-write': 'storage, read_write' }[access];
  return `@group(0) @binding(${binding}) var<${space}> ${role}: ${bindingType(role)};`;
}

function bindingType(role: BufferBinding['role']): string {
  switch (role) {
    case 'q':
    case 'k':
    case 'v':
    case 'out':
      return 'array<Element>';
    case 'params':
      return 'Params';
    case 'lse':
    case 'arena':
      return 'array<u32>';
    case 'floats':
      return 'array<f32>';
    case 'state':
      return 'array<vec4<f32>>';
  }
}
