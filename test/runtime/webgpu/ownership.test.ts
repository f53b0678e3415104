import { beforeEach, describe, expect, test } from 'vitest';
import { acquireNullDevice } from '../../../runtime/node/index.ts';
import { createAttention } from '../../../runtime/webgpu/create-attention.ts';
import { PlanCache, planKey } from '../../../runtime/launch/plan-cache.ts';
import type { Plan } from '../../../runtime/webgpu/plan.ts';
import { BufferUsage } from '../../../runtime/webgpu/usage.ts';
import { windowFixture } from './window-fixture.ts';

let device: GPUDevice;
/** Buffers that were created and not destroyed yet. */
let alive: Set<GPUBuffer>;
let pipelines: number;

beforeEach(async () => {
  device = (await acquireNullDevice()).device;
  alive = new Set();
  pipelines = 0;
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (options) => {
    const buffer = createBuffer(options);
    const destroy = buffer.destroy.bind(buffer);
    alive.add(buffer);
    buffer.destroy = () => {
      alive.delete(buffer);
      destroy();
    };
    return buffer;
  };
  const createPipeline = device.createComputePipelineAsync.bind(device);
  device.createComputePipelineAsync = (options) => {
    pipelines++;
    return createPipeline(options);
  };
});

const arrays = (n: number): { q: Float32Array; k: Float32Array; v: Float32Array } => ({
  q: new Float32Array(n * 16),
  k: new Float32Array(n * 8),
  v: new Float32Array(n * 4),
});

describe('buffers', () => {
  test('a launch on typed arrays leaves nothing but its plan, which goes with the attention', async () => {
    const attention = createAttention(device, windowFixture());
    await attention.forward(arrays(5), { time: true });
    const [params, ...others] = alive;
    expect(params.usage & BufferUsage.UNIFORM).toBe(BufferUsage.UNIFORM);
    expect(others).toEqual([]);
    attention.destroy();
    expect(alive.size).toBe(0);
  });

  test('plans that fall out of the cache leave nothing, be it that a launch holds them', async () => {
    const attention = createAttention(device, windowFixture());
    for (let n = 1; n <= 40; n++) await attention.forward(arrays(n));
    expect(alive.size).toBeLessThanOrEqual(16);
    await Promise.all(Array.from({ length: 40 }, (_, n) => attention.forward(arrays(n + 1))));
    expect(alive.size).toBeLessThanOrEqual(16);
    attention.destroy();
    expect(alive.size).toBe(0);
  });

  test('a launch with a plan is submitted before the call returns', async () => {
    const attention = createAttention(device, windowFixture());
    const plan = await attention.plan({ nq: 5, nk: 5 });
    let submitted = 0;
    const submit = device.queue.submit.bind(device.queue);
    device.queue.submit = (buffers) => {
      submitted++;
      submit(buffers);
    };
    const launched = attention.forward(arrays(5), { plan });
    expect(submitted).toBe(1);
    await launched;
    device.queue.submit = submit;
    attention.destroy();
  });

  test('a promise of a plan is none, and what is refused finds no plan that was made for others', async () => {
    const attention = createAttention(device, windowFixture());
    const promised = attention.plan({ nq: 5, nk: 5 });
    await expect(attention.forward(arrays(5), { plan: promised as never })).rejects.toThrow(
      'plan is no plan',
    );
    await promised;
    await attention.forward(arrays(5), { launch: { w: 3 } });
    for (const w of [NaN, Infinity])
      await expect(attention.forward(arrays(5), { launch: { w } })).rejects.toMatchObject({ argument: 'w' });
    await expect(attention.forward(arrays(5), { arrays: { ids: [1] } })).rejects.toThrow('ids');
    await expect(attention.forward(arrays(5), { layout: 'BHND' as never })).rejects.toThrow(
      '"layout" is "BHND"; it is bhnd or bnhd',
    );
    attention.destroy();
  });

  test('a refused launch leaves nothing behind either', async () => {
    const attention = createAttention(device, windowFixture());
    const plan = await attention.plan({ nq: 5, nk: 5 });
    const before = alive.size;
    device.queue.submit = () => {
      throw new Error('refused');
    };
    await expect(attention.forward(arrays(5), { plan })).rejects.toThrow('refused');
    expect(alive.size).toBe(before);
  });

  test('a plan that found no memory leaves nothing behind', async () => {
    const attention = createAttention(device, windowFixture());
    await attention.plan({ nq: 5, nk: 5 }).then((plan) => plan.destroy());
    const scopes = [{ message: 'no memory' } as GPUOutOfMemoryError, null, null, null];
    // The pipeline is there already: the next scopes are those of the plan.
    device.popErrorScope = async () => scopes.shift() ?? null;
    await expect(attention.plan({ nq: 6, nk: 6 })).rejects.toMatchObject({ kind: 'out-of-memory' });
    expect(alive.size).toBe(0);
  });

  test('buffers of the caller outlive the attention', async () => {
    const attention = createAttention(device, windowFixture());
    const [q, k, v, out, lse] = [320, 160, 80, 160, 40].map((size) =>
      device.createBuffer({ size, usage: BufferUsage.STORAGE }),
    );
    await attention.forward({ q, k, v, out, lse }, { nq: 5, nk: 5 });
    attention.destroy();
    expect([...alive]).toEqual([q, k, v, out, lse]);
  });

  test('where the attention has inputs, a plan that forward made goes with the call', async () => {
    const plain = windowFixture();
    const ids = { nodes: [{ kind: 'symbol', name: 'nk' }], root: 0 } as const;
    const declaration = {
      name: 'ids',
      kind: 'int',
      dims: [ids],
      dimNames: ['n'],
      sorted: false,
      feed: null,
      doc: '',
    };
    const attention = createAttention(device, {
      ...plain,
      inputs: [declaration as (typeof plain.inputs)[number]],
    });
    await attention.forward(arrays(3), { arrays: { ids: [0, 0, 1] } });
    expect(alive.size).toBe(0);
    await expect(attention.forward(arrays(3), {})).rejects.toMatchObject({
      code: 'missing',
      argument: 'ids',
    });
  });
});

