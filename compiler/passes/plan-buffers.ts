import type { Graph } from '../ir/graph.ts';
import type { KernelPlan, PlannedArray, PlannedPass, PlannedReal } from '../ir/kernel.ts';
import { schedulePrograms, scorePrograms } from '../ir/kernel.ts';
import type { ArenaSection, BufferBinding, UniformField } from '../../runtime/kernel-descriptor.ts';
import type { ScoreDescriptor } from '../../runtime/score.ts';
import type { MaskProgram } from '../../runtime/mask/program/nodes.ts';
import type { View } from '../../runtime/view.ts';

/** What of a pass decides what its kernels read. */
type PassBuffers = Pick<PlannedPass, 'queries' | 'keys' | 'schedule' | 'state'>;
type BufferPlan = Pick<KernelPlan, 'arrays' | 'reals' | 'uniforms' | 'bindings' | 'arena' | 'floats'>;

/** The arena section of the run tables of a pass; no array can have this name. */
export function tablesOf(pass: number): string {
  return pass === 0 ? '$tables' : `$tables${pass}`;
}

/** Decides what the kernels read beside the tensors, and where it lies: uniform block, integer arena, float arena. */
export function planBuffers(
  graph: Graph,
  score: ScoreDescriptor,
  passes: readonly PassBuffers[],
): BufferPlan {
  const programs = [...passes.flatMap(({ schedule }) => schedulePrograms(schedule)), ...scorePrograms(score)];
  const arrays = arraysRead(graph, programs);
  const reals = realsRead(graph, score);
  const arena: ArenaSection[] = [
    ...passes.flatMap(({ schedule }, pass) =>
      schedule.kind === 'ranges' ? [] : [{ kind: 'tables', name: tablesOf(pass), pass } as const],
    ),
    ...arrays.map(({ name }) => ({ kind: 'array', name, array: name }) as const),
  ];
  const floats = reals.map(({ name }) => name);
  return {
    arrays,
    reals,
    arena,
    floats,
    uniforms: [
      ...sizeFields(),
      ...strideFields(),
      ...symbolFields(programs, graph),
      ...passes.flatMap(viewFields),
      ...arena.map(({ name }) => sectionField(name)),
      ...floats.map(sectionField),
      ...arrays.flatMap(dimFields),
      ...reals.flatMap(({ name, axes }) => axes.map((_, dim) => dimField(name, dim))),
    ],
    bindings: bindings(graph, passes, arena.length > 0, floats.length > 0),
  };
}

function arraysRead(graph: Graph, programs: readonly MaskProgram[]): PlannedArray[] {
  const found = new Map<string, PlannedArray>();
  for (const node of programs.flatMap((program) => program.nodes)) {
    if (node.kind === 'lookup' || node.kind === 'bit') {
      const kind = node.kind === 'lookup' ? 'int' : 'bits';
      found.set(node.array, { name: node.array, kind, rank: node.indices.length });
    }
    if (node.kind === 'member') {
      // A row is an index into the flattened dimensions; a derived list has one.
      const rank = graph.inputs.find((input) => input.name === node.array)?.dims.length ?? 1;
      found.set(node.array, { name: node.array, kind: 'list', rank });
    }
  }
  return [...found.values()];
}

function realsRead(graph: Graph, score: ScoreDescriptor): PlannedReal[] {
  const reals: PlannedReal[] = [];
  if (score.rowScale !== null) reals.push({ name: score.rowScale, axes: ['query'] });
  if (score.slopes !== null) reals.push({ name: score.slopes, axes: ['head'] });
  if (score.keyBias !== null) reals.push({ name: score.keyBias, axes: keyBiasAxes(graph, score.keyBias) });
  if (score.sink !== null) reals.push({ name: score.sink, axes: ['head'] });
  const { biases, denominatorScale } = score;
  for (const { array, indices } of denominatorScale === null ? biases : [...biases, denominatorScale]) {
    reals.push({ name: array, axes: indices.map(() => 'any') });
  }
  for (const node of score.change?.nodes ?? []) {
    if (node.kind === 'real-lookup') reals.push({ name: node.array, axes: node.indices.map(() => 'any') });
  }
  return reals.filter(({ name }, at) => reals.findIndex((other) => other.name === name) === at);
}

/** A key bias is [batch?, heads?, nk]; which of the leading axes it has shows in the programs of its dimensions. */
function keyBiasAxes(graph: Graph, name: string): PlannedReal['axes'] {
  const declaration = graph.inputs.find((input) => input.name === name);
  if (declaration === undefined) return ['key'];
  const leading = declaration.dims.slice(0, -1).map((program) => {
    const root = program.nodes[program.root];
    return root.kind === 'symbol' && root.name === 'batch' ? 'batch' : 'head';
  });
  return [...leading, 'key'];
}

