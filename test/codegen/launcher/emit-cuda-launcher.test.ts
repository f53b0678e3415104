import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'prettier';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { emitLauncher } from '../../../compiler/codegen/launcher/index.ts';
import { compile } from '../../../compiler/index.ts';
import { BFLOAT_ERROR, bfloatTensors, numbersOf } from '../../runtime/cuda/bfloat-tensors.ts';
import { freshDevice, whyNot } from '../../runtime/cuda/stubbed-device.ts';
import { cudaWindowFixture } from '../../runtime/cuda/window-fixture.ts';
import { maxError, windowReference } from '../../runtime/webgpu/window-reference.ts';
import { diagnose, loadCudaModule } from './load-module.ts';

const header = { version: '1.2.3', sourceName: 'windowed.sa', sourceHash: 'sha256:00ff', doc: 'A window.' };
const images = { sm_90a: 'windowed.sm_90a.cubin', compute_80: 'windowed.compute_80.ptx' };

describe('the text', () => {
  test('imports sparsec/runtime/cuda only, is the same at every run and as prettier sets it', async () => {
    const options = { parser: 'typescript', printWidth: 110, singleQuote: true } as const;
    for (const given of [header, { ...header, images }]) {
      const text = await emitLauncher(cudaWindowFixture(), given);
      const imported = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
      expect(new Set(imported)).toEqual(new Set(['sparsec/runtime/cuda']));
      expect(await emitLauncher(cudaWindowFixture(), given)).toBe(text);
      expect(await format(text, options)).toBe(text);
    }
  });

  test('names compiled code by architecture, and the text of the kernels stands whole', async () => {
    const {
      images: found,
      cuda,
      descriptor,
    } = await loadCudaModule(await emitLauncher(cudaWindowFixture(), { ...header, images }));
    expect(Object.keys(found!)).toEqual(['sm_90a', 'compute_80']);
    expect(found!.sm_90a.pathname).toMatch(/\/windowed\.sm_90a\.cubin$/);
    expect(descriptor).toEqual(cudaWindowFixture());
    expect(cuda).toBe(cudaWindowFixture().cuda.code);
  });
});

describe('the module', () => {
  test('carries every pass with its views and kernels', async () => {
    const text = `attention a {
      heads 2 dim 64 dtype bf16
      let near = attend(q, k, v, mask: causal & (window(keys: 128) | stride(128)))
      let far = attend(q, k, v, mask: j == i | j == i - 500)
      return merge(near, far)
    }`;
    const { units, diagnostics } = compile({ name: 'a.sa', text }, { target: 'cuda' });
    expect(diagnostics).toEqual([]);
    const compiled = units[0].cuda!;
    expect(compiled.passes.map(({ strategy }) => strategy)).toEqual(['dense', 'dense', 'diagonal']);
    const module = await emitLauncher(compiled, header);
    expect(diagnose({ 'module.ts': module })).toEqual([]);
    expect((await loadCudaModule(module)).descriptor).toEqual(compiled);
  });

  test('passes strict type checking, and wrong uses do not', async () => {
    const uses = `
      import { create, type PlanRequest } from './module.ts';
      import { acquireCuda } from 'sparsec/runtime/cuda';
      export async function use(): Promise<Uint16Array> {
        const found = await acquireCuda();
        if (found.kind === 'none') throw new Error(found.reason);
        const { device } = found;
        const attention = create(device, { images: {} });
        const half = new Uint16Array(4);
        const request: PlanRequest = { nq: 1, nk: 2, launch: { w: 1 } };
        const plan = await attention.plan(request);
        const memory = { pointer: 16n, size: 4 };
        const buffers = { q: memory, k: memory, v: memory, out: device.allocate(4), lse: memory };
        attention.enqueue(device.createStream(), plan, buffers);
        await attention.forward(buffers, { plan, stream: 0n, time: true });
        return (await attention.forward({ q: half, k: half, v: half }, { plan })).out;
      }
    `;
    const wrong = `
      import { create } from './module.ts';
      import type { CudaDevice } from 'sparsec/runtime/cuda';
      declare const device: CudaDevice;
      const attention = create(device);
      const half = new Uint16Array(4);
      void attention.plan({ nk: 1 });
      void attention.plan({ nq: 1, nk: 1, launch: { v: 1 } });
      void attention.forward({ q: new Float32Array(4), k: half, v: half });
      attention.enqueue(1, await attention.plan({ nq: 1, nk: 1 }), {});
    `;
    for (const given of [header, { ...header, images }]) {
      const module = await emitLauncher(cudaWindowFixture(), given);
      expect(diagnose({ 'module.ts': module, 'uses.ts': uses })).toEqual([]);
      const lines = diagnose({ 'module.ts': module, 'wrong.ts': wrong }).map((message) =>
        message.split(':', 2).join(':'),
      );
      expect([...new Set(lines)]).toEqual(['wrong.ts:7', 'wrong.ts:8', 'wrong.ts:9', 'wrong.ts:10']);
    }
  });

  test.skipIf(whyNot)(`runs on the stub driver, from its text and from compiled code ${whyNot}`, async () => {
    const { cuda, stub } = await freshDevice();
    const plain = await loadCudaModule(await emitLauncher(cudaWindowFixture(), header));
    const sizes = { batch: 1, nq: 33, nk: 33, w: 6 };
    const { stored, numbers } = bfloatTensors(sizes);
    const truth = windowReference(cudaWindowFixture(), sizes, numbers);
    const fromText = plain.create(cuda.device);
    const first = await fromText.forward(stored, { launch: { w: 6 } });
    expect(maxError(numbersOf(first.out), truth.out)).toBeLessThan(BFLOAT_ERROR);
    fromText.destroy();

    // Without NVRTC: what `--cubin` wrote is read from the file beside the module.
    const folder = mkdtempSync(join(tmpdir(), 'sparsec-images-'));
    const image = join(folder, 'windowed.sm_90a.cubin');
    writeFileSync(join(folder, 'windowed.cu'), plain.cuda);
    const harness = process.env.SPARSEC_STUB_HARNESS!;
    const flags = ['-std=c++17', '-O1', '-w', '-shared', '-fPIC', '-fno-gnu-unique', '-I', dirname(harness)];
    execFileSync('g++', [...flags, `-DSP_PROGRAM="${join(folder, 'windowed.cu')}"`, harness, '-o', image]);
    stub.reset();
    const compiled = plain.create(cuda.device, { images: { sm_90a: pathToFileURL(image) } });
    const plan = await compiled.plan({ nq: 33, nk: 33, launch: { w: 6 } });
    expect(plan.passes[0].kernel.origin).toBe('cubin for sm_90a');
    expect((await compiled.forward(stored, { plan })).out).toEqual(first.out);
    compiled.destroy();
    rmSync(folder, { recursive: true });
    cuda.close();
  });
});
