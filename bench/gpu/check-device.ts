import { compile } from '../../compiler/index.ts';
import type { CudaDescriptor, CudaKernel } from '../../runtime/cuda/descriptor.ts';
import type { CudaDevice } from '../../runtime/cuda/index.ts';
import { checkEmulated, type EmulatedCase } from '../../test/codegen/cuda/check-emulated.ts';
import { launchCases } from '../../test/examples/launch-cases.ts';
import { exampleSources } from '../../test/examples/load-examples.ts';
import { expectations, type Branches, type Predicate } from '../../test/examples/predicates.ts';
import { DeviceExecutor } from './execute-on-device.ts';

/** One attention of the test list and what it is launched with. */
export interface CheckedAttention {
  readonly name: string;
  readonly text: string;
  /** The attention of the text; the only one where it is left out. */
  readonly attention?: string;
  readonly dtype: 'f16' | 'bf16';
  readonly keeps: Predicate | Branches;
  readonly cases: (descriptor: CudaDescriptor) => readonly EmulatedCase[];
}

/** What became of one attention: launches that ran, and a line for each that is wrong. */
export interface CheckReport {
  readonly name: string;
  readonly launches: number;
  readonly failures: readonly string[];
  /** The largest error of out as a part of its tolerance. */
  readonly worst: number;
}

const lengths: readonly number[] = [1, 2, 63, 64, 65, 127, 129, 257, 1000];

/** The examples in both types, then views, head dimensions, grouped heads, batches, axes, scores, odd positions. */
export function testList(): readonly CheckedAttention[] {
  const cases = (descriptor: CudaDescriptor) => launchCases(descriptor, lengths, 1000);
  const examples = exampleSources.flatMap(({ name: file, text }) =>
    compile({ name: file, text }, { until: 'lower' }).units.flatMap(({ name: attention }) =>
      (['bf16', 'f16'] as const).map((dtype) => {
        const name = `${file.replace(/\.sa$/, '')} ${attention}`;
        return { name: `${name} ${dtype}`, text, attention, dtype, keeps: expectations[name], cases };
      }),
    ),
  );
  // A run that is cut short has every kernel in one type before the other begins.
  const all = [...features(), ...examples];
  return [...all.filter(({ dtype }) => dtype === 'bf16'), ...all.filter(({ dtype }) => dtype === 'f16')];
}

function features(): readonly CheckedAttention[] {
  const causal: Predicate = ({ i, j }) => j <= i;
  const strided: Predicate = ({ i, j }) => j <= i && (i - j) % 3 === 0;
  const near: Predicate = ({ i, j }) => Math.abs(i - j) <= 70;
  const of = (
    name: string,
    mask: string,
    fields: string,
    keeps: Predicate,
    cases: readonly Partial<EmulatedCase>[],
    dtypes: readonly ('f16' | 'bf16')[] = ['bf16', 'f16'],
  ): readonly CheckedAttention[] =>
    dtypes.map((dtype) => ({
      name: `${name} ${dtype}`,
      text: `attention test { mask ${mask}\n ${fields}\n dtype ${dtype}\n outputs out, lse }`,
      dtype,
      keeps,
      cases: () => cases.map((given) => ({ nq: 193, nk: 193, layer: 0, ...given })),
    }));
  const sizes = [{}, { nq: 1, nk: 300 }, { nq: 65, nk: 500 }, { nq: 1023, nk: 1023 }];
  const dims = [16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 256].map((dim) => [dim, dim] as const);
  return [
    ...views(of),
    ...[...dims, [192, 128] as const, [64, 128] as const].flatMap(([dim, dimV]) => [
      ...of(
        `dim ${dim} ${dimV} table`,
        'causal & stride(3)',
        `heads 2 dim ${dim} dim_v ${dimV}`,
        strided,
        sizes,
      ),
      ...of(`dim ${dim} ${dimV} ranges`, 'window(each: 70)', `heads 2 dim ${dim} dim_v ${dimV}`, near, sizes),
    ]),
    ...of('axes and batches', 'causal', 'heads 6 kv_heads 2 dim 64', causal, [
      { batch: 3, layout: 'bnhd' },
      { batch: 3, layout: 'bhnd', nq: 130, nk: 257 },
    ]),
    ...of('rows without keys', 'causal', 'heads 1 dim 64 queries at 0 - 100', causal, sizes),
    ...of(
      'every step of the score',
      'causal & stride(3)',
      `input b: float[heads, n] = random(seed: 3, density: 1.0)
       input s: float[heads] = random(seed: 4, density: 1.0)
       heads 4 kv_heads 2 dim 64 softcap 2.5 alibi rows scale(1 + i / 50) bias key(b) sink logit(s)`,
      strided,
      [{}, { nq: 65, nk: 300 }],
    ),
  ];
}

