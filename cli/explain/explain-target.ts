import { cudaTargets, targets } from '../../compiler/index.ts';
import type { CompiledUnit, Graph } from '../../compiler/index.ts';
import type { CostFactors } from '../../compiler/cost/index.ts';
import { cudaLayoutTargets } from '../../compiler/passes/layout/cuda-layout-targets.ts';
import type { LayoutTarget } from '../../compiler/passes/layout/layout-target.ts';
import { wgslLayoutTargets } from '../../compiler/passes/layout/wgsl-layout-targets.ts';
import { chooseCudaKernel } from '../../runtime/cuda/choose-cuda-kernel.ts';
import type { CudaKernel, CudaPass } from '../../runtime/cuda/descriptor.ts';
import type { KernelSchedule } from '../../runtime/kernel-descriptor.ts';
import { chooseKernel } from '../../runtime/launch/choose-kernel.ts';
import { anyCudaDevice, anyDevice } from '../any-device.ts';
import type { Adapter } from './adapters.ts';
import type { ServedCuda } from './count-parts.ts';
import type { ServedPass } from './count-visits.ts';

/** A pass with the kernel that serves a launch. */
export interface Served extends ServedPass {
  readonly name: string;
  /** The entry point. */
  readonly entry: string;
  readonly schedule: KernelSchedule['kind'];
}

/** The kernels of a class of devices. */
export interface ExplainTarget {
  readonly passes: readonly Served[];
  /** Tiles of neighbouring positions. */
  readonly plainTile: { readonly queries: number; readonly keys: number };
  readonly factors: CostFactors;
  /** The same passes with their CUDA kernels; empty for other adapters. */
  readonly cuda: readonly ServedCuda[];
  /** Why kernels of another family were taken. */
  readonly notes: readonly string[];
}

/** The kernels that serve `nq` queries on an adapter without limits. */
export function explainTarget(compiled: CompiledUnit, nq: number, adapter: Adapter): ExplainTarget {
  const { graph, descriptor, cuda } = compiled;
  const { tileOf, factors } = layoutTargetOf(graph, adapter);
  const plain = { kind: 'positions' } as const;
  const common = { plainTile: tileOf({ queries: plain, keys: plain, strategy: 'dense' })!, factors };
  if (adapter === 'gpu' || adapter === 'software') {
    const passes = descriptor!.passes.map((pass) => served(pass, chooseKernel(pass, nq, anyDevice, adapter)));
    return { ...common, passes, cuda: [], notes: [] };
  }
  const chosen = cuda!.passes.map((pass) => {
    return { pass, kernel: chooseCudaKernel(pass, nq, anyCudaDevice(adapter)) };
  });
  return {
    ...common,
    passes: chosen.map(({ pass, kernel }) => served(pass, kernel)),
    cuda: chosen,
    notes: chosen.flatMap(({ pass, kernel }) =>
      adapter === 'sm_90a' && kernel.family === 'sm_80' ? [noteOn(pass, kernel, graph)] : [],
    ),
  };
}

function layoutTargetOf(graph: Graph, adapter: Adapter): LayoutTarget {
  if (adapter === 'gpu' || adapter === 'software')
    return wgslLayoutTargets(graph, targets).find((target) => target.class === adapter)!;
  const families = cudaLayoutTargets(graph, cudaTargets);
  return families.find((target) => target.class === `cuda-${adapter.replace('_', '')}`) ?? families[0];
}

function served<Kernel extends Pick<CudaKernel, 'name' | 'tile' | 'extents' | 'schedule'>>(
  pass: Pick<CudaPass, 'name' | 'mask' | 'queries' | 'keys' | 'strategy'>,
  kernel: Kernel,
): Served {
  const { kind } = kernel.schedule;
  return { ...pass, kernel, entry: kernel.name, schedule: kind, isFine: kind === 'ranges' };
}

/** Why a device of capability 9.0 runs a kernel that was not written for it. */
function noteOn({ name, strategy, kernels }: CudaPass, kernel: CudaKernel, { dim, dimV }: Graph): string {
  const own = kernels.some(({ family }) => family === 'sm_90a');
  const reason =
    strategy === 'diagonal'
      ? 'diagonals use no tensor cores'
      : own
        ? `it is made for ${kernel.tile.queries} queries or fewer`
        : `no tile of sm_90a holds dim ${dim} and dim_v ${dimV}`;
  return `pass ${name} runs ${kernel.name}, a kernel of sm_80: ${reason}`;
}
