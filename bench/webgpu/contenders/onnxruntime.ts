import { groupQueryAttention, multiHeadAttention } from '../onnx-model.ts';
import type { Contender } from './runner.ts';

const address = '/node_modules/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs';

/** A tensor of onnxruntime-web, as far as it is used here. */
interface Tensor {
  readonly getData: () => Promise<Float32Array>;
  readonly dispose: () => void;
}

/**
 * Full attention by MultiHeadAttention, causal by GroupQueryAttention (the fastest causal operator of version 1.30.0;
 * `Attention` of opset 23 has no WebGPU kernel there). A fall-back to the CPU is an error.
 */
export const onnxruntime: Contender = {
  async prepare({ job, scenario, inputs }) {
    const ort = await import(address);
    ort.env.wasm.numThreads = 1;
    ort.env.logLevel = 'error';
    const { n, heads, dim } = scenario;
    const causal = job.mask === 'causal';
    const model = causal ? groupQueryAttention(n, heads, dim) : multiHeadAttention(n, heads, dim);
    const session = await ort.InferenceSession.create(model, {
      executionProviders: ['webgpu'],
      preferredOutputLocation: 'gpu-buffer',
      extra: { session: { disable_cpu_ep_fallback: '1' } },
    });
    const device: GPUDevice = await ort.env.webgpu.device;
    const upload = (data: Float32Array) => {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      const buffer = device.createBuffer({ size: data.byteLength, usage });
      device.queue.writeBuffer(buffer, 0, data as BufferSource);
      return ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [1, n, heads * dim] });
    };
    const empty = () => new ort.Tensor('float32', new Float32Array(0), [1, heads, 0, dim]);
    const feeds = {
      q: upload(inputs.q),
      k: upload(inputs.k),
      v: upload(inputs.v),
      ...(causal && {
        past_k: empty(),
        past_v: empty(),
        last: new ort.Tensor('int32', new Int32Array([n - 1]), [1]),
        total: new ort.Tensor('int32', new Int32Array([n]), []),
      }),
    };
    let result: { readonly o: Tensor } | null = null;
    return {
      async run() {
        result?.o.dispose();
        result = await session.run(feeds, ['o']);
        await device.queue.onSubmittedWorkDone();
      },
      read: () => result!.o.getData(),
    };
  },
};
