import { cudaTargets } from '../../../compiler/cost/index.ts';
import type { Graph } from '../../../compiler/ir/graph.ts';
import type { CudaDescriptor, CudaKernel } from '../../../runtime/cuda/descriptor.ts';
import type { WeightFunction } from '../../../runtime/score.ts';
import type { Extents, View } from '../../../runtime/view.ts';
import { program } from '../wgsl/graphs.ts';
import { boxes } from '../wgsl/scheduled.ts';
import { cudaModule, specify, specifyOut } from './modules.ts';
import { scheduledModule } from './scheduled.ts';
import type { CudaPassSketch } from './scheduled.ts';
import { compileForDevice } from './toolchain.ts';
import type { KernelUsage } from './toolchain.ts';

/** A module that stands for a class of emitted ones. */
export interface Variant {
  readonly name: string;
  readonly descriptor: CudaDescriptor;
}

const widths = [
  [32, 32],
  [64, 64],
  [80, 80],
  [96, 96],
  [128, 128],
  [192, 192],
  [256, 256],
  [192, 128],
] as const;

const causal = (fields: string): Graph => specify('causal', `heads 4 kv_heads 2 ${fields}`, 'bf16');
const dilated = (fields: string): Graph =>
  specify('causal & window(back: 100) & stride(3) | sink(4)', `heads 4 kv_heads 2 ${fields}`, 'bf16');
const score = `input b: float[heads, n] = random(seed: 3, density: 1.0)
  input s: float[heads] = random(seed: 4, density: 1.0)
  softcap 2.5 alibi rows scale(1 + i / 50) bias key(b) sink logit(s)`;

const changed = `input t: float[heads, 129] = random(seed: 3, density: 1.0)
  launch cap: real in 1.0..100.0
  score cap * tanh(s / cap) + t[head, clamp(i - j, 0, 128)] - log(1.0 + abs(i - j) / cap)`;

/** Weights without a softmax; `laplace` takes the most registers. */
const weighed = (weights: WeightFunction, fields: string): Graph =>
  specifyOut(
    'causal & window(back: 100) & stride(3) | sink(4)',
    `heads 4 kv_heads 2 normalize ${weights} ${fields}`,
    'bf16',
  );

const plain = (name: string, graph: Graph): Variant => ({ name, descriptor: cudaModule(graph, cudaTargets) });

/** Passes of every kind on one softmax: boxes of both sides, of queries alone, of listed keys, parted rows over keys of both kinds, diagonals in two views. */
function everyKind(name: string, graph: Graph): Variant {
  const [{ mask }] = graph.nodes;
  const grid = boxes(
    { base: 0, axes: [['text', 4, 1]] },
    {
      base: 4,
      axes: [
        ['t', 'nk', 32],
        ['h', 4, 8],
        ['w', 8, 1],
      ],
    },
  );
  const parted: View = { kind: 'parted', first: program((b, i) => b.compare('lt', i, b.int(9))) };
  const boxesOf = (slots: number): Extents => [[slots], [1, slots / 2, 2]];
  const sketches: CudaPassSketch[] = [
    { name: 'grid', mask, queries: grid, keys: grid, boxesOf },
    { name: 'rows', mask, queries: grid, boxesOf },
    { name: 'listed', mask, queries: grid, keys: { kind: 'list' }, strategy: 'gathered', boxesOf },
    { name: 'parted', mask, queries: parted },
    { name: 'both', mask, queries: parted, keys: { kind: 'list' }, strategy: 'gathered' },
    { name: 'far', mask, queries: grid, strategy: 'diagonal', boxesOf },
    { name: 'near', mask, strategy: 'diagonal' },
  ];
  const last = sketches.length - 1;
  const chained = sketches.map((sketch, at) => ({ ...sketch, reads: at > 0, writes: at < last }));
  return { name, descriptor: scheduledModule(graph, chained, cudaTargets) };
}

