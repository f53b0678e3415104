import { makeTensors, valuesOf } from '../../cli/run/tensors.ts';
import type { LaunchedUnit } from '../../cli/launch-unit.ts';
import { layOutTensors } from '../../runtime/launch/tensor-layout.ts';
import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { acquireDevice } from '../../runtime/node/index.ts';
import { createAttention } from '../../runtime/webgpu/create-attention.ts';

export interface Timer {
  /**
   * Milliseconds of each of some descriptors, in turns, round by round until `isEnough`; each round begins with another
   * one. They compute the same.
   *
   * @throws {Error} where outputs differ.
   */
  measureRounds(
    descriptors: readonly AttentionDescriptor[],
    launched: LaunchedUnit,
    isEnough: (rounds: readonly (readonly number[])[]) => boolean,
    options?: { readonly compare: boolean },
  ): Promise<readonly (readonly number[])[]>;
  close(): void;
}

/** The largest difference of two outputs, as a part of the largest value. */
const LARGEST_DIFFERENCE = 1e-4;

/** Times launches on the software adapter, by timestamp queries of the device. */
export async function createTimer(): Promise<Timer> {
  const acquired = await acquireDevice({ prefer: 'software' });
  if (acquired.kind === 'none') throw new Error(`there is no software adapter: ${acquired.reason}`);
  const { device } = acquired;

  const measureRounds: Timer['measureRounds'] = async (
    descriptors,
    { nq, nk, arrays },
    isEnough,
    options,
  ) => {
    // Shaders are compiled side by side.
    const runs = await Promise.all(
      descriptors.map(async (descriptor) => {
        const layouts = layOutTensors(descriptor, { batch: 1, nq, nk });
        const tensors = makeTensors(descriptor, layouts, {}, 1);
        const attention = createAttention(device, descriptor);
        const plan = await attention.plan({ nq, nk, arrays });
        return { attention, plan, host: { q: tensors.q.stored, k: tensors.k.stored, v: tensors.v.stored } };
      }),
    );
    const rounds: number[][] = [];
    // The first round warms up, and shows whether the outputs are the same.
    for (let round = 0; round === 0 || !isEnough(rounds); round++) {
      const times = new Array<number>(runs.length);
      const outputs = new Array<Float64Array>(runs.length);
      for (let turn = 0; turn < runs.length; turn++) {
        const at = (turn + round) % runs.length;
        const { attention, plan, host } = runs[at];
        const { milliseconds, out } = await attention.forward(host, { plan, time: true });
        if (milliseconds === null) throw new Error('the adapter has no timestamp queries');
        times[at] = milliseconds;
        if (options?.compare === true && round === 0) outputs[at] = valuesOf(out, descriptors[at].dtype);
      }
      if (round > 0) rounds.push(times);
      else if (options?.compare === true) compareOutputs(outputs);
    }
    for (const { attention } of runs) attention.destroy();
    return rounds;
  };
  return { measureRounds, close: () => acquired.close() };
}

function compareOutputs([first, ...others]: readonly Float64Array[]): void {
  const magnitude = first.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const other of others) {
    const difference = first.reduce((most, value, at) => Math.max(most, Math.abs(value - other[at])), 0);
    if (!(difference <= LARGEST_DIFFERENCE * magnitude))
      throw new Error(`outputs differ by ${difference}, their largest value is ${magnitude}`);
  }
}
