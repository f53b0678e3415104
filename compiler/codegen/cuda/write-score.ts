import type { CudaKernelPlan } from '../../ir/cuda-kernel.ts';
import { rangesOfGraph } from '../../ir/find-ranges.ts';
import type { Graph } from '../../ir/graph.ts';
import { maskFacts } from '../../ir/mask-facts.ts';
import { hasScoreChain } from '../../ir/score-chain.ts';
import type { RealReading, ScoreDescriptor } from '../../../runtime/score.ts';
import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import { cudaDialect } from '../expression/cuda-dialect.ts';
import type { Namer } from '../expression/namer.ts';
import { printProgram } from '../expression/print-program.ts';
import type { ExpressionScope } from '../expression/print-program.ts';
import { floatLiteral } from '../literals.ts';
import type { Block } from '../text.ts';
import type { CudaNames } from './names.ts';

/**
 * True where logits are computed one by one, before the maximum of a row is taken. Otherwise the scale is folded into the
 * exponential, which needs a scale that is above 0.
 */
export function hasLogit({ score }: CudaKernelPlan, graph: Pick<Graph, 'launch'>): boolean {
  const { scale } = score;
  const least = typeof scale === 'number' ? scale : graph.launch.find(({ name }) => name === scale)?.min;
  return hasScoreChain(score) || !(least !== undefined && least > 0);
}

/**
 * The function `logit`, where {@link hasLogit} says so: the steps of ScoreDescriptor in their order; and `score_pairs`,
 * which applies it to the pairs of a tile.
 */
export function writeCudaLogit(
  { score, reals, passes }: CudaKernelPlan,
  graph: Graph,
  names: CudaNames,
): Block[] {
  const local = names.namer.scope();
  const read = (name: string, ...indices: string[]): string =>
    `${names.realReader(name)}(${['p', ...indices].join(', ')})`;
  const steps: string[] = dividesByPositions(score)
    ? [
        '// Slots that hold nothing, at -1, are dead whatever comes of them; but nothing is divided by 0.',
        `i = max(i, ${names.field('offset')}), j = max(j, 0);`,
      ]
    : [];
  if (score.rowScale !== null) steps.push(`s *= ${read(score.rowScale, 'i')};`);
  if (score.softcap !== null) {
    // tanh x = 1 - 2 / (1 + e^2x), which is right at both ends: 2 / infinity is 0.
    const twice = floatLiteral((2 * Math.LOG2E) / score.softcap);
    steps.push(
      `s = ${floatLiteral(score.softcap)}f * (1.0f - 2.0f / (1.0f + sp_exp2(s * ${twice}f))); // softcap * tanh`,
    );
  }
  if (score.slopes !== null) steps.push(`s -= ${read(score.slopes, 'head')} * (float)abs(i - j);`);
  if (score.keyBias !== null) {
    const axes = reals.find(({ name }) => name === score.keyBias)?.axes ?? ['key'];
    const indices = axes.map((axis) => (axis === 'batch' || axis === 'head' ? axis : 'j'));
    steps.push(`s += ${read(score.keyBias, ...indices)};`);
  }
  for (const bias of score.biases) {
    const { lets, value } = readReal(bias, graph, names, local);
    steps.push(...lets, `s += ${value};`);
  }
  if (score.change !== undefined) {
    const { lets, result } = printChange(score.change, graph, names, local);
    steps.push(...lets, `s = ${result};`);
  }
  return [
    [
      '// The logit of a pair in units of log 2, from the scaled product of q and k.',
      'SP_DEVICE float logit(const SpParams &p, float s, int i, int j, int head, int batch) {',
      ...steps.map((step) => `  ${step}`),
      ...(score.change === undefined || score.weights !== undefined
        ? ['  return s * LOG2_E;']
        : ['  return s * LOG2_E <= -1e38f ? NEVER : s * LOG2_E; // what weighs nothing is as good as dead']),
      '}',
    ],
    ...(passes.some(({ strategy }) => strategy !== 'diagonal') ? [scorePairs(names)] : []),
  ];
}