/** Every head dimension with both schedules, some in passes of every kind; every step of the score where registers are short. */
export const variants: readonly Variant[] = [
  ...widths.flatMap(([dim, dimV]) => [
    plain(`${dim}/${dimV} ranges`, causal(`dim ${dim} dim_v ${dimV}`)),
    plain(`${dim}/${dimV} table`, dilated(`dim ${dim} dim_v ${dimV}`)),
  ]),
  ...(
    [
      [64, 64],
      [80, 80],
      [128, 128],
      [192, 128],
      [256, 256],
    ] as const
  ).map(([dim, dimV]) => everyKind(`${dim}/${dimV} passes`, dilated(`dim ${dim} dim_v ${dimV}`))),
  plain('64/64 ranges, out alone', { ...causal('dim 64'), outputs: ['out'] }),
  ...([64, 128, 256] as const).map((dim) =>
    plain(`${dim} table, whole score`, dilated(`dim ${dim}\n ${score}`)),
  ),
  ...([128, 256] as const).map((dim) =>
    plain(`${dim} table, changed score`, dilated(`dim ${dim}\n ${changed}`)),
  ),
  everyKind('192 passes, changed score', dilated(`dim 192\n ${changed}`)),
  everyKind('128 passes, whole score', dilated(`dim 128\n ${score}`)),
  everyKind('192 passes, whole score', dilated(`dim 192\n ${score}`)),
  ...([64, 80, 128, 192, 256] as const).map((dim) =>
    plain(`${dim} table, laplace`, weighed('laplace', `dim ${dim}`)),
  ),
  plain('256 table, laplace, whole score', weighed('laplace', `dim 256\n ${score.replace(/sink.*/, '')}`)),
  everyKind('128 passes, sigmoid', weighed('sigmoid', 'dim 128')),
  everyKind('256 passes, laplace', weighed('laplace', 'dim 256')),
  plain('128 table, relu2', weighed('relu2', 'dim 128')),
];

/** Those of the test suite, each of which takes nvcc some seconds; scripts/cuda-table.ts shows all. */
export const sample = variants.filter(({ name }) =>
  [
    '80/80 table',
    '64/64 ranges, out alone',
    '128/128 table',
    '128/128 passes',
    '192/128 table',
    '256 table, whole score',
    '192 passes, whole score',
    '256 table, changed score',
    '256 table, laplace, whole score',
    '128 passes, sigmoid',
  ].includes(name),
);

export interface VariantUsage extends KernelUsage {
  readonly variant: string;
  readonly architecture: string;
  readonly threads: number;
  readonly sharedBytes: number;
}

/** What ptxas makes of the kernels of a variant on an architecture, and what else nvcc had to say. */
export async function usageOf(
  { name, descriptor }: Variant,
  architecture: string,
): Promise<{ readonly kernels: readonly VariantUsage[]; readonly messages: readonly string[] }> {
  const { kernels, messages } = await compileForDevice(descriptor.cuda.code, architecture);
  const planned = entryPoints(descriptor);
  const described = kernels.map((usage) => {
    const { threads, sharedBytes } = planned.find(({ name: entry }) => entry === usage.kernel)!;
    return { variant: name, architecture, threads, sharedBytes, ...usage };
  });
  return { kernels: described, messages };
}

/** Every entry point of a module: kernels, those that compute parts, those that merge them. */
export function entryPoints({
  passes,
}: CudaDescriptor): readonly Pick<CudaKernel, 'name' | 'family' | 'threads' | 'sharedBytes'>[] {
  return passes.flatMap(({ kernels, merge }) => [
    ...kernels,
    ...kernels.flatMap((kernel) => (kernel.parts === null ? [] : [{ ...kernel, ...kernel.parts }])),
    ...(merge === null ? [] : [{ ...merge, family: 'sm_80', sharedBytes: 0 } as const]),
  ]);
}
