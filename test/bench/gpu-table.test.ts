import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAttention, testList } from '../../bench/gpu/check-device.ts';
import { makeTable } from '../../bench/gpu/make-table.ts';
import { coreMasks } from '../../bench/gpu/masks.ts';
import { scenarios } from '../../bench/gpu/scenarios.ts';
import { timeScenario, type Timing } from '../../bench/gpu/time-scenario.ts';
import { acquireCuda } from '../../runtime/cuda/index.ts';
import { openStub } from '../runtime/cuda/stub/index.ts';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'sparsec-table-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const timing: Timing = {
  id: '',
  kernel: 'attend',
  registers: 168,
  local_bytes: 0,
  ms: 2,
  ms_min: 1.9,
  launches: 20,
  sets: 1,
  first_plan_ms: 900,
  plan_ms: 0.4,
  live_pairs: 100,
  live_pairs_exact: true,
  tiles: null,
  tflops: 500,
  max_error: 0.003,
  ok: true,
};

function table(ours: readonly object[], peers: readonly object[], checks: readonly object[] = []) {
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const lines = (list: readonly object[]): string => list.map((line) => `${JSON.stringify(line)}\n`).join('');
  const { result } = makeTable(
    scenarios(true),
    write('check', lines(checks)),
    // The last line of a run that was stopped.
    write('time', `${lines(ours)}{"id": "cau`),
    write('peers', JSON.stringify({ meta: { torch: '2.11' }, results: peers })),
  );
  const rows = result.table.rows.map((row) =>
    Object.fromEntries(result.table.columns.map((column, at) => [column, row[at]])),
  );
  return { rows, notes: result.notes };
}

describe('the table', () => {
  const shape = '1x2x256-d64';

  it('holds ours against the fastest peer and against dense attention', () => {
    const { rows } = table(
      [
        { ...timing, id: `dense-${shape}` },
        { ...timing, id: `window1024-${shape}`, ms: 0.5 },
      ],
      [
        { id: `dense-${shape}`, peer: 'cudnn', ms: 1.5 },
        { id: `dense-${shape}`, peer: 'flash', ms: 1.8 },
        { id: `window1024-${shape}`, peer: 'flex', ms: 0.75, live_pairs: 100, mask_ms: 3 },
        { id: `window1024-${shape}`, peer: 'flex-tiled', ms: 0.6, live_pairs: 100 },
      ],
    );
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ scenario: `dense-${shape}`, ratio: 0.75, dense: 0.75 });
    expect(rows[1]).toMatchObject({ 'flex mask ms': 3, ratio: 1.2, dense: 3, note: '' });
  });

  it('gives no ratio to who is wrong, to other pairs, and to what was not measured', () => {
    const { rows, notes } = table(
      [
        { ...timing, id: `dense-${shape}`, ok: false, max_error: 1 },
        { ...timing, id: `causal-${shape}` },
        { id: `window1024-${shape}`, error: 'cuLaunchKernel failed' },
      ],
      [
        { id: `dense-${shape}`, peer: 'cudnn', ms: 1 },
        { id: `causal-${shape}`, peer: 'flex', ms: 1, live_pairs: 99 },
        { id: `window1024-${shape}`, peer: 'flex', error: 'RuntimeError: no' },
      ],
      [{ name: 'a', launches: 7, failures: ['a nq 1: out is off by 2'], worst: 3 }],
    );
    expect(rows.map(({ ms, ratio, note }) => [ms, ratio, note])).toEqual([
      ['', '', 'wrong'],
      [2, '', 'other pairs'],
      ['', '', 'cuLaunchKernel failed'],
    ]);
    expect(notes[0]).toBe('7 launches of 1 attentions held against float64, 1 failed');
    expect(notes).toContain('  a nq 1: out is off by 2');
    expect(notes).toContain(`flex on window1024-${shape}: RuntimeError: no`);
  });

  it('is empty where nothing was measured', () => {
    const none = join(folder, 'none');
    expect(makeTable(scenarios(true), none, none, none).result.table.rows).toEqual([]);
  });
});

const stub = openStub('emulator-harness.cpp');
describe.skipIf(stub.kind === 'none')(
  `on the stub driver${stub.kind === 'none' ? `: ${stub.reason}` : ''}`,
  () => {
    it('checks and times as on a device', async () => {
      if (stub.kind === 'none') return;
      stub.reset();
      // sm_80 kernels: what every device has.
      stub.device({ capability: 89, shared: 101_376 });
      const cuda = await acquireCuda({ machine: stub.machine });
      if (cuda.kind === 'none') throw new Error(cuda.reason);
      const mask = coreMasks.find(({ name }) => name === 'causal')!;
      const scenario = { id: 'causal', mask, batch: 1, heads: 1, n: 130, dim: 64 };
      const measured = await timeScenario(cuda.device, scenario);
      expect(measured).toMatchObject({
        id: 'causal',
        ok: true,
        live_pairs: (130 * 131) / 2,
        live_pairs_exact: true,
      });
      expect(measured.ms).toBeGreaterThan(0);
      expect(measured.launches).toBeGreaterThanOrEqual(20);

      const checked = testList().find(({ name }) => name === 'axes and batches bf16')!;
      const few = { ...checked, cases: () => [{ nq: 65, nk: 65, layer: 0 }] };
      const { launches, failures } = await checkAttention(cuda.device, few);
      expect(failures).toEqual([]);
      expect(launches).toBeGreaterThan(0);
      // A predicate that is not the mask's: the check must see it.
      const wrong = await checkAttention(cuda.device, { ...few, keeps: ({ i, j }) => j < i });
      // out and lse of every launch.
      expect(wrong.failures).toHaveLength(2 * launches);
      expect(stub.used()).toBe(0);
      cuda.close();
    });

    it('lists every example in both types', () => {
      const files = readFileSync(new URL('../examples/predicates.ts', import.meta.url), 'utf8');
      const names = testList().map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      expect(names.filter((name) => name.endsWith(' f16')).length).toBe(names.length / 2);
      expect(files).toContain("'mistral decoder'");
      expect(names).toContain('mistral decoder bf16');
      for (const { keeps } of testList()) expect(keeps).toBeTypeOf('function');
    });
  },
);
