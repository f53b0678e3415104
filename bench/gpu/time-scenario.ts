import { bfloatToNumber } from '../../cli/formats/bfloat.ts';
import { compile } from '../../compiler/index.ts';
import {
  createCudaAttention,
  type CudaAttention,
  type CudaDevice,
  type CudaPlan,
} from '../../runtime/cuda/index.ts';
import { launchMask, launchScalars } from '../../runtime/mask/index.ts';
import { readArrays } from '../../runtime/read-arrays.ts';
import { attendDense } from '../../runtime/reference/attend-dense.ts';
import { countLivePairs } from '../../runtime/schedule/count-live-pairs.ts';
import { median } from '../benchmark.ts';
import { RandomSource } from './device-tensors.ts';
import { specificationOf, type Scenario } from './scenarios.ts';

/** What one scenario took on the device; times in milliseconds. */
export interface Timing {
  readonly id: string;
  readonly kernel: string;
  readonly registers: number;
  readonly local_bytes: number;
  /** Of launches, each between two events. */
  readonly ms: number;
  readonly ms_min: number;
  readonly launches: number;
  /** Sets of inputs that took turns, where one set would stay in the L2 cache. */
  readonly sets: number;
  /** The first plan, code included, and one more for the same lengths: arrays, run table, upload. */
  readonly first_plan_ms: number;
  readonly plan_ms: number;
  /** Live pairs of one head; tiles that one head visits, where a table says so. */
  readonly live_pairs: number;
  readonly live_pairs_exact: boolean;
  readonly tiles: number | null;
  readonly tflops: number;
  /** Against float64 on some rows. */
  readonly max_error: number;
  readonly ok: boolean;
}

const source = new RandomSource();
const shifts = { q: 0, k: 700_001, v: 1_400_003 } as const;

/** Measures a scenario and holds some rows of it against float64. */
export async function timeScenario(device: CudaDevice, scenario: Scenario): Promise<Timing> {
  const { id, mask, batch, heads, n, dim } = scenario;
  const result = compile({ name: `${id}.sa`, text: specificationOf(scenario) }, { target: 'cuda' });
  const descriptor = result.units[0]?.cuda;
  if (!descriptor) throw new Error(result.diagnostics[0]?.message ?? 'it holds no attention');
  const attention = createCudaAttention(device, descriptor);
  const request = { batch, nq: n, nk: n, arrays: mask.arrays?.(n) ?? {} };
  try {
    const firstStart = performance.now();
    const first = await attention.plan(request);
    const planStart = performance.now();
    const plan = await attention.plan(request);
    const planEnd = performance.now();
    first.destroy();

    const measured = await timeLaunches(device, attention, plan, scenario);
    const { facts } = plan.kernel;
    const arrays = readArrays(descriptor.inputs, request.arrays, launchScalars(descriptor, request));
    const bound = launchMask(descriptor, { ...request, arrays }).bind(0, 0);
    const live = countLivePairs(bound, { nq: n, nk: n, offset: 0 });
    const [statistics] = plan.launch.statistics;
    return {
      id,
      kernel: plan.launch.kernel.name,
      registers: facts.registers,
      local_bytes: facts.localBytes,
      ...measured,
      first_plan_ms: planStart - firstStart,
      plan_ms: planEnd - planStart,
      live_pairs: live.pairs,
      live_pairs_exact: live.exact,
      tiles: statistics?.kind === 'runs' ? statistics.fullTiles + statistics.partialTiles : null,
      tflops: (4 * dim * live.pairs * batch * heads) / measured.ms / 1e9,
    };
  } finally {
    attention.destroy();
  }
}

async function timeLaunches(
  device: CudaDevice,
  attention: CudaAttention,
  plan: CudaPlan,
  scenario: Scenario,
) {
  const { batch, heads, n, dim } = scenario;
  const elements = batch * heads * n * dim;
  const setBytes = 8 * elements;
  const sets =
    setBytes < 2 * device.properties.l2Bytes
      ? Math.min(8, Math.ceil((2 * device.properties.l2Bytes) / setBytes) + 1)
      : 1;
  const owned = Array.from({ length: sets }, (_, set) => {
    const memory = (name: string, bytes = elements * 2) => device.allocate(bytes, name);
    const tensors = {
      q: memory('q'),
      k: memory('k'),
      v: memory('v'),
      out: memory('out'),
      lse: memory('lse', batch * heads * n * 4),
    };
    for (const name of ['q', 'k', 'v'] as const)
      source.fill(device, tensors[name], elements, shifts[name] + set);
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
    const maxError = await spotCheck(device, owned[0].out, scenario);
    return {
      ms: median(times),
      ms_min: Math.min(...times),
      launches: times.length,
      sets,
      max_error: maxError,
      ok: maxError < 0.03,
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

/** The largest error of rows at the ends, in the middle and at tile borders, of the first and the last head. */
async function spotCheck(
  device: CudaDevice,
  out: { readonly pointer: bigint; readonly size: number },
  { mask, batch, heads, n, dim }: Scenario,
): Promise<number> {
  const keeps = mask.keeps(n);
  let largest = 0;
  for (const grid of [0, batch * heads - 1]) {
    const base = grid * n * dim;
    const k = source.numbers(base, n * dim, shifts.k);
    const v = source.numbers(base, n * dim, shifts.v);
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
        const error = Math.abs(bfloatToNumber(bits[d]) - expected[d]);
        largest = Number.isNaN(error) ? Infinity : Math.max(largest, error);
      }
    }
  }
  return largest;
}
