import { bfloatToNumber } from '../../cli/formats/bfloat.ts';
import { compile } from '../../compiler/index.ts';
import {
  createCudaAttention,
  type CudaAttention,
  type CudaDevice,
  type CudaPlan,
} from '../../runtime/cuda/index.ts';
import { launchMask, launchScalars } from '../../runtime/mask/index.ts';
import { entriesOf } from '../../runtime/launch/prepare-cuda-launch.ts';
import { readArrays } from '../../runtime/read-arrays.ts';
import { attendDense } from '../../runtime/reference/attend-dense.ts';
import { countLivePairs } from '../../runtime/schedule/counts/count-live-pairs.ts';
import { median } from '../benchmark.ts';
import { RandomSource } from './device-tensors.ts';
import { exportLaunch } from './export-launch.ts';
import { specificationOf, type Scenario } from './scenarios.ts';

/** What one scenario took on the device; times in milliseconds. */
export interface Timing extends PlanTiming {
  readonly id: string;
  /** The entry points of its passes; registers and spilled bytes of the one that has most. */
  readonly kernel: string;
  readonly registers: number;
  readonly local_bytes: number;
  /** Of launches by the runtime, each between two events; ./peers measures the same kernels beside others. */
  readonly ms: number;
  readonly ms_min: number;
  readonly launches: number;
  /** Sets of inputs that took turns, where one set would stay in the L2 cache. */
  readonly sets: number;
  /** Live pairs of one head; tiles that one head visits, where tables say so. */
  readonly live_pairs: number;
  readonly live_pairs_exact: boolean;
  readonly tiles: number | null;
  readonly tflops: number;
  /** Against float64 on some rows, as part of their length. */
  readonly error_of_out: number;
  readonly ok: boolean;
}

/** Time on the host until a launch is on its way. */
interface PlanTiming {
  /** The first plan: code from the cache or the compiler, loaded. */
  readonly first_plan_ms: number;
  /** A length that was not there before, its first launch included; null where the mask is for one length. */
  readonly new_length_ms: number | null;
  /** The same length once more: arrays, run table, upload. */
  readonly plan_ms: number;
  /** One launch of a plan that is there. */
  readonly enqueue_ms: number;
  /** Whether no pass needs a table. */
  readonly has_table: boolean;
}

const source = new RandomSource();
const shifts = { q: 0, k: 700_001, v: 1_400_003 } as const;

/** What bf16 explains: out and the weights are rounded to 8 bits. */
const LARGEST_ERROR = 0.01;

/** The kernels of a scenario, planned for its size unless another is given, and their code for a device. */
async function compileScenario(device: CudaDevice, scenario: Scenario, tokens = scenario.n) {
  const { id } = scenario;
  const text = specificationOf(scenario);
  const result = compile({ name: `${id}.sa`, text }, { target: 'cuda', planFor: { nq: tokens, nk: tokens } });
  const descriptor = result.units[0]?.cuda;
  if (!descriptor) throw new Error(result.diagnostics[0]?.message ?? 'it holds no attention');
  if (!device.compiler) throw new Error(device.compilerReason);
  const { name, cuda } = descriptor;
  const image = await device.compiler.compile(cuda.code, name, device.properties.capability);
  return { descriptor, image, images: { [image.architecture]: image.bytes } };
}

/**
 * Compiles a scenario, planned for launches of `tokens`, and writes its launch for ./peers; the code stays in the cache
 * for {@link timeScenario}.
 */
export async function prepareScenario(
  device: CudaDevice,
  scenario: Scenario,
  folder: string,
  tokens = scenario.n,
): Promise<void> {
  const { descriptor, image, images } = await compileScenario(device, scenario, tokens);
  const attention = createCudaAttention(device, descriptor, { images });
  try {
    exportLaunch(folder, scenario.id, await attention.plan(requestOf(scenario, scenario.n)), image);
  } finally {
    attention.destroy();
  }
}

function requestOf({ mask, batch }: Scenario, n: number) {
  return { batch, nq: n, nk: n, arrays: mask.arrays?.(n) ?? {} };
}

/** Measures a scenario and holds some rows of it against float64. */
export async function timeScenario(device: CudaDevice, scenario: Scenario): Promise<Timing> {
  const { id, mask, batch, heads, n, dim } = scenario;
  const { descriptor, images } = await compileScenario(device, scenario);
  const attention = createCudaAttention(device, descriptor, { images });
  const request = requestOf(scenario, n);
  try {
    const [first, firstPlan] = await clock(() => attention.plan(request));
    const [plan, samePlan] = await clock(() => attention.plan(request));
    first.destroy();
    const measured = await timeLaunches(device, attention, plan, scenario);
    const facts = plan.passes.map(({ kernel }) => kernel.facts);
    const arrays = readArrays(descriptor.inputs, request.arrays, launchScalars(descriptor, request));
    const bound = launchMask(descriptor, { ...request, arrays }).bind(0, 0);
    const live = countLivePairs(bound, { nq: n, nk: n, offset: 0 });
    return {
      id,
      kernel: entriesOf(plan.launch).join(' + '),
      registers: Math.max(...facts.map(({ registers }) => registers)),
      local_bytes: Math.max(...facts.map(({ localBytes }) => localBytes)),
      ...measured,
      first_plan_ms: firstPlan,
      new_length_ms: mask.tokens === undefined ? await timeNewLengths(attention, scenario) : null,
      plan_ms: samePlan,
      has_table: plan.launch.passes.some(({ kernel }) => kernel.schedule.kind !== 'ranges'),
      live_pairs: live.pairs,
      live_pairs_exact: live.exact,
      tiles: tilesOf(plan),
      tflops: (4 * dim * live.pairs * batch * heads) / measured.ms / 1e9,
    };
  } finally {
    attention.destroy();
  }
}