function sizeFields(): UniformField[] {
  return [
    { name: 'nq', type: 'u32', source: { kind: 'symbol', name: 'nq' } },
    { name: 'nk', type: 'u32', source: { kind: 'symbol', name: 'nk' } },
    { name: 'offset', type: 'i32', source: { kind: 'symbol', name: 'offset' } },
    { name: 'query_tiles', type: 'u32', source: { kind: 'query-tiles' } },
    { name: 'scale', type: 'f32', source: { kind: 'scale' } },
  ];
}

function strideFields(): UniformField[] {
  return (['q', 'k', 'v', 'out'] as const).flatMap((tensor) =>
    (['batch', 'head', 'row'] as const).map((axis): UniformField => ({
      name: `${tensor}_${axis}_stride`,
      type: 'u32',
      source: { kind: 'stride', tensor, axis },
    })),
  );
}

/** Scalars of the programs, each once; nq, nk and offset are always there, heads is a constant of the module. */
function symbolFields(programs: readonly MaskProgram[], graph: Graph): UniformField[] {
  const names = new Set<string>();
  for (const node of programs.flatMap((program) => program.nodes)) {
    if (node.kind === 'symbol') names.add(node.name);
  }
  for (const known of ['nq', 'nk', 'offset']) names.delete(known);
  const reals = new Set(
    [...graph.launch, ...graph.derived.filter((derived) => derived.kind === 'scalar')]
      .filter(({ type }) => type === 'real')
      .map(({ name }) => name),
  );
  return [...names].map((name) => ({
    name: scalarField(name),
    type: reals.has(name) ? 'f32' : 'i32',
    source: { kind: 'symbol', name },
  }));
}

/** The planned name of a scalar's field; the sign keeps it apart from the fields that every kernel has. */
export function scalarField(symbol: string): string {
  return ['nq', 'nk', 'offset'].includes(symbol) ? symbol : `$${symbol}`;
}

function sectionField(section: string): UniformField {
  return { name: `${section}_at`, type: 'u32', source: { kind: 'section', section } };
}

function dimFields({ name, rank }: PlannedArray): UniformField[] {
  return Array.from({ length: rank }, (_, dim) => dimField(name, dim));
}

function dimField(array: string, dim: number): UniformField {
  return { name: `${array}_dim${dim}`, type: 'i32', source: { kind: 'dim', array, dim } };
}

/** The numbers of views of boxes; a number that the specification fixes is printed into the kernel instead. */
function viewFields({ queries, keys }: PassBuffers, pass: number): UniformField[] {
  return [...sideFields(queries, pass, 'queries'), ...sideFields(keys, pass, 'keys')];
}

function sideFields(view: View, pass: number, side: 'queries' | 'keys'): UniformField[] {
  if (view.kind !== 'boxes') return [];
  const field = (
    region: number,
    axis: number | null,
    value: 'size' | 'stride' | 'parts' | 'base' | 'tiles',
  ): UniformField => ({
    name: viewField(pass, side, region, axis, value),
    type: 'i32',
    source: { kind: 'view', pass, side, region, axis, value },
  });
  return view.regions.flatMap(({ base, axes }, region) => [
    ...(isNumber(base) ? [] : [field(region, null, 'base')]),
    ...(view.regions.length > 1 ? [field(region, null, 'tiles')] : []),
    ...axes.flatMap(({ size, stride }, axis) => [
      ...(isNumber(size) ? [] : [field(region, axis, 'size'), field(region, axis, 'parts')]),
      ...(isNumber(stride) ? [] : [field(region, axis, 'stride')]),
    ]),
  ]);
}

/** The planned name of a number of a view. */
export function viewField(
  pass: number,
  side: 'queries' | 'keys',
  region: number,
  axis: number | null,
  value: 'size' | 'stride' | 'parts' | 'base' | 'tiles',
): string {
  return `$view${pass}_${side}_${region}${axis === null ? '' : `_${axis}`}_${value}`;
}

function isNumber({ nodes, root }: MaskProgram): boolean {
  return nodes[root].kind === 'int';
}

function bindings(
  graph: Graph,
  passes: readonly PassBuffers[],
  hasArena: boolean,
  hasFloats: boolean,
): BufferBinding[] {
  const roles: Omit<BufferBinding, 'binding'>[] = [
    { role: 'params', access: 'uniform' },
    { role: 'q', access: 'read' },
    { role: 'k', access: 'read' },
    { role: 'v', access: 'read' },
    { role: 'out', access: 'read-write' },
  ];
  if (graph.outputs.includes('lse')) roles.push({ role: 'lse', access: 'read-write' });
  if (hasArena) roles.push({ role: 'arena', access: 'read' });
  if (hasFloats) roles.push({ role: 'floats', access: 'read' });
  if (passes.some(({ state }) => state.reads || state.writes)) {
    roles.push({ role: 'state', access: 'read-write' });
  }
  return roles.map((role, binding) => ({ binding, ...role }));
}
