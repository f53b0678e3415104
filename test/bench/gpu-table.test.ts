import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAttention, testList } from '../../bench/gpu/check-device.ts';
import { makeTable } from '../../bench/gpu/make-table.ts';
import { coreMasks } from '../../bench/gpu/masks.ts';
import { scenarios } from '../../bench/gpu/scenarios.ts';
import { timeScenario, type Timing } from '../../bench/gpu/time-scenario.ts';
import { compile } from '../../compiler/index.ts';
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
  new_length_ms: 0.8,
  plan_ms: 0.4,
  enqueue_ms: 0.02,
  has_table: false,
  live_pairs: 100,
  live_pairs_exact: true,
  tiles: null,
  tflops: 500,
  error_of_out: 0.003,
  ok: true,
};

function table(ours: readonly object[], peers: readonly object[], checks: readonly object[] = []) {
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const lines = (list: readonly object[]): string => list.map((line) => `${JSON.stringify(line)}\n`).join('');
  const { result, text } = makeTable(
    scenarios(true),
    write('check', lines(checks)),
    // The last line of a run that was stopped.
    write('time', `${lines(ours)}{"id": "cau`),
    write('peers', JSON.stringify({ meta: { torch: '2.11' }, results: peers })),
  );
  const rows = result.table.rows.map((row) =>
    Object.fromEntries(result.table.columns.map((column, at) => [column, row[at]])),
  );
  return { rows, notes: result.notes, text };
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
    expect(rows[1]).toMatchObject({ 'mask ms': 3, ratio: 1.2, dense: 3, note: 'by the runtime' });
  });

  it('gives no ratio to who is wrong, to other pairs, and to what was not measured', () => {
    const { rows, notes } = table(
      [
        { ...timing, id: `dense-${shape}`, ok: false, error_of_out: 1 },
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
      [2, '', 'other pairs; by the runtime'],
      ['', '', 'cuLaunchKernel failed'],
    ]);
    expect(notes[0]).toBe('7 launches of 1 attentions held against float64, 1 failed');
    expect(notes).toContain('  a nq 1: out is off by 2');
    expect(notes).toContain(`flex on window1024-${shape}: RuntimeError: no`);
  });

  it('takes our time beside the peers before that of the runtime', () => {
    const { rows } = table(
      [
        { ...timing, id: `dense-${shape}` },
        { ...timing, id: `causal-${shape}` },
      ],
      [
        { id: `dense-${shape}`, peer: 'ours', ms: 1.2 },
        { id: `dense-${shape}`, peer: 'cudnn', ms: 1.5 },
        { id: `causal-${shape}`, peer: 'ours', error: 'wrong: off by 2' },
        { id: `causal-${shape}`, peer: 'flex', ms: 1.5 },
      ],
    );
    expect(rows.map(({ ms, ratio, note }) => [ms, ratio, note])).toEqual([
      [1.2, 1.25, ''],
      ['', '', 'wrong: off by 2'],
    ]);
  });

  it('says which gates are met, and where most is lost', () => {
    const { text } = table(
      [
        { ...timing, id: `causal-${shape}`, ms: 1, new_length_ms: 2.5 },
        { ...timing, id: `strided128-${shape}`, ms: 1, has_table: true },
        { ...timing, id: `dilated64x4-${shape}`, ms: 1, has_table: true },
      ],
      [
        { id: `causal-${shape}`, peer: 'flex', ms: 1.3 },
        { id: `causal-${shape}`, peer: 'cudnn', ms: 0.5 },
        { id: `strided128-${shape}`, peer: 'flex', ms: 6 },
        { id: `dilated64x4-${shape}`, peer: 'flex', ms: 0.9 },
      ],
    );
    const lines = text.split('\n');
    expect(lines).toContain(
      `MISSED  >= 1.00x FlexAttention on every shared pattern: least 0.90x (dilated64x4-${shape}), median 1.30x, 1 of 3 below`,
    );
    expect(lines).toContain(
      `MISSED  aim: >= 5x FlexAttention on token-sparse patterns: least 0.90x (dilated64x4-${shape}), median 6.00x, 1 of 2 below`,
    );
    expect(lines).toContain('-       aim: causal d 128 at 16k >= 0.95 of cuDNN: not measured');
    expect(lines).toContain(
      `MISSED  aim: a new length in < 1 ms where no table is needed: most 2.500 ms (causal-${shape}), 1 of 1 above`,
    );
    expect(lines).toContain(
      `ok      aim: a launch of a plan that is there in < 1 ms: most 0.020 ms (causal-${shape}), 0 of 3 above`,
    );
    const worst = lines.indexOf('worst losses:');
    expect(lines.slice(worst + 1, worst + 4)).toEqual([
      `  0.50x  causal-${shape}  1.0000 ms against 0.5000`,
      `  0.90x  dilated64x4-${shape}  1.0000 ms against 0.9000`,
      '',
    ]);
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
      const scenario = { id: 'causal', mask, batch: 1, heads: 2, kvHeads: 1, n: 130, dim: 64 };
      const measured = await timeScenario(cuda.device, scenario);
      expect(measured).toMatchObject({
        id: 'causal',
        ok: true,
        live_pairs: (130 * 131) / 2,
        live_pairs_exact: true,
      });
      expect(measured.ms).toBeGreaterThan(0);
      expect(measured.error_of_out).toBeLessThan(0.005);
      expect(measured.new_length_ms).toBeGreaterThan(0);
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

    it('has every view, strategy and purpose in both families, and states between passes', () => {
      const found = new Set<string>();
      for (const { name, text, attention, dtype } of testList()) {
        if (!/^(.* dim 64|gui_kv .*) bf16$/.test(name)) continue;
        const { units } = compile({ name, text }, { target: 'cuda', attention, defaults: { dtype } });
        for (const { strategy, queries, keys, state, kernels } of units[0].cuda!.passes) {
          for (const { family, purpose } of kernels)
            found.add(`${strategy} ${queries.kind} x ${keys.kind} ${family} ${purpose}`);
          if (state.reads || state.writes) found.add('state');
        }
      }
      const families = ['sm_80 tiled', 'sm_80 small-query', 'sm_90a tiled'];
      const everywhere = (pass: string): string[] => families.map((family) => `${pass} ${family}`);
      expect([...found].sort()).toEqual(
        [
          ...everywhere('dense positions x positions'),
          ...everywhere('dense boxes x boxes'),
          ...everywhere('dense positions x boxes'),
          ...everywhere('gathered positions x list'),
          'diagonal positions x positions sm_80 tiled',
          'state',
        ].sort(),
      );
    });

    it('lists every example in both types', () => {
      const files = readFileSync(new URL('../examples/predicates.ts', import.meta.url), 'utf8');
      const names = testList().map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      expect(names.filter((name) => name.endsWith(' f16')).length).toBe(names.length / 2);
      expect(files).toContain("'mistral decoder'");
      expect(names).toContain('mistral decoder bf16');
      for (const { name, keeps } of testList()) expect(keeps, name).toBeDefined();
    });
  },
);
