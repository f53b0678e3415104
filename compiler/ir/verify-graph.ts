import { partSymbols } from '../../runtime/declarations.ts';
import type { DerivedDeclaration } from '../../runtime/declarations.ts';
import type { MaskProgram, NodeType } from '../../runtime/mask/program/nodes.ts';
import { rangesOfGraph } from './find-ranges.ts';
import type { Graph } from './graph.ts';
import { verifyMask } from './verify-mask.ts';
import type { IndexKind, MaskRules } from './verify-mask.ts';

const sizes = ['nq', 'nk', 'batch', 'heads', 'layer'];
const everyIndex: readonly IndexKind[] = ['query', 'key', 'head', 'batch'];

type Scope = Pick<MaskRules, 'symbols' | 'arrays'>;

/**
 * What is wrong with a graph, one sentence a problem; empty where it is well-formed. `reals` says whether the mask may
 * still round reals: before materialize-reals it may, behind it every value of a kernel must also be proved to fit.
 */
export function verifyGraph(graph: Graph, { reals }: { readonly reals: boolean }): string[] {
  const problems = verifyHeader(graph);
  const symbols = new Set([...sizes, ...graph.launch.map(({ name }) => name)]);
  const arrays = new Map<string, { kind: 'int' | 'bits' | 'list' | 'real'; rank: number }>(
    graph.inputs.map((input) => [input.name, { kind: input.kind, rank: input.dims.length }]),
  );
  const scope: Scope = { symbols, arrays };
  const check = (
    what: string,
    program: MaskProgram,
    result: NodeType,
    indices: readonly IndexKind[],
    free = false,
  ) =>
    problems.push(
      ...verifyMask(program, { ...scope, result, indices, reals: free, ranges: null }).map(
        (text) => `${what}: ${text}`,
      ),
    );

  for (const { name, dims } of graph.inputs) {
    dims.forEach((dim, at) => check(`dimension ${at} of "${name}"`, dim, 'int', [], true));
  }
  // The host computes the offset first, in float64, so that derived values may build on it.
  check('offset', graph.offset, 'int', [], true);
  symbols.add('offset');
  for (const derived of graph.derived) {
    if (symbols.has(derived.name) || arrays.has(derived.name))
      problems.push(`"${derived.name}" is declared twice`);
    if (derived.kind === 'segments' && arrays.get(derived.of)?.kind !== 'int') {
      problems.push(`"${derived.name}" takes segments of "${derived.of}", which is no int array`);
    }
    if (derived.kind === 'ranks' && arrays.get(derived.of)?.kind !== 'bits') {
      problems.push(`"${derived.name}" takes ranks in "${derived.of}", which is no bit array`);
    }
    const parts = derived.kind === 'block-mask' ? Object.values(partSymbols) : [];
    for (const name of parts) symbols.add(name);
    for (const [what, program, result, indices] of derivedPrograms(derived))
      check(what, program, result, indices, true);
    for (const name of parts) symbols.delete(name);
    declare(derived, symbols, arrays);
  }
  for (const { start, length, axes } of graph.space?.regions ?? []) {
    for (const program of [start, length, ...axes.map(({ size }) => size)])
      check('region', program, 'int', []);
  }
  for (const node of graph.nodes) {
    const ranges = reals ? null : rangesOfGraph(graph);
    const rules: MaskRules = { ...scope, result: 'bool', indices: everyIndex, reals, ranges };
    const what = graph.nodes.length === 1 ? 'mask' : `mask of "${node.name}"`;
    problems.push(...verifyMask(node.mask, rules).map((text) => `${what}: ${text}`));
    for (const id of node.spans.keys()) {
      if (id < 0 || id >= node.mask.nodes.length)
        problems.push(`a span belongs to node ${id}, which is not in the mask`);
    }
    const { scale, slopes, keyBias, rowScale, sink } = node.score;
    if (typeof scale === 'string' && !symbols.has(scale))
      problems.push(`the scale names "${scale}", which is not declared`);
    const { biases, denominatorScale, change } = node.score;
    if (change !== undefined) {
      const inner: MaskRules = { ...scope, result: 'real', indices: everyIndex, reals, score: true, ranges };
      problems.push(...verifyMask(change, inner).map((text) => `score: ${text}`));
    }
    const readings = denominatorScale === null ? biases : [...biases, denominatorScale];
    for (const reading of readings) {
      const { array, indices } = reading;
      if (arrays.get(array)?.rank !== indices.length)
        problems.push(`the score reads "${array}" with ${indices.length} indices`);
      const axes = everyIndex.filter((index) => reading !== denominatorScale || index !== 'key');
      const inner: MaskRules = { ...scope, result: 'int', indices: axes, reals: false, ranges };
      for (const index of indices)
        problems.push(...verifyMask(index, inner).map((text) => `index of "${array}": ${text}`));
    }
    for (const name of [slopes, keyBias, rowScale, sink, ...readings.map(({ array }) => array)]) {
      if (name !== null && arrays.get(name)?.kind !== 'real')
        problems.push(`the score reads "${name}", which is no real array`);
    }
  }
  return problems;
}

