import { chapter } from './entry.ts';

/** Codes SA05xx: attentions, their fields, inputs and launch parameters. */
export const attention = chapter({
  'unknown-field': {
    code: 'SA0501',
    severity: 'error',
    title: 'an attention has no such field',
    explanation: 'The fields are published in one table of the language manual.',
  },
  'duplicate-field': {
    code: 'SA0502',
    severity: 'error',
    title: 'a field stands twice',
    explanation: 'Each field of an attention is given once.',
  },
  'field-value': {
    code: 'SA0503',
    severity: 'error',
    title: 'a field has too many or the wrong values',
    explanation: 'Most fields take one value; `outputs` takes `out`, or `out, lse`.',
  },
  'field-outside': {
    code: 'SA0504',
    severity: 'error',
    title: 'the value of a field lies outside its limits',
    explanation:
      'Head counts and head dimensions are limited by what the kernels hold in registers and workgroup memory.',
  },
  'not-a-choice': {
    code: 'SA0505',
    severity: 'error',
    title: 'a word is none of those that can stand here',
    explanation: 'Some fields and arguments take one of a few words.',
  },
  'missing-mask': {
    code: 'SA0506',
    severity: 'error',
    title: 'an attention has no mask',
    explanation:
      'The mask is the set of pairs that attend; there is no default. `mask full` is dense attention. An attention of several attends returns them instead: `return merge(near, far)`.',
  },
  'heads-not-grouped': {
    code: 'SA0507',
    severity: 'error',
    title: 'kv_heads does not divide heads',
    explanation: 'Each key and value head serves the same number of query heads.',
  },
  'dim-not-multiple': {
    code: 'SA0508',
    severity: 'error',
    title: 'a head dimension is no multiple of 4',
    explanation:
      'Kernels load rows as vectors of four numbers. Rows filled up with zeros have the same scores.',
  },
  'scale-not-simple': {
    code: 'SA0509',
    severity: 'error',
    title: 'the scale is neither a number nor a launch parameter',
    explanation: 'One factor serves the whole launch.',
  },
  'softcap-not-positive': {
    code: 'SA0510',
    severity: 'error',
    title: 'softcap is no number above 0',
    explanation: 's becomes softcap * tanh(s / softcap), which needs a positive constant.',
  },
  'row-scale-depends': {
    code: 'SA0511',
    severity: 'error',
    title: 'the scale of rows depends on more than the row',
    explanation:
      'One factor for each query position is computed on the host, in float64, when a plan is made.',
  },
  'score-array': {
    code: 'SA0512',
    severity: 'error',
    title: 'an array does not fit its use in the score',
    explanation:
      'Slopes and sink logits are `float[heads]`, a key bias is `float[n]` with `batch` and `heads` before n where wanted.',
  },
  'offset-depends': {
    code: 'SA0513',
    severity: 'error',
    title: 'the offset of the queries differs within a launch',
    explanation: 'The position of query row 0 is made of sizes, constants and launch parameters.',
  },
  'input-not-array': {
    code: 'SA0514',
    severity: 'error',
    title: 'an input is no array',
    explanation: 'Inputs are arrays with sizes; single numbers are launch parameters.',
  },
  'sorted-not-int': {
    code: 'SA0515',
    severity: 'error',
    title: '`sorted` stands at an array that is not int',
    explanation: 'Only integers are checked to ascend along the last dimension.',
  },
  'size-not-fixed': {
    code: 'SA0516',
    severity: 'error',
    title: 'a size of an array differs from pair to pair',
    explanation: 'Sizes are made of `batch`, `heads`, `n`, `nq`, `nk`, constants and launch parameters.',
  },
  'feed-mismatch': {
    code: 'SA0517',
    severity: 'error',
    title: 'a feed does not fit its input',
    explanation:
      'After `=` an input names what `run`, the fuzzer and benchmarks feed: `documents(length)`, `full`, `random(density: …)`, a number, or a list of all elements.',
  },
  'launch-type': {
    code: 'SA0518',
    severity: 'error',
    title: 'a launch parameter is neither int nor real',
    explanation: 'Arrays are inputs.',
  },
  'setting-type': {
    code: 'SA0519',
    severity: 'error',
    title: 'a setting has another type than what it sets',
    explanation: 'Launch parameters take numbers; those of type int take integers.',
  },
  'parameter-needs-value': {
    code: 'SA0520',
    severity: 'error',
    title: 'a pattern that is compiled alone lacks the value of a parameter',
    explanation:
      'A file without an attention compiles each of its patterns. Parameters get their values from defaults or settings; array parameters become inputs.',
  },
  'nothing-to-compile': {
    code: 'SA0521',
    severity: 'error',
    title: 'a file declares nothing to compile',
    explanation: 'The file holds constants or comments only.',
  },
  'mask-and-return': {
    code: 'SA0522',
    severity: 'error',
    title: 'an attention has a mask and a return',
    explanation:
      'The field `mask` is short for one attend that is returned. Where attends are written out, each has its own mask, and a mask beside them would belong to none.',
  },
  'return-twice': {
    code: 'SA0523',
    severity: 'error',
    title: 'an attention returns twice',
    explanation:
      'What an attention computes is one value: several attends become one by `merge` or `concat`.',
  },
  'attend-twice': {
    code: 'SA0524',
    severity: 'error',
    title: 'an attend is joined with itself',
    explanation:
      'In `merge` every pair of it would count twice, in `concat` its output would stand there twice. Nothing of this is worth the time that it takes.',
  },
  'concat-lse': {
    code: 'SA0525',
    severity: 'error',
    title: 'outputs side by side have no common lse',
    explanation:
      'The attends of a `concat` have a softmax each, and so each its own sum of exponentials. `merge` takes one softmax over all of them, and has an lse.',
  },
  'score-index': {
    code: 'SA0526',
    severity: 'error',
    title: 'an index of a bias that kernels cannot compute',
    explanation:
      'Kernels compute in integers, and read a bias by indices over i, j, head, batch, sizes and inputs. What is rounded from a real number belongs into an `int` input or a list of constants. The scale of a denominator is one number a row, so that it cannot depend on j.',
  },
  'no-denominator': {
    code: 'SA0527',
    severity: 'error',
    title: 'something asks for the denominator of a softmax where there is none',
    explanation:
      'With `normalize relu`, `relu2`, `laplace`, `sigmoid` or `none` the weights of a row are not divided by their sum. There is no sum whose logarithm `lse` could be, none that a sink could join or that could be scaled, and none by which a `merge` could weigh its attends: a sum of outputs would be no average, and pairs that several attends hold would count more than once.',
  },
});
