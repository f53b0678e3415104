import { cudaTargets } from '../../../compiler/cost/index.ts';
import type { Graph } from '../../../compiler/ir/graph.ts';
import { cudaModule, specify } from './modules.ts';
import { compileForDevice } from './toolchain.ts';
import type { KernelUsage } from './toolchain.ts';

/** A module that stands for a class of emitted ones. */
export interface Variant {
  readonly name: string;
  readonly graph: Graph;
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

/** Every head dimension with both schedules; every step of the score where registers are short. */
export const variants: readonly Variant[] = [
  ...widths.flatMap(([dim, dimV]) => [
    { name: `${dim}/${dimV} ranges`, graph: causal(`dim ${dim} dim_v ${dimV}`) },
    { name: `${dim}/${dimV} table`, graph: dilated(`dim ${dim} dim_v ${dimV}`) },
  ]),
  { name: '64/64 ranges, out alone', graph: { ...causal('dim 64'), outputs: ['out'] } },
  ...([64, 128, 256] as const).map((dim) => ({
    name: `${dim} table, whole score`,
    graph: dilated(`dim ${dim}\n ${score}`),
  })),
];

/** Those of the test suite, each of which takes nvcc some seconds; scripts/cuda-table.ts shows all. */
export const sample = variants.filter(({ name }) =>
  [
    '80/80 table',
    '64/64 ranges, out alone',
    '128/128 table',
    '192/128 table',
    '256 table, whole score',
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
  { name, graph }: Variant,
  architecture: string,
): Promise<{ readonly kernels: readonly VariantUsage[]; readonly messages: readonly string[] }> {
  const descriptor = cudaModule(graph, cudaTargets);
  const { kernels, messages } = await compileForDevice(descriptor.cuda.code, architecture);
  const described = kernels.map((usage) => {
    const { threads, sharedBytes } = descriptor.kernels.find((each) => each.name === usage.kernel)!;
    return { variant: name, architecture, threads, sharedBytes, ...usage };
  });
  return { kernels: described, messages };
}
