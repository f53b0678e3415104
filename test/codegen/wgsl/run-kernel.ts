import type { EmittedWgsl } from '../../../compiler/codegen/wgsl/emit-wgsl.ts';
import type { Graph } from '../../../compiler/ir/graph.ts';
import type { PassDescriptor } from '../../../runtime/descriptor.ts';
import type { KernelDescriptor, UniformField } from '../../../runtime/kernel-descriptor.ts';
import type { Strides } from '../../../runtime/reference/strides.ts';
import { viewNumber } from './slots.ts';

/** Everything a dispatch needs, given by hand: these tests do not go through the launcher. */
export interface Dispatch {
  readonly graph: Graph;
  readonly emitted: EmittedWgsl;
  /** One for each pass, in order. */
  readonly steps: readonly Step[];
  readonly batch: number;
  readonly nq: number;
  readonly nk: number;
  readonly offset: number;
  readonly strides: Readonly<Record<'q' | 'k' | 'v' | 'out', Strides>>;
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
  /** Elements of out, which may be larger than the rows that are written. */
  readonly outElements: number;
  readonly scale: number;
  readonly symbols: Readonly<Record<string, number>>;
  readonly arrays: Readonly<
    Record<string, { readonly dims: readonly number[]; readonly words: Uint32Array }>
  >;
  readonly reals: Readonly<Record<string, { readonly dims: readonly number[]; readonly data: Float32Array }>>;
}

/** One pass of a dispatch. */
export interface Step {
  readonly pass: PassDescriptor;
  readonly kernel: KernelDescriptor;
  readonly queryTiles: number;
  /** For every batch * heads + head a run table or a list of distances, as words; empty for ranges. */
  readonly tables: readonly Uint32Array[];
}

export interface Outputs {
  readonly out: Float32Array;
  readonly lse: Float32Array;
}

/** Lays out the buffers, dispatches once and reads out and lse. Outputs start as NaN. */
export async function runKernel(device: GPUDevice, dispatch: Dispatch): Promise<Outputs> {
  const prepared = await prepare(device, dispatch);
  await prepared.run();
  const result = await prepared.read();
  prepared.destroy();
  return result;
}

export interface Prepared {
  run(): Promise<number>;
  read(): Promise<Outputs>;
  destroy(): void;
}

export async function prepare(device: GPUDevice, dispatch: Dispatch): Promise<Prepared> {
  const { graph, emitted, steps, batch, nq } = dispatch;
  const { module } = emitted;
  device.pushErrorScope('validation');
  const { words, sections } = layoutArena(dispatch);
  const { floats, floatSections } = layoutFloats(dispatch);
  const buffers: GPUBuffer[] = [];
  const upload = (data: ArrayBufferView, usage: number): GPUBuffer => {
    const buffer = device.createBuffer({
      size: Math.max(16, data.byteLength),
      usage: usage | GPUBufferUsage.COPY_DST,
    });
    device.queue.writeBuffer(buffer, 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    buffers.push(buffer);
    return buffer;
  };
  const storage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
  const lseElements = batch * graph.heads * nq;
  const byRole: Record<string, GPUBuffer> = {
    q: upload(dispatch.q, storage),
    k: upload(dispatch.k, storage),
    v: upload(dispatch.v, storage),
    out: upload(new Float32Array(dispatch.outElements).fill(NaN), storage),
    lse: upload(new Float32Array(lseElements).fill(NaN), storage),
    arena: upload(words, storage),
    floats: upload(floats, storage),
    state: upload(new Float32Array(batch * graph.heads * nq * (graph.dimV + 4)).fill(NaN), storage),
  };
  const layout = device.createBindGroupLayout({
    entries: module.bindings.map(({ binding, access }) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: {
        type: { uniform: 'uniform', read: 'read-only-storage', 'read-write': 'storage' }[
          access
        ] as GPUBufferBindingType,
      },
    })),
  });
  const shader = device.createShaderModule({ code: module.code });
  const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout] });
  const launches: { pipeline: GPUComputePipeline; group: GPUBindGroup; tiles: number }[] = [];
  for (const step of steps) {
    const params = upload(uniformWords(dispatch, step, sections, floatSections), GPUBufferUsage.UNIFORM);
    const pipeline = await device.createComputePipelineAsync({
      layout: pipelineLayout,
      compute: { module: shader, entryPoint: step.kernel.name },
    });
    const group = device.createBindGroup({
      layout,
      entries: module.bindings.map(({ binding, role }) => ({
        binding,
        resource: { buffer: role === 'params' ? params : byRole[role] },
      })),
    });
    launches.push({ pipeline, group, tiles: step.queryTiles });
  }
  const error = await device.popErrorScope();
  if (error !== null) throw new Error(error.message);

  const run = async (): Promise<number> => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { pipeline, group, tiles } of launches) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(Math.min(tiles, 65535), batch * graph.heads, Math.ceil(tiles / 65535));
    }
    pass.end();
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  };
  const readBack = async (source: GPUBuffer, elements: number): Promise<Float32Array> => {
    const size = elements * 4;
    const target = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(source, 0, target, 0, size);
    device.queue.submit([encoder.finish()]);
    await target.mapAsync(GPUMapMode.READ);
    const copy = new Float32Array(target.getMappedRange().slice(0));
    target.destroy();
    return copy;
  };
  return {
    run,
    read: async () => ({
      out: await readBack(byRole.out, dispatch.outElements),
      lse: await readBack(byRole.lse, lseElements),
    }),
    destroy: () => buffers.forEach((buffer) => buffer.destroy()),
  };
}

