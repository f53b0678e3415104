import type { CompiledUnit } from '../../compiler/index.ts';
import { createCudaAttention, type AcquiredCuda, type CudaBuffer } from '../../runtime/cuda/index.ts';
import { entriesOf } from '../../runtime/launch/prepare-cuda-launch.ts';
import type { LaunchRequest } from '../../runtime/launch/launch-request.ts';
import { valuesOf } from '../run/tensors.ts';
import type { InputTensors } from '../run/tensors.ts';
import type { Contender } from './contender.ts';

/** Milliseconds that lie between two events at least, so that the cost of a launch is not what is measured. */
const SPAN = 2;
const MOST_LAUNCHES = 50;

/** The CUDA kernels of a unit on a GPU. Timed launches run on memory of the device. */
export async function openCudaContender(
  { device }: AcquiredCuda,
  { cuda: descriptor }: CompiledUnit,
  request: LaunchRequest,
  tensors: InputTensors,
): Promise<Contender> {
  if (!descriptor) throw new Error('the candidate was compiled for another target');
  const attention = createCudaAttention(device, descriptor);
  const owned: CudaBuffer[] = [];
  const close = (): void => {
    for (const buffer of owned) buffer.free();
    attention.destroy();
  };
  try {
    const plan = await attention.plan(request);
    const { layouts } = plan.launch;
    const host = { q: tensors.q.stored, k: tensors.k.stored, v: tensors.v.stored };
    const place = (name: 'q' | 'k' | 'v' | 'out' | 'lse'): CudaBuffer => {
      const buffer = device.allocate(layouts[name].extent * layouts[name].elementBytes, name);
      owned.push(buffer);
      if (name !== 'out' && name !== 'lse') device.upload(buffer, host[name], device.stream, name);
      return buffer;
    };
    const memory = {
      q: place('q'),
      k: place('k'),
      v: place('v'),
      out: place('out'),
      ...(descriptor.outputs.includes('lse') && { lse: place('lse') }),
    };
    const facts = plan.passes.map(({ kernel }) => kernel.facts);
    let launches = 1;
    return {
      kernels: entriesOf(plan.launch),
      facts: {
        registers: Math.max(...facts.map(({ registers }) => registers)),
        localBytes: Math.max(...facts.map(({ localBytes }) => localBytes)),
      },
      async run() {
        const { out, lse, milliseconds } = await attention.forward(host, { plan, time: true });
        launches = Math.max(1, Math.min(MOST_LAUNCHES, Math.ceil(SPAN / Math.max(milliseconds!, 1e-3))));
        return { out: valuesOf(out, descriptor.dtype), lse, milliseconds: milliseconds! };
      },
      async time() {
        const events = [device.createEvent(), device.createEvent()];
        try {
          // One before the first event: it is there before the device gets to that.
          attention.enqueue(device.stream, plan, memory);
          device.record(events[0]);
          for (let at = 0; at < launches; at++) attention.enqueue(device.stream, plan, memory);
          device.record(events[1]);
          await device.finished();
          return device.elapsed(events[0], events[1]) / launches;
        } finally {
          for (const event of events) device.destroyEvent(event);
        }
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}
