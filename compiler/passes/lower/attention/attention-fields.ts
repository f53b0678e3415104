/** A field of `attention NAME { … }`, as the documentation shows it. */
export interface AttentionField {
  /** One or two words, as the grammar knows them (compiler/parser/fields.ts). */
  readonly name: string;
  readonly type: string;
  readonly default: string;
  readonly meaning: string;
  /** The targets that compile it; none where it is part of the language only. */
  readonly targets: readonly ('wgsl' | 'reference')[];
}

const everywhere = ['wgsl', 'reference'] as const;

/** The fields of an attention: the published table. */
export const attentionFields: readonly AttentionField[] = [
  {
    name: 'mask',
    type: 'set',
    default: 'or `return`',
    meaning: 'The pairs (query i, key j) that attend. A row without keys gives output 0 and lse -infinity.',
    targets: everywhere,
  },
  {
    name: 'heads',
    type: 'int in 1..4096',
    default: 'that of the command line',
    meaning: 'The number of query heads.',
    targets: everywhere,
  },
  {
    name: 'kv_heads',
    type: 'int, a divisor of heads',
    default: 'heads',
    meaning: 'The number of key and value heads: query head h reads h div (heads / kv_heads).',
    targets: everywhere,
  },
  {
    name: 'dim',
    type: 'int in 4..256, a multiple of 4',
    default: 'that of the command line',
    meaning: 'The head dimension of q and k.',
    targets: everywhere,
  },
  {
    name: 'dim_v',
    type: 'int in 4..256, a multiple of 4',
    default: 'dim',
    meaning: 'The head dimension of v and of the output.',
    targets: everywhere,
  },
  {
    name: 'dtype',
    type: 'f32 | f16 | bf16',
    default: 'that of the command line',
    meaning: 'How q, k, v and the output are stored. Scores and sums are f32.',
    targets: everywhere,
  },
  {
    name: 'layout',
    type: 'bhnd | bnhd',
    default: 'that of the command line',
    meaning:
      'The order of the axes of the tensors: batch, heads, position, dimension or batch, position, heads, dimension.',
    targets: everywhere,
  },
  {
    name: 'queries at',
    type: 'int over nq, nk and launch parameters',
    default: 'nk - nq',
    meaning: 'The position of query row 0.',
    targets: everywhere,
  },
  {
    name: 'outputs',
    type: 'out | out, lse',
    default: 'out',
    meaning: 'What is written: the output, and the logarithm of the sum of the exponentials of a row.',
    targets: everywhere,
  },
  {
    name: 'scale',
    type: 'number or launch parameter of type real',
    default: '1 / sqrt(dim)',
    meaning: 'The factor of q . k.',
    targets: everywhere,
  },
  {
    name: 'softcap',
    type: 'number above 0',
    default: 'none',
    meaning: 's becomes softcap * tanh(s / softcap).',
    targets: everywhere,
  },
  {
    name: 'alibi',
    type: 'nothing, or a float[heads] input',
    default: 'none',
    meaning:
      'Takes slope[head] * |i - j| off the score; the slopes are those of the ALiBi paper, or those given.',
    targets: everywhere,
  },
  {
    name: 'bias key',
    type: 'a float[n] input, with batch and heads before n if wanted',
    default: 'none',
    meaning: 'Adds bias[j] to the score.',
    targets: everywhere,
  },
  {
    name: 'rows scale',
    type: 'real over i, sizes and launch parameters',
    default: 'none',
    meaning: 'Multiplies the scores of row i (LogN scaling).',
    targets: everywhere,
  },
  {
    name: 'sink logit',
    type: 'a float[heads] input',
    default: 'none',
    meaning: 'A logit for each head that joins the denominator of the softmax only.',
    targets: everywhere,
  },
  {
    name: 'normalize',
    type: 'softmax | relu | relu2 | laplace | sigmoid | none',
    default: 'softmax',
    meaning:
      'How scores become weights; all but softmax are functions of one score, without a denominator. max_relative is not compiled yet.',
    targets: everywhere,
  },
  {
    name: 'bias pair',
    type: 'float[nq, n] inputs with batch and heads before nq if wanted, or lookups in float arrays',
    default: 'none',
    meaning: 'Adds bias[i, j] to the score.',
    targets: everywhere,
  },
  {
    name: 'bias relative',
    type: 'float inputs over j - i or over the differences of axes, with batch and heads before if wanted',
    default: 'none',
    meaning: 'Adds a bias that depends on j - i, held inside the table, to the score.',
    targets: everywhere,
  },
  {
    name: 'score',
    type: 'real over s, i, j, head, batch, sizes, launch parameters and inputs',
    default: 's',
    meaning: 'What becomes of the score s when all other steps are done.',
    targets: everywhere,
  },
  {
    name: 'denominator scale',
    type: 'a float[nq] input with batch and heads before nq if wanted, or a lookup in a float array',
    default: 'none',
    meaning: 'Multiplies the denominator of row i; lse stays that of the scores.',
    targets: everywhere,
  },
  {
    name: 'over',
    type: 'space',
    default: 'one axis',
    meaning: 'The axes of the positions; a position that is no cell attends nothing.',
    targets: everywhere,
  },
  {
    name: 'order',
    type: 'order',
    default: 'row-major',
    meaning: 'How the cells of the one region with axes are numbered, where it does not say so itself.',
    targets: everywhere,
  },
];

export const attentionField: ReadonlyMap<string, AttentionField> = new Map(
  attentionFields.map((field) => [field.name, field]),
);
