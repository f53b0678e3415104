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
  /**
   * Milliseconds of each of some descriptors, in turns, round by round until `isEnough`; each round begins with another
   * one.
   */
  measureRounds(
    descriptors: readonly AttentionDescriptor[],
    launched: LaunchedUnit,
    isEnough: (rounds: readonly (readonly number[])[]) => boolean,
  ): Promise<readonly (readonly number[])[]>;
  close(): void;
}

const ROUNDS = 5;

/** Times launches on the software adapter, by timestamp queries of the device. */
export async function createTimer(): Promise<Timer> {
  const acquired = await acquireDevice({ prefer: 'software' });
  if (acquired.kind === 'none') throw new Error(`there is no software adapter: ${acquired.reason}`);
  const { device } = acquired;

  const measureRounds: Timer['measureRounds'] = async (descriptors, { nq, nk, arrays }, isEnough) => {
    const request = { nq, nk, arrays };
    const runs = [];
    for (const descriptor of descriptors) {
      const layouts = layOutTensors(descriptor, { batch: 1, nq, nk });
      const tensors = makeTensors(descriptor, layouts, {}, 1);
      const attention = createAttention(device, descriptor);
      const plan = await attention.plan(request);
      const host = { q: tensors.q.stored, k: tensors.k.stored, v: tensors.v.stored };
      runs.push({ attention, plan, host });
    }
    const rounds: number[][] = [];
    // The first round compiles shaders and warms up.
    for (let round = 0; round === 0 || !isEnough(rounds); round++) {
      const times = new Array<number>(runs.length);
      for (let turn = 0; turn < runs.length; turn++) {
        const at = (turn + round) % runs.length;
        const { attention, plan, host } = runs[at];
        const { milliseconds } = await attention.forward(host, { plan, time: true });
        if (milliseconds === null) throw new Error('the adapter has no timestamp queries');
        times[at] = milliseconds;
      }
      if (round > 0) rounds.push(times);
    }
    for (const { attention } of runs) attention.destroy();
    return rounds;
  };
  return {
    measureRounds,
    async measure(unit, plain, launched) {
      const descriptors = [unit.descriptor!, plain.descriptor!];
      const rounds = await measureRounds(descriptors, launched, ({ length }) => length === ROUNDS);
      const [chosen, base] = descriptors.map((_, at) => median(rounds.map((times) => times[at])));
      return { chosen, plain: base };
    },
    close: () => acquired.close(),
  };
}
