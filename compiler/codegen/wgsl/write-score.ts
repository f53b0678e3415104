import { rangesOfGraph } from '../../ir/find-ranges.ts';
import type { Graph } from '../../ir/graph.ts';
import type { KernelPlan } from '../../ir/kernel.ts';
import { maskFacts } from '../../ir/mask-facts.ts';
import { hasScoreChain } from '../../ir/score-chain.ts';
import type { RealReading } from '../../../runtime/score.ts';
import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import type { Namer } from '../expression/namer.ts';
import { printProgram } from '../expression/print-program.ts';
import type { ExpressionScope } from '../expression/print-program.ts';
import { wgslDialect } from '../expression/wgsl-dialect.ts';
import { floatLiteral } from '../literals.ts';
import type { ModuleNames } from './names.ts';
import type { Block } from '../text.ts';

/** The functions of the score: `logit`, where it is more than scaled, and the scale of denominators. */
export function writeScore(plan: KernelPlan, graph: Graph, names: ModuleNames): Block[] {
  return [...writeLogit(plan, graph, names), ...writeDenominatorScale(plan, graph, names)];
}

/** The steps of ScoreDescriptor in their order. */
function writeLogit({ score, reals }: KernelPlan, graph: Graph, names: ModuleNames): Block[] {
  if (!hasScoreChain(score)) return [];
  const local = names.namer.scope();
  const steps: string[] = [];
  if (score.rowScale !== null) steps.push(`s *= ${names.realReader(score.rowScale)}(i);`);
  if (score.softcap !== null) {
    const cap = floatLiteral(score.softcap);
    // Beyond 15 tanh is 1 in f32, and drivers that compute it by exp overflow.
    steps.push(`s = ${cap} * tanh(clamp(s / ${cap}, -15.0, 15.0));`);
  }
  if (score.slopes !== null) steps.push(`s -= ${names.realReader(score.slopes)}(head) * f32(abs(i - j));`);
  if (score.keyBias !== null) {
    const axes = reals.find(({ name }) => name === score.keyBias)?.axes ?? ['key'];
    const indices = axes.map((axis) => (axis === 'batch' || axis === 'head' ? axis : 'j'));
    steps.push(`s += ${names.realReader(score.keyBias)}(${indices.join(', ')});`);
  }
  for (const bias of score.biases) {
    const { lets, value } = readReal(bias, graph, names, local);
    steps.push(...lets, `s += ${value};`);
  }
  if (score.change !== undefined) {
    const { lets, result } = printChange(score.change, graph, names, local);
    steps.push(...lets, `s = ${result};`);
  }
  // A changed score may be -infinity, which is as good as dead in a softmax.
  const isBounded = score.change !== undefined && score.weights === undefined;
  const units = isBounded ? 'max(s * LOG2_E, DEAD)' : 's * LOG2_E';
  return [
    [
      '// The logit of a pair in units of log 2, from the scaled product of q and k.',
      'fn logit(scaled: f32, i: i32, j: i32, head: i32, batch: i32) -> f32 {',
      '  var s = scaled;',
      ...steps.map((step) => `  ${step}`),
      `  return ${units};`,
      '}',
    ],
  ];
}

function writeDenominatorScale({ score }: KernelPlan, graph: Graph, names: ModuleNames): Block[] {
  if (score.denominatorScale === null) return [];
  const { lets, value } = readReal(score.denominatorScale, graph, names, names.namer.scope());
  return [
    [
      '// What the denominator of the query at position i is multiplied by.',
      'fn denominator_scale(i: i32, head: i32, batch: i32) -> f32 {',
      ...lets.map((text) => `  ${text}`),
      `  return ${value};`,
      '}',
    ],
  ];
}

/** What the field `score` makes of s: statements for what its parts share, and the new score. */
function printChange(
  change: MaskProgram,
  graph: Graph,
  names: ModuleNames,
  local: Namer,
): { readonly lets: readonly string[]; readonly result: string } {
  const scope = {
    ...pairScope(names),
    reals: { score: 's', reader: names.realReader, isReal: names.isReal },
  };
  const facts = maskFacts(change.nodes, rangesOfGraph(graph));
  const { lets, result } = printProgram(change, scope, facts, local, wgslDialect);
  return { lets: lets.map(({ text }) => text), result };
}

function pairScope(names: ModuleNames): ExpressionScope {
  return {
    query: 'i',
    key: 'j',
    head: 'head',
    batch: 'batch',
    symbol: names.scalar,
    reader: names.reader,
  };
}

/** Statements for what several indices share, and the call that reads the element. */
function readReal(
  { array, indices }: RealReading,
  graph: Graph,
  names: ModuleNames,
  local: Namer,
): { readonly lets: readonly string[]; readonly value: string } {
  const scope = pairScope(names);
  const printed = indices.map((program) =>
    printProgram(program, scope, maskFacts(program.nodes, rangesOfGraph(graph)), local, wgslDialect),
  );
  return {
    lets: printed.flatMap(({ lets }) => lets.map(({ text }) => text)),
    value: `${names.realReader(array)}(${printed.map(({ result }) => result).join(', ')})`,
  };
}
