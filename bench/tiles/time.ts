import type { CompiledUnit } from '../../compiler/index.ts';
import { makeTensors } from '../../cli/run/tensors.ts';
import type { LaunchedUnit } from '../../cli/launch-unit.ts';
import { layOutTensors } from '../../runtime/launch/tensor-layout.ts';
import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { acquireDevice } from '../../runtime/node/index.ts';
import { createAttention } from '../../runtime/webgpu/create-attention.ts';
import { median } from '../benchmark.ts';

/** Milliseconds of a launch, medians of rounds in turns. */
export interface TileTime {
  readonly plain: number;
  readonly chosen: number;
}

export interface Timer {
  measure(unit: CompiledUnit, plain: CompiledUnit, launched: LaunchedUnit): Promise<TileTime>;
  /** Milliseconds of each of some descriptors, in turns. */
  measureAll(descriptors: readonly AttentionDescriptor[], launched: LaunchedUnit): Promise<readonly number[]>;
  close(): void;
}

const rounds = 5;

/** Times launches on the software adapter, by timestamp queries of the device. */
export async function createTimer(): Promise<Timer> {
  const acquired = await acquireDevice({ prefer: 'software' });
  if (acquired.kind === 'none') throw new Error(`there is no software adapter: ${acquired.reason}`);
  const { device } = acquired;

  const measureAll: Timer['measureAll'] = async (descriptors, { nq, nk, arrays }) => {
    const request = { nq, nk, arrays };
    const runs = [];
    for (const descriptor of descriptors) {
      const layouts = layOutTensors(descriptor, { batch: 1, nq, nk });
      const tensors = makeTensors(descriptor, layouts, {}, 1);
      const attention = createAttention(device, descriptor);
      const plan = await attention.plan(request);
      const host = { q: tensors.q.stored, k: tensors.k.stored, v: tensors.v.stored };
      const times: number[] = [];
      runs.push({ attention, plan, host, times });
    }
    for (let round = 0; round <= rounds; round++) {
      for (const { attention, plan, host, times } of runs) {
        const { milliseconds } = await attention.forward(host, { plan, time: true });
        if (milliseconds === null) throw new Error('the adapter has no timestamp queries');
        if (round > 0) times.push(milliseconds);
      }
    }
    for (const { attention } of runs) attention.destroy();
    return runs.map(({ times }) => median(times));
  };
  return {
    measureAll,
    async measure(unit, plain, launched) {
      const [own, other] = await measureAll([unit.descriptor!, plain.descriptor!], launched);
      return { chosen: own, plain: other };
    },
    close: () => acquired.close(),
  };
}
