import { describe, expect, it } from 'vitest';
import type { Contender } from '../../../cli/tune/contender.ts';
import { measureInTurns, medianOf } from '../../../cli/tune/measure.ts';
import type { TuneOptions } from '../../../cli/tune/options.ts';
import { printTuning } from '../../../cli/tune/report.ts';
import { tuneUnit } from '../../../cli/tune/tune-unit.ts';
import type { TuningDevice } from '../../../cli/tune/tuning-device.ts';
import { software } from '../../../compiler/cost/index.ts';
import type { TunedLayout } from '../../../compiler/cost/index.ts';
import { compile } from '../../../compiler/index.ts';
import { testTerminal } from '../test-terminal.ts';

const options = {
  n: 5,
  batch: 1,
  seed: 1,
  rounds: 5,
  candidates: 'table',
  device: 'auto',
  format: 'text',
} as const;
const text = 'attention one {\n  mask full\n  heads 1\n  dim 4\n}\n';
const [unit] = compile({ name: 'one.sa', text }).units;

/** What the candidates of a list do: their milliseconds, and how they go wrong. */
type Behaviour = { readonly ms?: number; readonly wrong?: boolean; readonly refuses?: string };

function deviceOf(lists: Readonly<Partial<Record<TunedLayout['list'], readonly Behaviour[]>>>) {
  const events: string[] = [];
  const layoutAt = (list: TunedLayout['list'], at: number): TunedLayout =>
    ({ target: 'wgsl', class: 'software', list, layout: { ...software.tiled[0], x: at + 1 } }) as TunedLayout;
  let asked: TunedLayout | null = null;
  const device: TuningDevice = {
    description: 'a device',
    compiler: null,
    listsOf: () => Object.keys(lists) as TunedLayout['list'][],
    candidates: (list) => lists[list]!.map((_, at) => layoutAt(list, at)),
    optionsFor: (won, only) => {
      asked = only;
      events.push(`compile ${only.list} after ${won.map(({ list }) => list).join(' ')}`.trim());
      return {};
    },
    async open(_unit, { nq }, tensors) {
      const { list, layout } = asked!;
      const behaviour = lists[list]![(layout as { x: number }).x - 1];
      if (behaviour.refuses) throw new Error(behaviour.refuses);
      // Dense attention over few keys, in float64.
      const { q, k, v } = tensors;
      const dim = 4;
      const out = new Float64Array(nq * dim);
      for (let i = 0; i < nq; i++) {
        const weights = Array.from({ length: nq }, (_, j) => {
          let dot = 0;
          for (let d = 0; d < dim; d++) dot += q.values[i * dim + d] * k.values[j * dim + d];
          return Math.exp(dot / 2);
        });
        const sum = weights.reduce((a, b) => a + b, 0);
        for (let d = 0; d < dim; d++)
          out[i * dim + d] = weights.reduce((total, w, j) => total + (w / sum) * v.values[j * dim + d], 0);
      }
      if (behaviour.wrong) out[3] += 0.5;
      const contender: Contender = {
        kernels: [`kernel_${list}`],
        facts: { registers: 7, localBytes: 0 },
        run: async () => ({ out, lse: undefined, milliseconds: 1 }),
        time: async () => (events.push(`time ${list}`), behaviour.ms!),
        close: () => void events.push('close'),
      };
      return contender;
    },
  };
  return { device, events };
}

const tune = (device: TuningDevice, changes: Partial<TuneOptions> = {}) =>
  tuneUnit(unit, () => unit, device, { ...options, ...changes }, testTerminal());

describe('tuneUnit', () => {
  it('records the fastest that is right; what is wrong or refused is not timed', async () => {
    const { device, events } = deviceOf({
      tiled: [{ ms: 3 }, { ms: 1, wrong: true }, { ms: 2 }, { refuses: 'no room\nat all' }],
    });
    const report = await tune(device);
    expect(report.tuning.layouts.map(({ layout }) => (layout as { x: number }).x)).toEqual([3]);
    expect(report.candidates.map(({ median_ms, refused }) => [median_ms, refused])).toEqual([
      [3, undefined],
      [undefined, expect.stringMatching(/^wrong: off by 5\.00e-1$/)],
      [2, undefined],
      [undefined, 'no room'],
    ]);
    expect(events.filter((event) => event === 'time tiled')).toHaveLength(10);
    expect(events.filter((event) => event === 'close')).toHaveLength(3);
    const printed = printTuning(report).split('\n');
    expect(printed[1]).toMatch(/^\* software tiled 32x24.+2\.0000 ms {2}1\.50x {2}median of 5$/);
    expect(printed[2]).toMatch(/^ {2}software tiled 32x8.+3\.0000 ms {2}1\.00x {2}median of 5 {2}the table$/);
    expect(printed[4]).toMatch(/ - {2}no room$/);
  });

  it('tunes one list with what won before', async () => {
    const { device, events } = deviceOf({ tiled: [{ ms: 2 }], diagonal: [{ ms: 5 }, { ms: 4 }] });
    const report = await tune(device, { rounds: 1 });
    expect(report.tuning.layouts.map(({ list }) => list)).toEqual(['tiled', 'diagonal']);
    expect(events.filter((event) => event.startsWith('compile'))).toEqual([
      'compile tiled after',
      'compile diagonal after tiled',
      'compile diagonal after tiled',
    ]);
  });

  it('says why where nothing can be measured', async () => {
    const { device } = deviceOf({ tiled: [{ refuses: 'no room' }, { wrong: true, ms: 1 }] });
    await expect(tune(device)).rejects.toThrow(
      /^no layout of tiled can be measured on a device: no room; wrong: off by 5/,
    );
  });
});

describe('measureInTurns', () => {
  it('launches all in turns and gives up who is far behind', async () => {
    const order: number[] = [];
    const contender = (at: number, ms: number) => ({ time: async () => (order.push(at), ms) });
    const times = await measureInTurns([contender(0, 1), contender(1, 2.1), contender(2, 1.9)], 4);
    expect(order).toEqual([0, 1, 2, 0, 1, 2, 0, 2, 0, 2]);
    expect(times.map((of) => of.length)).toEqual([4, 2, 4]);
  });

  it('takes the middle', () => {
    expect([medianOf([3, 1, 2]), medianOf([4, 1, 2, 3]), medianOf([5])]).toEqual([2, 2, 5]);
  });
});
