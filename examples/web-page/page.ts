import { requestRaisedDevice } from 'sparsec/runtime';
import { create, type Attention } from './generated/local_global.ts';
import { attend, type Pattern } from './plain-attention.ts';

const [heads, dim] = [2, 32];

const byId = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const result = byId<HTMLOutputElement>('result');

/** The formula of local_global.sa, written by hand. */
const patternOf =
  (w: number): Pattern =>
  (i, j) =>
    Math.abs(i - j) <= w || i < 4 || j < 4;

async function openAttention(): Promise<Attention> {
  if (!('gpu' in navigator)) throw new Error('this browser has no WebGPU');
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('this browser offers no WebGPU adapter');
  return create(await requestRaisedDevice(adapter));
}

function draw(sees: Pattern, n: number): void {
  const canvas = byId<HTMLCanvasElement>('picture');
  const size = Math.min(n, 512);
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext('2d');
  if (!context) return;
  const step = n / size;
  const image = context.createImageData(size, size);
  for (let cell = 0; cell < size * size; cell++) {
    const shade = sees(Math.floor(Math.floor(cell / size) * step), Math.floor((cell % size) * step))
      ? 40
      : 235;
    image.data.set([shade, shade, shade, 255], cell * 4);
  }
  context.putImageData(image, 0, 0);
}

async function run(attention: Attention): Promise<void> {
  const n = byId<HTMLInputElement>('n').valueAsNumber;
  const w = byId<HTMLInputElement>('w').valueAsNumber;
  const sees = patternOf(w);
  draw(sees, n);
  result.value = 'Running …';
  const random = (): Float32Array =>
    Float32Array.from({ length: heads * n * dim }, () => Math.random() - 0.5);
  const tensors = { q: random(), k: random(), v: random() };
  const start = performance.now();
  const { out, milliseconds } = await attention.forward(tensors, { launch: { w }, time: true });
  const time = milliseconds ?? performance.now() - start;
  const expected = attend(tensors, { heads, n, dim }, sees);
  const error = out.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at])), 0);
  const verdict = error < 1e-5 ? 'ok' : 'wrong';
  result.value = `${verdict}: largest error ${error.toExponential(1)}, ${time.toFixed(2)} ms`;
}

async function main(): Promise<void> {
  const attention = await openAttention();
  byId('form').addEventListener('submit', (event) => {
    event.preventDefault();
    run(attention).catch(show);
  });
  await run(attention);
}

function show(error: unknown): void {
  result.value = `failed: ${error instanceof Error ? error.message : String(error)}`;
}

main().catch(show);
