import { chapter } from './entry.ts';

/** Codes SA07xx: the language has it, a target does not. */
export const target = chapter({
  'not-yet-compiled': {
    code: 'SA0701',
    severity: 'error',
    title: 'part of the language, but not compiled yet',
    explanation:
      'The construct belongs to the language and is parsed, but no pass turns it into kernels yet. This version compiles attention over q, k and v, one or several with a mask each. Nothing is approximated or left out in silence: the file is refused.',
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
  'plan-size-not-used': {
    code: 'SA0707',
    severity: 'warning',
    title: 'a size that no plan was chosen for',
    explanation:
      'Which layouts and passes an attention is computed in is decided by counting tiles at one size of launch, which `--plan-for` (`planFor`) names. An attention over a space of fixed size is planned for that space, and nothing can be counted where an input or a launch parameter has no default, or would be very large. The kernels are right for every size, and the plan is the one that is chosen without `--plan-for`, or plain tiles.',
  },
  'tuning-of-other-shape': {
    code: 'SA0705',
    severity: 'warning',
    title: 'a tuning that was measured for another shape',
    explanation:
      'Which layout of a block is fastest depends on the head dimensions and the storage type. A tuning (`--tuned`) of the same attention at another shape is therefore not used, and kernels get the layouts of the compiler. Measure again with `sparsec tune`, or leave the tuning away.',
  },
  'tuned-layout-not-served': {
    code: 'SA0706',
    severity: 'error',
    title: 'a tuned layout that does not fit',
    explanation:
      'A tuning (`--tuned`) names a layout that the head dimensions of the attention, or the shared memory of the target, have no room for. `sparsec tune` writes only what it has run; the file was changed, or comes from another version. Measure again.',
  },
  'tuned-overlap-not-used': {
    code: 'SA0708',
    severity: 'warning',
    title: 'a tuned layout whose overlap of products is not used',
    explanation:
      'Kernels for capability 9.0 may compute the weights of a tile while the tile before is multiplied with v. Where a score of several steps meets gathered rows or wide values, a thread has no registers for both: they would be kept in memory, which is slower than what the overlap gains. The kernels of such passes take the tuned layout without the overlap. They are right; remove `overlap` from the tuning, or measure again.',
  },
});
