import type { Contender } from './runner.ts';

const address = '/node_modules/@jax-js/jax/dist/index.js';

/** `nn.dotProductAttention` under `jit`. */
export const jax: Contender = {
  async prepare({ job, scenario, inputs }) {
    if (job.mask === 'window') throw new Error('its window is a mask over dense attention, and is not timed');
    const library = await import(address);
    await library.init('webgpu');
    library.defaultDevice('webgpu');
    const { n, heads, dim } = scenario;
    const upload = (data: Float32Array) =>
      library.numpy.array(data, {
        shape: [1, n, heads, dim],
        dtype: library.numpy.float32,
        device: 'webgpu',
      });
    const [q, k, v] = [inputs.q, inputs.k, inputs.v].map(upload);
    const options = { isCausal: job.mask === 'causal' };
    const attend = library.jit((a: unknown, b: unknown, c: unknown) =>
      library.nn.dotProductAttention(a, b, c, options),
    );
    let out: {
      readonly ref: { data(): Promise<Float32Array> };
      blockUntilReady(): Promise<unknown>;
      dispose(): void;
    } | null = null;
    return {
      async run() {
        out?.dispose();
        out = attend(q.ref, k.ref, v.ref);
        await out!.blockUntilReady();
      },
      read: () => out!.ref.data(),
    };
  },
};
