import { acquireDevice } from 'sparsec/runtime/node';
import { create } from './generated/packed.ts';

const n = 1000;
const [heads, kvHeads, dim] = [4, 2, 32];
const lengths = [300, 17, 450, 233];
const window = 100;

const found = await acquireDevice();
if (found.kind === 'none') throw new Error(`No WebGPU device: ${found.reason}`);
console.log(`device: ${found.description}`);

const ids = lengths.flatMap((length, document) => new Array<number>(length).fill(document));
const random = (length: number): Float32Array => Float32Array.from({ length }, () => Math.random() - 0.5);
const tensors = { q: random(heads * n * dim), k: random(kvHeads * n * dim), v: random(kvHeads * n * dim) };

// A plan holds the schedule of these documents; it serves any number of launches.
const attention = create(found.device);
const plan = await attention.plan({ nq: n, nk: n, launch: { w: window }, arrays: { ids: [ids] } });
const { out, milliseconds, kernels } = await attention.forward(tensors, { plan, time: true });
const time = milliseconds === null ? 'not timed' : `${milliseconds.toFixed(2)} ms`;
console.log(`${kernels.join(', ')}: ${out.length} values, ${time}`);

// The first tokens of a document see only themselves: their rows are rows of v.
const [head, first] = [3, lengths[0]];
const kv = Math.floor(head / (heads / kvHeads));
const row = out.subarray((head * n + first) * dim, (head * n + first + 1) * dim);
const value = tensors.v.subarray((kv * n + first) * dim, (kv * n + first + 1) * dim);
const error = row.reduce((most, x, at) => Math.max(most, Math.abs(x - value[at])), 0);
console.log(error < 1e-6 ? 'ok' : `wrong: the first row of document 1 is off by ${error}`);
process.exitCode = error < 1e-6 ? 0 : 1;

attention.destroy();
found.close();