type MakeChecked = (
  name: string,
  mask: string,
  fields: string,
  keeps: Predicate,
  cases: readonly Partial<EmulatedCase>[],
) => readonly CheckedAttention[];

/** Every kind of view and strategy, and passes that hand their state on; heads of every kind of width. */
function views(of: MakeChecked): readonly CheckedAttention[] {
  const behind = ({ i, j }: { readonly i: number; readonly j: number }): number => i - j;
  const sizes = [63, 64, 65, 129, 613, 1000].map((n) => ({ nq: n, nk: n }));
  const oblong = [
    { nq: 65, nk: 700 },
    { nq: 1, nk: 900 },
  ];
  const kinds: readonly (readonly [string, string, Predicate])[] = [
    ['residues', '(j - i) mod 8 == 0', (pair) => behind(pair) % 8 === 0],
    ['columns', 'j mod 16 == 3', ({ j }) => j % 16 === 3],
    [
      'window and residues, with state',
      'causal & (window(keys: 32) | stride(32))',
      (pair) => behind(pair) >= 0 && (behind(pair) < 32 || behind(pair) % 32 === 0),
    ],
    [
      'window and columns, with state',
      'causal & (window(keys: 64) | j mod 33 == 3)',
      (pair) => behind(pair) >= 0 && (behind(pair) < 64 || pair.j % 33 === 3),
    ],
    [
      'diagonals',
      'causal & window(keys: 3, step: 200)',
      (pair) => behind(pair) >= 0 && behind(pair) < 600 && behind(pair) % 200 === 0,
    ],
  ];
  const widths = ['dim 64', 'dim 128', 'dim 80 dim_v 96', 'dim 192 dim_v 128', 'dim 256'];
  return [
    ...widths.flatMap((width) =>
      kinds.flatMap(([name, mask, keeps]) =>
        of(`${name} ${width}`, mask, `heads 4 kv_heads 2 ${width}`, keeps, [...sizes, ...oblong]),
      ),
    ),
    ...kinds.flatMap(([name, mask, keeps]) =>
      of(`${name} in batches`, mask, 'heads 2 dim 64', keeps, [
        { batch: 3, layout: 'bnhd', nq: 300, nk: 300 },
        { batch: 2, nq: 129, nk: 129 },
      ]),
    ),
  ];
}

/** No divisor of what rows visit, and more than the tiles of some. */
const PARTS = 5;

/** Runs every launch of an attention on every kernel that the device can run, also in parts where there are kernels for it. */
export async function checkAttention(device: CudaDevice, checked: CheckedAttention): Promise<CheckReport> {
  const { name, text, attention, dtype, keeps, cases } = checked;
  const result = compile({ name: `${name}.sa`, text }, { target: 'cuda', attention, defaults: { dtype } });
  const unit = result.units[0]?.cuda;
  if (!unit)
    return { name, launches: 0, failures: [result.diagnostics[0]?.message ?? 'no attention'], worst: 0 };
  const executor = new DeviceExecutor(device, unit);
  const failures: string[] = [];
  let [launches, worst] = [0, 0];
  try {
    for (const kernels of everyKernel(unit)) {
      if (kernels.some(({ family }) => family === 'sm_90a') && device.properties.capability !== 90) continue;
      const entries = kernels.map((kernel) => kernel.name).join(' + ');
      const inParts = kernels.some(({ parts }) => parts !== null) ? [1, PARTS] : [1];
      const turns = cases(unit).flatMap((given) => inParts.map((parts) => ({ ...given, parts })));
      for (const given of turns) {
        const label = `${name} ${entries} nq ${given.nq} nk ${given.nk} layer ${given.layer} parts ${given.parts}`;
        try {
          const report = await checkEmulated(unit, { ...given, kernels }, keeps, {
            execute: executor.execute,
          });
          launches++;
          worst = Math.max(worst, report.error / report.tolerance);
          if (!(report.error <= report.tolerance)) failures.push(`${label}: out is off by ${report.error}`);
          if (report.lseError !== null && !(report.lseError <= 1e-3))
            failures.push(`${label}: lse is off by ${report.lseError}`);
          if (report.strayWrites > 0) failures.push(`${label}: ${report.strayWrites} stray writes`);
        } catch (error) {
          failures.push(`${label}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    }
  } finally {
    executor.close();
  }
  return { name, launches, failures, worst };
}

/** One kernel for each pass, so that every kernel of every pass has its turn. */
function everyKernel({ passes }: CudaDescriptor): readonly (readonly CudaKernel[])[] {
  const most = Math.max(...passes.map(({ kernels }) => kernels.length));
  return Array.from({ length: most }, (_, turn) =>
    passes.map(({ kernels }) => kernels[Math.min(turn, kernels.length - 1)]),
  );
}
