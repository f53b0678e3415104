import { createAttention, requestRaisedDevice } from '../../../runtime/index.ts';
import type { Inputs } from '../error-gate.ts';
import type { Scenario } from '../scenarios.ts';
import type { Contender } from './runner.ts';

let device: Promise<GPUDevice> | null = null;

async function requestDevice(): Promise<GPUDevice> {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error('the browser has no WebGPU adapter');
  return requestRaisedDevice(adapter);
}

/** Our kernels on buffers, planned once, as an app would call them. */
export const sparsec: Contender = {
  async prepare({ descriptor, scenario, inputs }) {
    const gpu = await (device ??= requestDevice());
    const attention = createAttention(gpu, descriptor!);
    const { n, heads } = scenario;
    const bytes = inputs.q.byteLength;
    const upload = (name: keyof Inputs) => {
      const buffer = gpu.createBuffer({
        size: bytes,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
      });
      gpu.queue.writeBuffer(buffer, 0, swapRowsAndHeads(inputs[name], scenario, [n, heads]) as BufferSource);
      return buffer;
    };
    const [q, k, v] = (['q', 'k', 'v'] as const).map(upload);
    const out = gpu.createBuffer({ size: bytes, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
    const plan = await attention.plan({ nq: n, nk: n });
    return {
      async run() {
        await attention.forward({ q, k, v, out }, { plan });
        await gpu.queue.onSubmittedWorkDone();
      },
      read: async () => swapRowsAndHeads(await readBuffer(gpu, out, bytes), scenario, [heads, n]),
    };
  },
};

/** [first, second, dim] becomes [second, first, dim]. */
function swapRowsAndHeads(
  data: Float32Array,
  { dim }: Scenario,
  [first, second]: readonly [number, number],
): Float32Array {
  const swapped = new Float32Array(data.length);
  for (let a = 0; a < first; a++) {
    for (let b = 0; b < second; b++) {
      swapped.set(data.subarray((a * second + b) * dim, (a * second + b + 1) * dim), (b * first + a) * dim);
    }
  }
  return swapped;
}

async function readBuffer(gpu: GPUDevice, source: GPUBuffer, size: number): Promise<Float32Array> {
  const staging = gpu.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = gpu.createCommandEncoder();
  encoder.copyBufferToBuffer(source, 0, staging, 0, size);
  gpu.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const data = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  return data;
}
