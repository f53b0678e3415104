import type { AttentionDescriptor } from '../../../runtime/descriptor.ts';
import type { KernelDescriptor, UniformField } from '../../../runtime/kernel-descriptor.ts';
import { MaskBuilder } from '../../../runtime/mask/program/builder.ts';
import type { MaskProgram, NodeId } from '../../../runtime/mask/program/nodes.ts';

export interface FixtureOptions {
  readonly heads?: number;
  readonly kvHeads?: number;
  readonly dim?: number;
  readonly dimV?: number;
  readonly dtype?: 'f32' | 'f16';
  readonly layout?: 'bhnd' | 'bnhd';
  readonly lse?: boolean;
  readonly kernels?: readonly Partial<KernelDescriptor>[];
  readonly code?: string;
}

/**
 * A hand-written attention, the keys j <= i with i - j < w, one invocation a query row: small enough to compile in no
 * time, and every role, stride and size that the runtime binds is used.
 */
export function windowFixture(options: FixtureOptions = {}): AttentionDescriptor {
  const { heads = 2, kvHeads = 1, dim = 8, dimV = 4, dtype = 'f32', layout = 'bhnd', lse = true } = options;
  const kernel: KernelDescriptor = {
    name: 'attend',
    purpose: 'tiled',
    target: 'software',
    tile: { queries: 8, keys: 8 },
    workgroupSize: 8,
    workgroupBytes: 0,
    features: dtype === 'f16' ? ['shader-f16'] : [],
    extents: { queries: [], keys: [] },
    schedule: {
      kind: 'ranges',
      low: program((b) => b.arithmetic('add', b.arithmetic('sub', query(b), b.symbol('w')), b.int(1))),
      high: program((b) => b.arithmetic('add', query(b), b.int(1))),
    },
  };
  const roles = ['params', 'q', 'k', 'v', 'out', ...(lse ? (['lse'] as const) : [])] as const;
  const mask = program((b) => {
    const distance = b.arithmetic('sub', query(b), b.add({ kind: 'key' }));
    return b.between(b.int(0), distance, b.symbol('w'));
  });
  return {
    name: 'windowed',
    heads,
    kvHeads,
    dim,
    dimV,
    dimOut: dimV,
    dtype,
    layout,
    outputs: lse ? ['out', 'lse'] : ['out'],
    inputs: [],
    launch: [{ name: 'w', type: 'int', min: 1, max: 4096, default: 4, doc: 'Keys that a query sees.' }],
    derived: [],
    offset: program((b) => b.arithmetic('sub', b.symbol('nk'), b.symbol('nq'))),
    mask,
    combine: 'single',
    branches: [mask],
    score: {
      scale: 1 / Math.sqrt(dim),
      softcap: null,
      slopes: null,
      keyBias: null,
      rowScale: null,
      sink: null,
      biases: [],
      denominatorScale: null,
    },
    passes: [
      {
        name: 'all',
        mask,
        queries: { kind: 'positions' },
        keys: { kind: 'positions' },
        strategy: 'dense',
        state: { reads: false, writes: false },
        column: 0,
        kernels: (options.kernels ?? [{}]).map((changes) => ({ ...kernel, ...changes })),
      },
    ],
    wgsl: {
      code: options.code ?? windowShader({ heads, kvHeads, dim, dimV, dtype, lse }),
      uniforms: UNIFORMS,
      bindings: roles.map((role, binding) => ({ binding, role, access: accessOf(role) })),
      arena: [],
      floats: [],
      lineMap: [[1, 100]],
    },
  };
}

function program(build: (builder: MaskBuilder) => NodeId): MaskProgram {
  const builder = new MaskBuilder();
  return builder.finish(build(builder));
}

const query = (builder: MaskBuilder): NodeId => builder.add({ kind: 'query' });

function accessOf(role: string): 'uniform' | 'read' | 'read-write' {
  if (role === 'params') return 'uniform';
  return role === 'out' || role === 'lse' ? 'read-write' : 'read';
}

const UNIFORMS: readonly UniformField[] = [
  { name: 'nq', type: 'u32', source: { kind: 'symbol', name: 'nq' } },
  { name: 'nk', type: 'u32', source: { kind: 'symbol', name: 'nk' } },
  { name: 'offset', type: 'i32', source: { kind: 'symbol', name: 'offset' } },
  { name: 'w', type: 'i32', source: { kind: 'symbol', name: 'w' } },
  { name: 'scale', type: 'f32', source: { kind: 'scale' } },
  { name: 'query_tiles', type: 'u32', source: { kind: 'query-tiles' } },
  ...(['q', 'k', 'v', 'out'] as const).flatMap((tensor) =>
    (['batch', 'head', 'row'] as const).map((axis): UniformField => ({
      name: `${tensor}_${axis}`,
      type: 'u32',
      source: { kind: 'stride', tensor, axis },
    })),
  ),
];

function windowShader(
  fixture: Required<Pick<FixtureOptions, 'heads' | 'kvHeads' | 'dim' | 'dimV' | 'dtype' | 'lse'>>,
): string {
  const { heads, kvHeads, dim, dimV, dtype, lse } = fixture;
  return `${dtype === 'f16' ? 'enable f16;\n' : ''}
struct Params { ${UNIFORMS.map((field) => `${field.name}: ${field.type},`).join(' ')} }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> q: array<${dtype}>;
@group(0) @binding(2) var<storage, read> k: array<${dtype}>;
@group(0) @binding(3) var<storage, read> v: array<${dtype}>;
@group(0) @binding(4) var<storage, read_write> out: array<${dtype}>;
${lse ? '@group(0) @binding(5) var<storage, read_write> lse: array<u32>;' : ''}

@compute @workgroup_size(8)
fn attend(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = group.x + group.z * 65535u;
  let row = tile * 8u + lane;
  if (tile >= p.query_tiles || row >= p.nq) { return; }
  let batch = group.y / ${heads}u;
  let head = group.y % ${heads}u;
  let kv = head / ${heads / kvHeads}u;
  let i = i32(row) + p.offset;
  let qAt = batch * p.q_batch + head * p.q_head + row * p.q_row;
  var top = -3.0e38;
  var sum = 0.0;
  var acc: array<f32, ${dimV}>;
  for (var j = max(0, i - p.w + 1); j < min(i + 1, i32(p.nk)); j++) {
    var s = 0.0;
    let kAt = batch * p.k_batch + kv * p.k_head + u32(j) * p.k_row;
    for (var c = 0u; c < ${dim}u; c++) { s += f32(q[qAt + c]) * f32(k[kAt + c]); }
    s *= p.scale;
    let next = max(top, s);
    let decay = exp(top - next);
    let weight = exp(s - next);
    sum = sum * decay + weight;
    let vAt = batch * p.v_batch + kv * p.v_head + u32(j) * p.v_row;
    for (var c = 0u; c < ${dimV}u; c++) { acc[c] = acc[c] * decay + weight * f32(v[vAt + c]); }
    top = next;
  }
  let oAt = batch * p.out_batch + head * p.out_head + row * p.out_row;
  for (var c = 0u; c < ${dimV}u; c++) { out[oAt + c] = ${dtype}(select(0.0, acc[c] / sum, sum > 0.0)); }
  ${lse ? `lse[group.y * p.nq + row] = select(0xff800000u, bitcast<u32>(top + log(sum)), sum > 0.0);` : ''}
}
`;
}
