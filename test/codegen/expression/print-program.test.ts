import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Namer } from '../../../compiler/codegen/expression/namer.ts';
import { printProgram } from '../../../compiler/codegen/expression/print-program.ts';
import { WGSL_RESERVED } from '../../../compiler/codegen/expression/wgsl-keywords.ts';
import { cudaDialect } from '../../../compiler/codegen/expression/cuda-dialect.ts';
import { wgslDialect } from '../../../compiler/codegen/expression/wgsl-dialect.ts';
import { writePrelude } from '../../../compiler/codegen/wgsl/write-prelude.ts';
import { rangesOfGraph } from '../../../compiler/ir/find-ranges.ts';
import { maskFacts } from '../../../compiler/ir/mask-facts.ts';
import { MaskBuilder } from '../../../runtime/mask/program/builder.ts';
import { evaluateNode } from '../../../runtime/mask/exact/evaluate.ts';
import type { MaskProgram, NodeId } from '../../../runtime/mask/program/nodes.ts';
import { softwareDevice } from '../wgsl/device.ts';
import { full, graphOf, program } from '../wgsl/graphs.ts';

const SYMBOLS = { w: 5, z: -3 };
const GRAPH = graphOf(full, {
  launch: [
    { name: 'w', type: 'int', min: 0, max: 100, default: 5, doc: '' },
    { name: 'z', type: 'int', min: -100, max: 100, default: -3, doc: '' },
  ],
});

function print(
  mask: MaskProgram,
  dialect = wgslDialect,
): { lets: readonly { text: string }[]; result: string } {
  const scope = {
    query: 'i',
    key: 'j',
    head: 'head',
    batch: 'batch',
    symbol: (name: string) => `${SYMBOLS[name as keyof typeof SYMBOLS]}`.replace(/^-.*/, '($&)'),
    reader: (name: string) => `read_${name}`,
  };
  return printProgram(
    mask,
    scope,
    maskFacts(mask.nodes, rangesOfGraph(GRAPH)),
    new Namer(WGSL_RESERVED, ['i', 'j']),
    dialect,
  );
}

/** One choice per node: which operator, over which of the nodes before it. */
type Recipe = readonly { readonly op: number; readonly a: number; readonly b: number; readonly c: number }[];

const recipe: fc.Arbitrary<Recipe> = fc.array(
  fc.record({ op: fc.nat(18), a: fc.nat(1000), b: fc.nat(1000), c: fc.nat(1000) }),
  { minLength: 3, maxLength: 14 },
);

/** A boolean program from choices. Nodes are added as they are, so that folding hides nothing from the printer. */
function cook(choices: Recipe): MaskProgram {
  const b = new MaskBuilder();
  const ints: NodeId[] = [
    b.intern({ kind: 'query' }),
    b.intern({ kind: 'key' }),
    b.int(-7),
    b.int(3),
    b.int(4),
    b.symbol('w'),
    b.symbol('z'),
  ];
  const bools: NodeId[] = [b.bool(true)];
  const positive: NodeId[] = [b.int(1), b.int(3), b.int(8), b.int(6)];
  const pick = <T>(list: readonly T[], at: number): T => list[at % list.length];
  for (const { op, a, b: second, c } of choices) {
    const [x, y] = [pick(ints, a), pick(ints, second)];
    const [p, q] = [pick(bools, a), pick(bools, second)];
    const arithmetic = (['add', 'sub', 'mul', 'min', 'max'] as const)[op];
    if (arithmetic !== undefined)
      ints.push(b.intern({ kind: 'arithmetic', op: arithmetic, left: x, right: y }));
    else if (op < 7) {
      const name = op === 5 ? 'div' : 'mod';
      ints.push(b.intern({ kind: 'arithmetic', op: name, left: x, right: pick(positive, c) }));
    } else if (op < 9) {
      const name = op === 7 ? 'shl' : 'shr';
      ints.push(b.intern({ kind: 'arithmetic', op: name, left: x, right: b.int(c % 5) }));
    } else if (op < 12)
      ints.push(b.intern({ kind: (['neg', 'abs', 'bit-length'] as const)[op - 9], operand: x }));
    else if (op === 12) ints.push(b.intern({ kind: 'select', condition: pick(bools, c), then: x, else: y }));
    else if (op < 15) {
      const name = (['lt', 'le', 'eq', 'ne'] as const)[c % 4];
      bools.push(b.intern({ kind: 'compare', op: name, left: x, right: y }));
    } else if (op === 15) bools.push(b.intern({ kind: 'not', operand: p }));
    else if (op === 16) bools.push(b.intern({ kind: 'is-power-of-two', operand: x }));
    else bools.push(b.intern({ kind: op === 17 ? 'and' : 'or', left: p, right: q }));
  }
  const last = b.intern({
    kind: 'compare',
    op: 'le',
    left: ints[ints.length - 1],
    right: pick(ints, choices[0].a),
  });
  return b.finish(b.intern({ kind: 'or', left: bools[bools.length - 1], right: last }));
}

const QUERIES = Array.from({ length: 23 }, (_, at) => at - 9);
const KEYS = Array.from({ length: 17 }, (_, at) => at);

/** The exact reading at every (query, key), null where a value leaves 32 bits. */
function evaluate({ nodes, root }: MaskProgram): boolean[] | null {
  const results: boolean[] = [];
  for (const query of QUERIES) {
    for (const key of KEYS) {
      const values: number[] = [];
      for (const node of nodes) {
        const value = evaluateNode(node, values, { query, key, symbols: SYMBOLS, arrays: {} });
        if (Math.abs(value) >= 2 ** 31) return null;
        values.push(value);
      }
      results.push(values[root] === 1);
    }
  }
  return results;
}