function layoutArena({ emitted, arrays, steps }: Dispatch): {
  words: Uint32Array;
  sections: Map<string, number>;
} {
  const words: number[] = [];
  const sections = new Map<string, number>();
  const pending: { at: number; table: Uint32Array }[] = [];
  for (const section of emitted.module.arena) {
    sections.set(section.name, words.length);
    if (section.kind === 'tables') {
      for (const table of steps[section.pass].tables) {
        pending.push({ at: words.length, table });
        words.push(0);
      }
    } else {
      words.push(...arrays[section.array].words);
    }
  }
  for (const { at, table } of pending) {
    words[at] = words.length;
    words.push(...table);
  }
  return { words: Uint32Array.from(words), sections };
}

function layoutFloats({ emitted, reals }: Dispatch): {
  floats: Float32Array;
  floatSections: Map<string, number>;
} {
  const floats: number[] = [];
  const floatSections = new Map<string, number>();
  for (const name of emitted.module.floats) {
    floatSections.set(name, floats.length);
    floats.push(...reals[name].data);
  }
  return { floats: Float32Array.from(floats), floatSections };
}

function uniformWords(
  dispatch: Dispatch,
  step: Step,
  sections: Map<string, number>,
  floatSections: Map<string, number>,
): Uint32Array {
  const { uniforms } = dispatch.emitted.module;
  const words = new Uint32Array(Math.ceil(uniforms.length / 4) * 4);
  const view = new DataView(words.buffer);
  uniforms.forEach((field, at) => {
    const value = fieldValue(field, dispatch, step, sections, floatSections);
    if (field.type === 'f32') view.setFloat32(at * 4, value, true);
    else view.setInt32(at * 4, value, true);
  });
  return words;
}

function fieldValue(
  { source }: UniformField,
  dispatch: Dispatch,
  step: Step,
  sections: Map<string, number>,
  floatSections: Map<string, number>,
): number {
  const { nq, nk, offset, graph, batch, steps } = dispatch;
  const symbols = { nq, nk, offset, heads: graph.heads, batch, layer: 0, ...dispatch.symbols };
  switch (source.kind) {
    case 'symbol':
      return symbols[source.name as keyof typeof symbols];
    case 'scale':
      return dispatch.scale;
    case 'stride':
      return dispatch.strides[source.tensor][source.axis];
    case 'section':
      return (sections.get(source.section) ?? floatSections.get(source.section)) as number;
    case 'dim':
      return (dispatch.arrays[source.array] ?? dispatch.reals[source.array]).dims[source.dim];
    case 'query-tiles':
      return step.queryTiles;
    case 'view': {
      const { pass, kernel } = steps[source.pass];
      const { side, region, axis, value } = source;
      return viewNumber(pass[side], kernel.extents[side], region, axis, value, symbols);
    }
  }
}
