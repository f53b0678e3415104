import { chapter } from './entry.ts';

/** Codes SA07xx: the language has it, a target does not. */
export const target = chapter({
  'not-yet-compiled': {
    code: 'SA0701',
    severity: 'error',
    title: 'part of the language, but not compiled yet',
    explanation:
      'The construct belongs to the language and is parsed, but no pass turns it into kernels yet. This version compiles softmax attention over q, k and v, one or several with a mask each. Nothing is approximated or left out in silence: the file is refused.',
  },
  'head-dim-not-served': {
    code: 'SA0702',
    severity: 'error',
    title: 'a head dimension that no kernel serves',
    explanation:
      'The kernels of a target are laid out for certain head dimensions: `dim` for q and k, `dim_v` for v and the output. The message names the limit and the value. Pad the dimension to the next one that is served, and give `scale` explicitly, since its default depends on `dim`.',
  },
  'dtype-not-served': {
    code: 'SA0703',
    severity: 'error',
    title: 'a storage type that a target has not',
    explanation:
      'WGSL has `f32` and `f16`. Tensor cores multiply `f16` and `bf16`, so those are what CUDA kernels store. Write another `dtype`, or compile for the other target (`--target`). Nothing is converted in silence.',
  },
  'attends-not-served': {
    code: 'SA0704',
    severity: 'error',
    title: 'several attends, which a target does not combine',
    explanation:
      'A CUDA kernel computes one softmax over the keys of one mask. An attention of several branches, merged or concatenated, is compiled for WGSL, where branches are passes that hand their state on. Write the branches as attentions of their own, or compile for the other target (`--target wgsl`).',
  },
});
