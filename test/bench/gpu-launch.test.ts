import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coreMasks, sparseMasks } from '../../bench/gpu/masks.ts';
import { specificationOf, type Scenario } from '../../bench/gpu/scenarios.ts';
import { prepareScenario } from '../../bench/gpu/time-scenario.ts';
import { numberToBfloat } from '../../cli/formats/bfloat.ts';
import { randomNormal } from '../../cli/run/random-tensor.ts';
import { compile } from '../../compiler/index.ts';
import { acquireCuda, createCudaAttention } from '../../runtime/cuda/index.ts';
import { openStub } from '../runtime/cuda/stub/index.ts';

const stub = openStub('emulator-harness.cpp');
const python = spawnSync('python3', ['--version']);
const script = fileURLToPath(new URL('launch_once.py', import.meta.url));

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'sparsec-launch-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const named = (name: string) => [...coreMasks, ...sparseMasks].find((mask) => mask.name === name)!;

/** The length that the plans are for: one that is worth several passes. What is launched is shorter. */
const TOKENS = 4096;

/**
 * Tensor maps and row bounds; passes with views, tables and a state. The second is on sm_80, whose kernels compile in half
 * of the time.
 */
const cases = [
  { mask: named('window1024'), capability: 90, passes: 1 },
  { mask: named('strided128'), capability: 89, passes: 2 },
];

describe.skipIf(stub.kind === 'none' || python.status !== 0)('a launch in another process', () => {
  it.each(cases)('of $mask.name computes the same bits', async ({ mask, capability, passes }) => {
    if (stub.kind === 'none') return;
    stub.reset();
    stub.device({ capability, shared: capability === 90 ? 232_448 : 101_376 });
    const cuda = await acquireCuda({ machine: stub.machine });
    if (cuda.kind === 'none') throw new Error(cuda.reason);
    const scenario: Scenario = { id: 'launch', mask, batch: 1, heads: 2, kvHeads: 1, n: 150, dim: 64 };
    const { heads, kvHeads, n, dim } = scenario;
    await prepareScenario(cuda.device, scenario, folder, TOKENS);

    const tensor = (count: number, seed: number): Uint16Array =>
      Uint16Array.from(randomNormal(count * n * dim, seed), numberToBfloat);
    const host = { q: tensor(heads, 1), k: tensor(kvHeads, 2), v: tensor(kvHeads, 3) };
    for (const [name, data] of Object.entries(host)) writeFileSync(join(folder, name), data);
    const sizes = [`out=${heads * n * dim * 2}`, `lse=${heads * n * 4}`];
    execFileSync('python3', [script, folder, 'launch', ...sizes], {
      env: { ...stub.machine.env, PYTHONDONTWRITEBYTECODE: '1' },
    });

    const planFor = { nq: TOKENS, nk: TOKENS };
    const { units } = compile({ name: 'a.sa', text: specificationOf(scenario) }, { target: 'cuda', planFor });
    const descriptor = units[0].cuda!;
    expect(descriptor.passes).toHaveLength(passes);
    const attention = createCudaAttention(cuda.device, descriptor);
    const { out, lse } = await attention.forward(host);
    const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
    expect(read('out')).toEqual(new Uint8Array(out.buffer));
    expect(read('lse')).toEqual(new Uint8Array(lse!.buffer));
    expect(out.some((bits) => bits !== 0)).toBe(true);
    attention.destroy();
    cuda.close();
  });
});