/** Plans of lengths that were not there before, median of some. */
async function timeNewLengths(attention: CudaAttention, scenario: Scenario): Promise<number> {
  const times: number[] = [];
  for (const shorter of [1, 77, 128, 200, 255]) {
    if (shorter >= scenario.n) continue;
    const request = requestOf(scenario, scenario.n - shorter);
    const [plan, milliseconds] = await clock(() => attention.plan(request));
    plan.destroy();
    times.push(milliseconds);
  }
  return median(times);
}

async function clock<Value>(action: () => Promise<Value>): Promise<readonly [Value, number]> {
  const start = performance.now();
  const value = await action();
  return [value, performance.now() - start];
}

/** Tiles that the passes visit for the first head; null where some pass has no run table. */
function tilesOf({ launch }: CudaPlan): number | null {
  const tiles = launch.passes.map(({ statistics: [first] }) =>
    first?.kind === 'runs' ? first.fullTiles + first.partialTiles : null,
  );
  return tiles.every((count) => count !== null) ? tiles.reduce((sum, count) => sum + count!, 0) : null;
}

async function timeLaunches(
  device: CudaDevice,
  attention: CudaAttention,
  plan: CudaPlan,
  scenario: Scenario,
) {
  const { batch, heads, kvHeads, n, dim } = scenario;
  const elements = batch * heads * n * dim;
  const kvElements = batch * kvHeads * n * dim;
  const setBytes = 4 * (elements + kvElements);
  const sets =
    setBytes < 2 * device.properties.l2Bytes
      ? Math.min(8, Math.ceil((2 * device.properties.l2Bytes) / setBytes) + 1)
      : 1;
  const owned = Array.from({ length: sets }, (_, set) => {
    const tensors = {
      q: device.allocate(elements * 2, 'q'),
      k: device.allocate(kvElements * 2, 'k'),
      v: device.allocate(kvElements * 2, 'v'),
      out: device.allocate(elements * 2, 'out'),
      lse: device.allocate(batch * heads * n * 4, 'lse'),
    };
    source.fill(device, tensors.q, elements, shifts.q + set);
    for (const name of ['k', 'v'] as const)
      source.fill(device, tensors[name], kvElements, shifts[name] + set);
    // An element that is never written stays NaN.
    device.fill(tensors.out, 0xff);
    return tensors;
  });
  try {
    const launch = (at: number): void => attention.enqueue(device.stream, plan, owned[at % sets]);
    for (let at = 0; at < 3 * sets; at++) launch(at);
    const once = await timeEach(device, launch, 3);
    const times = await timeEach(
      device,
      launch,
      Math.max(20, Math.min(60, Math.ceil(120 / Math.max(0.01, median(once))))),
    );
    const enqueueStart = performance.now();
    for (let at = 0; at < 10; at++) launch(at);
    const enqueue = (performance.now() - enqueueStart) / 10;
    await device.finished();
    const error = await spotCheck(device, owned[0].out, scenario);
    return {
      ms: median(times),
      ms_min: Math.min(...times),
      launches: times.length,
      sets,
      enqueue_ms: enqueue,
      error_of_out: error,
      ok: error <= LARGEST_ERROR,
    };
  } finally {
    for (const tensors of owned) for (const buffer of Object.values(tensors)) buffer.free();
  }
}

/** Each launch between two events; all of them are in the stream before the first has ended. */
async function timeEach(device: CudaDevice, launch: (at: number) => void, count: number): Promise<number[]> {
  const events = Array.from({ length: count }, () => [device.createEvent(), device.createEvent()] as const);
  events.forEach(([begin, end], at) => {
    device.record(begin);
    launch(at);
    device.record(end);
  });
  await device.finished();
  const times = events.map(([begin, end]) => device.elapsed(begin, end));
  for (const pair of events) pair.forEach((event) => device.destroyEvent(event));
  return times;
}

/** |out - reference| / |reference| over rows at the ends, in the middle and at tile borders, of the first and last head. */
async function spotCheck(
  device: CudaDevice,
  out: { readonly pointer: bigint; readonly size: number },
  { mask, batch, heads, kvHeads, n, dim }: Scenario,
): Promise<number> {
  const keeps = mask.keeps(n);
  let [error, size] = [0, 0];
  for (const grid of [0, batch * heads - 1]) {
    const base = grid * n * dim;
    const kvBase = Math.floor(grid / (heads / kvHeads)) * n * dim;
    const k = source.numbers(kvBase, n * dim, shifts.k);
    const v = source.numbers(kvBase, n * dim, shifts.v);
    for (const row of [0, 1, 127, 128, Math.floor(n / 2) + 5, n - 1]) {
      const q = source.numbers(base + row * dim, dim, shifts.q);
      const strides = { batch: 0, head: 0, row: dim };
      const expected = attendDense({
        ...{ batch: 1, heads: 1, kvHeads: 1, nq: 1, nk: n, dim, dimV: dim, offset: row, q, k, v },
        strides: { q: strides, k: strides, v: strides },
        isLive: (_batch, _head, i, j) => keeps(i, j),
        score: { scale: 1 / Math.sqrt(dim) },
      }).out;
      const bits = new Uint16Array(dim);
      const at = (base + row * dim) * 2;
      await device.download({ pointer: out.pointer + BigInt(at), size: dim * 2 }, bits);
      for (let d = 0; d < dim; d++) {
        error += (bfloatToNumber(bits[d]) - expected[d]) ** 2;
        size += expected[d] ** 2;
      }
    }
  }
  const found = Math.sqrt(error / size);
  return Number.isNaN(found) ? Infinity : found;
}