/** Whether a divisor in the programs of a logit depends on the pair. It is proved to be positive for pairs that exist. */
function dividesByPositions({ biases, change }: ScoreDescriptor): boolean {
  const programs = [...biases.flatMap(({ indices }) => indices), ...(change === undefined ? [] : [change])];
  return programs.some(({ nodes }) =>
    nodes.some(
      (node) =>
        node.kind === 'arithmetic' &&
        (node.op === 'div' || node.op === 'mod') &&
        !['int', 'symbol'].includes(nodes[node.right].kind),
    ),
  );
}

/** Keys outermost: where the key of a slot is to be worked out, once for all rows of the lane. */
function scorePairs({ field }: CudaNames): Block {
  return [
    '// From products to logits.',
    'template <int M, int KEYS, class Queries, class Keys>',
    'SP_DEVICE void score_pairs(const SpParams &p, float (&s)[M][KEYS / 8][4], const Queries &queries, int slot0,',
    '                           const Keys &keys, int head, int batch) {',
    '#pragma unroll',
    '  for (int t = 0; t < KEYS / 4; t++) {',
    '    const int j = keys.key(p, lane_key(t));',
    '#pragma unroll',
    '    for (int r = 0; r < 2 * M; r++) {',
    `      const int i = queries.row(p, slot0 + r * 8) + ${field('offset')};`,
    '      float &pair = s[r / 2][t / 2][2 * (r & 1) + (t & 1)];',
    `      pair = logit(p, pair * ${field('scale')}, i, j, head, batch);`,
    '    }',
    '  }',
    '}',
  ];
}

/** The function `denominator_scale`, where the score has one. */
export function writeCudaDenominatorScale(
  { score }: CudaKernelPlan,
  graph: Graph,
  names: CudaNames,
): Block[] {
  if (score.denominatorScale === null) return [];
  const { lets, value } = readReal(score.denominatorScale, graph, names, names.namer.scope());
  return [
    [
      '// What the denominator of the query at position i is multiplied by.',
      'SP_DEVICE float denominator_scale(const SpParams &p, int i, int head, int batch) {',
      ...lets.map((text) => `  ${text}`),
      `  return ${value};`,
      '}',
    ],
  ];
}

/** The denominator of a row, from the expression of the maximum of its logits; `position` is that of its query. */
export function cudaDenominator(
  { score }: CudaKernelPlan,
  names: CudaNames,
  maximum: string,
  position: string,
): string {
  const sums =
    score.sink === null
      ? 'total'
      : `(total + sp_exp2(${names.realReader(score.sink)}(p, head) * LOG2_E - ${maximum} * scale))`;
  return score.denominatorScale === null
    ? sums
    : `(${sums} * denominator_scale(p, ${position}, head, batch))`;
}

/** What the field `score` makes of s: statements for what its parts share, and the new score. */
function printChange(
  change: MaskProgram,
  graph: Graph,
  names: CudaNames,
  local: Namer,
): { readonly lets: readonly string[]; readonly result: string } {
  const scope = {
    ...pairScope(names),
    reals: { score: 's', reader: names.realReader, isReal: names.isReal },
  };
  const facts = maskFacts(change.nodes, rangesOfGraph(graph));
  const { lets, result } = printProgram(change, scope, facts, local, cudaDialect);
  return { lets: lets.map(({ text }) => text), result };
}

function pairScope(names: CudaNames): ExpressionScope {
  return {
    query: 'i',
    key: 'j',
    head: 'head',
    batch: 'batch',
    symbol: names.scalar,
    reader: names.reader,
    readerArguments: ['p'],
  };
}

/** Statements for what several indices share, and the call that reads the element. */
function readReal(
  { array, indices }: RealReading,
  graph: Graph,
  names: CudaNames,
  local: Namer,
): { readonly lets: readonly string[]; readonly value: string } {
  const scope = pairScope(names);
  const printed = indices.map((program) =>
    printProgram(program, scope, maskFacts(program.nodes, rangesOfGraph(graph)), local, cudaDialect),
  );
  return {
    lets: printed.flatMap(({ lets }) => lets.map(({ text }) => text)),
    value: `${names.realReader(array)}(${['p', ...printed.map(({ result }) => result)].join(', ')})`,
  };
}