/** Runs every program at every position, one invocation a position. */
async function execute(programs: readonly MaskProgram[]): Promise<boolean[][]> {
  const device = await softwareDevice();
  const functions = programs.map((mask, at) => {
    const { lets, result } = print(mask);
    return `fn f${at}(i: i32, j: i32) -> bool {\n${lets.map(({ text }) => `  ${text}\n`).join('')}  return ${result};\n}`;
  });
  const count = QUERIES.length * KEYS.length;
  const calls = programs.map((_, at) => `found[${at * count}u + at] = select(0u, 1u, f${at}(i, j));`);
  const code = [
    ...writePrelude(functions.join('\n')).map((block) => block.join('\n')),
    ...functions,
    '@group(0) @binding(0) var<storage, read_write> found: array<u32>;',
    '@compute @workgroup_size(1) fn main(@builtin(workgroup_id) group: vec3<u32>) {',
    `  let at = group.x;\n  let i = ${QUERIES[0]} + i32(at / ${KEYS.length}u);\n  let j = i32(at % ${KEYS.length}u);`,
    ...calls,
    '}',
  ].join('\n');
  const module = device.createShaderModule({ code });
  const errors = (await module.getCompilationInfo()).messages.filter(({ type }) => type === 'error');
  expect(errors.map(({ message, lineNum }) => `${message}: ${code.split('\n')[lineNum - 1]}`)).toEqual([]);
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module, entryPoint: 'main' },
  });
  const size = programs.length * count * 4;
  const found = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const target = device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  const entries = [{ binding: 0, resource: { buffer: found } }];
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(count);
  pass.end();
  encoder.copyBufferToBuffer(found, 0, target, 0, size);
  device.queue.submit([encoder.finish()]);
  await target.mapAsync(GPUMapMode.READ);
  const words = [...new Uint32Array(target.getMappedRange())];
  return programs.map((_, at) => words.slice(at * count, (at + 1) * count).map((word) => word === 1));
}

describe('printed programs', () => {
  it('compute what the exact reading says', { timeout: 60_000 }, async () => {
    const programs = fc
      .sample(recipe, { numRuns: 300, seed: 20261121 })
      .map(cook)
      .filter((mask) => evaluate(mask) !== null)
      .slice(0, 120);
    expect(programs.length).toBeGreaterThan(60);
    const results = await execute(programs);
    programs.forEach((mask, at) => {
      expect({ text: print(mask), values: results[at] }).toEqual({
        text: print(mask),
        values: evaluate(mask),
      });
    });
  });

  it('name what is shared, and read as a person would write', () => {
    const mask = program((b, i, j) => {
      const distance = b.arithmetic('sub', i, j);
      return b.and(
        b.compare('le', b.int(0), distance),
        b.or(b.compare('lt', distance, b.int(8)), b.add({ kind: 'is-power-of-two', operand: distance })),
      );
    });
    expect(print(mask)).toEqual({
      lets: [{ node: 2, text: 'let distance = i - j;' }],
      result: '(0 <= distance) & ((distance < 8) | is_power_of_two(distance))',
    });
  });

  it('branch only where an array may be left unread, and in C++ as usual', () => {
    const mask = program((b, i, j) => {
      const near = b.compare('lt', b.arithmetic('sub', i, j), b.int(8));
      const isKept = b.add({ kind: 'member', array: 'kept', row: b.int(0), value: j });
      const isMarked = b.not(b.add({ kind: 'bit', array: 'marks', indices: [i, j] }));
      const last = b.compare('eq', j, b.int(0));
      return b.or(b.and(b.and(b.and(isMarked, near), isKept), b.compare('ne', i, b.int(5))), last);
    });
    expect(print(mask).result).toBe(
      '(((!read_marks(i, j) & (i - j < 8)) && read_kept(0, j)) & (i != 5)) | (j == 0)',
    );
    expect(print(mask, cudaDialect).result).toBe(
      '(!read_marks(i, j) && i - j < 8 && read_kept(0, j) && i != 5) || j == 0',
    );
  });

  it('divide by shifts, plainly where the dividend is proved, and floored elsewhere', () => {
    const divide = (build: (b: MaskBuilder, i: NodeId, j: NodeId) => NodeId): string =>
      print(program((b, i, j) => b.compare('eq', build(b, i, j), b.int(1)))).result;
    expect(divide((b, i) => b.arithmetic('div', i, b.int(16)))).toBe('(i >> 4u) == 1');
    expect(divide((b, i) => b.arithmetic('mod', i, b.int(16)))).toBe('(i & 15) == 1');
    expect(divide((b, _i, j) => b.arithmetic('mod', j, b.int(12)))).toBe('j % 12 == 1');
    expect(divide((b, i) => b.arithmetic('div', i, b.int(12)))).toBe('floor_div(i, 12) == 1');
  });
});

describe('Namer', () => {
  it('gives out legal names once, and never a reserved word', () => {
    const namer = new Namer(WGSL_RESERVED);
    expect(['ids', 'ids', 'fn', 'fn', 'größe', '3d', '__a__b', ''].map((wish) => namer.name(wish))).toEqual([
      'ids',
      'ids_2',
      'fn_',
      'fn_2',
      'gr_e',
      'x3d',
      'a_b',
      'x',
    ]);
  });

  it('frees the names of an inner scope', () => {
    const namer = new Namer(WGSL_RESERVED);
    namer.name('block');
    expect(namer.scope().name('block')).toBe('block_');
    expect(namer.scope().name('block')).toBe('block_');
    expect(namer.name('sum')).toBe('sum');
  });
});