describe('what is kept', () => {
  test('one pipeline a kernel, one plan for equal sizes and scalars', async () => {
    const attention = createAttention(device, windowFixture());
    for (const w of [3, 4, 3])
      for (const n of [5, 6, 5]) await attention.forward(arrays(n), { launch: { w } });
    expect(pipelines).toBe(1);
    expect(alive.size).toBe(4);
    attention.destroy();
  });

  test('launches at the same time share the pipeline and the plan', async () => {
    const attention = createAttention(device, windowFixture());
    await Promise.all([
      attention.forward(arrays(5)),
      attention.forward(arrays(5)),
      attention.forward(arrays(5)),
    ]);
    expect(pipelines).toBe(1);
    expect(alive.size).toBe(1);
    attention.destroy();
  });
});

describe('PlanCache', () => {
  const plan = {} as Plan;

  test('the longest unused plan falls out and is reported', async () => {
    const dropped: Plan[] = [];
    const cache = new PlanCache<Plan>((falling) => dropped.push(falling));
    const first = {} as Plan;
    await cache.get('first', async () => first);
    const second = {} as Plan;
    await cache.get('second', async () => second);
    await cache.get('first', async () => plan);
    for (let at = 0; at < 15; at++) await cache.get(`other ${at}`, async () => plan);
    expect(dropped).toEqual([second]);
    expect(await cache.get('first', async () => plan)).toBe(first);
  });

  test('a failure is not kept', async () => {
    const cache = new PlanCache(() => undefined);
    await expect(cache.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await cache.get('a', async () => plan)).toBe(plan);
  });

  test('keys tell apart what makes a plan another', () => {
    const base = { nq: 4, nk: 5 };
    const stride = { batch: 0, head: 4, row: 4 };
    const requests = [
      base,
      { ...base, nq: 5 },
      { ...base, nk: 4 },
      { ...base, batch: 2 },
      { ...base, layer: 1 },
      { ...base, layout: 'bnhd' as const },
      { ...base, launch: { a: 1 } },
      { ...base, launch: { b: 1 } },
      { ...base, launch: { a: 2 } },
      { ...base, strides: { q: stride } },
      { ...base, strides: { k: stride } },
    ];
    expect(new Set(requests.map(planKey)).size).toBe(requests.length);
    expect(planKey({ ...base, launch: { a: 1, b: 2 } })).toBe(planKey({ ...base, launch: { b: 2, a: 1 } }));
    expect(planKey({ ...base, batch: 1, layer: 0 })).toBe(planKey(base));
  });
});