/** The symbols and arrays that the mask of a well-formed graph may name. */
export function scopeOfGraph(graph: Graph): Pick<MaskRules, 'symbols' | 'arrays'> {
  const symbols = new Set([...sizes, 'offset', ...graph.launch.map(({ name }) => name)]);
  const arrays = new Map<string, { kind: 'int' | 'bits' | 'list' | 'real'; rank: number }>(
    graph.inputs.map(({ name, kind, dims }) => [name, { kind, rank: dims.length }]),
  );
  for (const derived of graph.derived) declare(derived, symbols, arrays);
  return { symbols, arrays };
}

function verifyHeader(graph: Graph): string[] {
  const problems: string[] = [];
  const { heads, kvHeads, dim, dimV } = graph;
  for (const [name, value] of Object.entries({ heads, kvHeads, dim, dimV })) {
    if (!Number.isInteger(value) || value < 1) problems.push(`${name} is ${value}`);
  }
  if (heads % kvHeads !== 0) problems.push(`${heads} heads do not divide among ${kvHeads} key heads`);
  if (graph.nodes.length === 0) problems.push('the graph has no node');
  problems.push(...verifyCombine(graph), ...verifyWeights(graph));
  if (graph.outputs.length === 0) problems.push('the graph has no output');
  const names = [...graph.inputs, ...graph.launch].map(({ name }) => name);
  names.forEach((name, at) => {
    if (names.indexOf(name) !== at || sizes.includes(name)) problems.push(`"${name}" is declared twice`);
  });
  for (const { name, min, max, default: value } of graph.launch) {
    if (min > max) problems.push(`"${name}" lies in ${min}..${max}, which is empty`);
    if (value !== null && (value < min || value > max))
      problems.push(`the default of "${name}" is out of its range`);
  }
  return problems;
}

/** Several attends have names to tell them apart, and the score of the attention. */
function verifyCombine({ nodes, combine, outputs }: Graph): string[] {
  if (nodes.length < 2) {
    return combine === 'single' ? [] : [`there is nothing to ${combine}`];
  }
  const problems: string[] = [];
  if (combine === 'single') problems.push(`${nodes.length} attends are brought together by nothing`);
  if (combine === 'concat' && outputs.includes('lse')) problems.push('a concat has no lse');
  const score = JSON.stringify(nodes[0].score);
  nodes.forEach((node, at) => {
    if (node.name === '') problems.push(`attend ${at} of ${nodes.length} has no name`);
    if (nodes.findIndex(({ name }) => name === node.name) !== at)
      problems.push(`two attends are called "${node.name}"`);
    if (JSON.stringify(node.score) !== score) problems.push(`"${node.name}" has a score of its own`);
  });
  return problems;
}

/** Without a softmax there is no denominator for anything to join. */
function verifyWeights({ nodes, combine, outputs }: Graph): string[] {
  return nodes.flatMap(({ score: { weights, sink, denominatorScale } }) => {
    if (weights === undefined) return [];
    const demands = {
      lse: outputs.includes('lse'),
      'a sink': sink !== null,
      'a scale of its denominator': denominatorScale !== null,
      'a merge': combine === 'merge',
    };
    return Object.entries(demands).flatMap(([thing, is]) =>
      is ? [`${weights} has no place for ${thing}`] : [],
    );
  });
}

type Program = readonly [what: string, program: MaskProgram, result: NodeType, indices: readonly IndexKind[]];

function derivedPrograms(derived: DerivedDeclaration): Program[] {
  const title = `derived "${derived.name}"`;
  switch (derived.kind) {
    case 'scalar':
      return [[title, derived.program, derived.type, []]];
    case 'table':
      return [
        [`size of ${title}`, derived.size, 'int', []],
        [title, derived.program, derived.type, [derived.over]],
      ];
    case 'constant':
    case 'segments':
    case 'ranks':
      return [];
    case 'curve':
      return derived.sizes.map((size) => [`a size of ${title}`, size, 'int', []]);
    case 'block-mask':
      return [
        [`positions of ${title}`, derived.positions, 'int', []],
        [`block of ${title}`, derived.block, 'int', []],
        [
          `set of ${title}`,
          derived.set,
          'bool',
          ['query', 'key', ...(derived.perHead ? (['head'] as const) : [])],
        ],
        ...(['start', 'length', 'count'] as const).map((part): Program => [
          `${part} of ${title}`,
          derived.canvas[part],
          'int',
          [],
        ]),
      ];
    case 'random-list':
      return (['rows', 'columns', 'perRow', 'seed'] as const).map((part) => [
        `${part} of ${title}`,
        derived[part],
        'int',
        [],
      ]);
  }
}

function declare(
  derived: DerivedDeclaration,
  symbols: Set<string>,
  arrays: Map<string, { kind: 'int' | 'bits' | 'list' | 'real'; rank: number }>,
): void {
  switch (derived.kind) {
    case 'scalar':
      symbols.add(derived.name);
      break;
    case 'table':
      arrays.set(derived.name, { kind: derived.type, rank: 1 });
      break;
    case 'constant':
      arrays.set(derived.name, { kind: derived.type, rank: derived.dims.length });
      break;
    case 'segments':
    case 'ranks':
      arrays.set(derived.name, { kind: 'int', rank: arrays.get(derived.of)?.rank ?? 0 });
      break;
    case 'curve':
      arrays.set(derived.name, { kind: 'int', rank: 1 });
      break;
    case 'random-list':
      arrays.set(derived.name, { kind: 'list', rank: 1 });
      break;
    case 'block-mask':
      arrays.set(derived.name, { kind: 'bits', rank: derived.perHead ? 3 : 2 });
  }
}
