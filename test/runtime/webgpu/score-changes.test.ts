import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../../compiler/index.ts';
import type { AttentionDescriptor } from '../../../runtime/descriptor.ts';
import { layOutTensors } from '../../../runtime/launch/tensor-layout.ts';
import { feedArrays, launchScalars } from '../../../runtime/mask/index.ts';
import { acquireDevice } from '../../../runtime/node/index.ts';
import { attendDense } from '../../../runtime/reference/attend-dense.ts';
import type { DenseScore } from '../../../runtime/reference/attend-dense.ts';
import { createAttention } from '../../../runtime/webgpu/create-attention.ts';
import { scoreChanges, slopes } from '../../codegen/score-changes.ts';
import type { ScoreChange } from '../../codegen/score-changes.ts';
import { gappedStrides, tensorWithGaps, withoutGaps } from './gapped-tensors.ts';
import { smallTiles } from './launch-matrix.ts';
import { maxError } from './window-reference.ts';

let device: GPUDevice;
beforeAll(async () => {
  const found = await acquireDevice({ prefer: 'software', raised: false });
  if (found.kind === 'none') throw new Error(found.reason);
  device = found.device;
});
afterAll(() => device?.destroy());

const sizes = [
  { nq: 1, nk: 1 },
  { nq: 3, nk: 41 },
  { nq: 19, nk: 19 },
  { nq: 37, nk: 33 },
];

/** Masks that every schedule of a kernel serves; no query of any of them sees keys 3 and 4. */
const masks = {
  ranges: { text: 'full', keeps: () => true },
  table: { text: 'causal & ! keys(3..<5)', keeps: (i: number, j: number) => j <= i && j !== 3 && j !== 4 },
  diagonals: {
    text: '(i - j == 0 | i - j == 11 | j - i == 17) & ! keys(3..<5)',
    keeps: (i: number, j: number) => [0, 11, -17].includes(i - j) && j !== 3 && j !== 4,
  },
} as const;

function compileFields(mask: string, fields: string): AttentionDescriptor {
  const text = `attention a { mask ${mask}\n heads 2\n dim 16\n outputs out, lse\n ${fields} }`;
  const { units, diagnostics } = compile({ name: 'a.sa', text }, { targets: [smallTiles], verify: true });
  if (!units[0]?.descriptor) throw new Error(JSON.stringify(diagnostics));
  return units[0].descriptor;
}

/** One launch, rows of NaN between those of every tensor and NaN in what no query sees. */
async function launch(
  descriptor: AttentionDescriptor,
  { nq, nk }: (typeof sizes)[number],
  change: DenseScore['change'],
  { text, keeps }: (typeof masks)[keyof typeof masks],
) {
  const strides = gappedStrides(descriptor, nq, nk);
  const layouts = layOutTensors(descriptor, { batch: 2, nq, nk }, { strides });
  const tensors = {
    q: tensorWithGaps(layouts.q, 1),
    k: tensorWithGaps(layouts.k, 2),
    v: tensorWithGaps(layouts.v, 3),
  };
  if (text !== 'full') {
    for (const name of ['k', 'v'] as const) {
      const { row, head, batch } = layouts[name].strides;
      for (const at of [0, head, batch, batch + head]) {
        for (const j of [3, 4]) if (j < nk) tensors[name].fill(NaN, at + j * row, at + j * row + 16);
      }
    }
  }
  const attention = createAttention(device, descriptor, { target: 'software' });
  const arrays = feedArrays(descriptor.inputs, {}, launchScalars(descriptor, { batch: 2, nq, nk }));
  const { out, lse } = await attention.forward(tensors, { batch: 2, nq, nk, strides, arrays });
  attention.destroy();
  const reference = attendDense({
    ...{ batch: 2, heads: 2, kvHeads: 2, nq, nk, dim: 16, dimV: 16, offset: nk - nq },
    ...{ ...tensors, strides },
    isLive: (_batch, _head, i, j) => keeps(i, j),
    score: { scale: 0.25, change },
  });
  return { out: withoutGaps(layouts.out, out as Float32Array), lse: lse!, reference };
}

async function expectRight({ declare = '', score, truth, steep }: ScoreChange, mask: keyof typeof masks) {
  const descriptor = compileFields(masks[mask].text, `${declare}\n score ${score}`);
  expect(descriptor.passes[0].kernels[0].schedule.kind).toBe(mask);
  for (const size of sizes) {
    const { nq, nk: n } = size;
    const change: DenseScore['change'] = (s, batch, head, i, j) => truth(s, { batch, head, i, j, n, nq });
    const { out, lse, reference } = await launch(descriptor, size, change, masks[mask]);
    const where = `nq ${nq}, nk ${n}`;
    const tolerance = steep ? 4e-5 : 1e-5;
    expect(maxError(out, reference.out), `out, ${where}`).toBeLessThan(tolerance);
    expect(maxError(lse, reference.lse), `lse, ${where}`).toBeLessThan(tolerance * (1 + n));
  }
}

describe('the field score on SwiftShader', () => {
  it.each(scoreChanges)('$name', async (change) => expectRight(change, 'table'));

  const [distance, alibi] = scoreChanges;
  it.each([distance, alibi, ...scoreChanges.slice(-2)])('row bounds: $name', async (change) =>
    expectRight(change, 'ranges'),
  );
  it.each([alibi, ...scoreChanges.slice(-2)])('diagonals: $name', async (change) =>
    expectRight(change, 'diagonals'),
  );

  it.each([
    ['alibi', `input a: float[heads] = [${slopes.join(', ')}]`, 'alibi(a)', 's - a[head] * abs(i - j)'],
    ['softcap', '', 'softcap 1.5', '1.5 * tanh(s / 1.5)'],
    ['bias key', 'input b: float[heads, n] = random(seed: 3, density: 1.0)', 'bias key(b)', 's + b[head, j]'],
    ['bias pair', 'input b: float[n, n] = random(seed: 3, density: 1.0)', 'bias pair(b)', 's + b[i, j]'],
    [
      'bias relative',
      'input b: float[heads, 2 * 6 + 1] = random(seed: 4, density: 1.0)',
      'bias relative(b)',
      's + b[head, clamp(j - i, -6, 6) + 6]',
    ],
    ['rows scale', '', 'rows scale(1 + i / 16)', 's * (1 + i / 16)'],
    ['scale', 'launch x: real in 0.0..2.0 = 0.5', 'scale x', 's * 4 * x'],
  ])('%s is what its score is', async (_name, declare, field, score) => {
    const [written, scored] = [field, `score ${score}`].map((text) =>
      compileFields('causal', `${declare}\n ${text}`),
    );
    for (const size of [sizes[1], sizes[2]]) {
      const [a, b] = [
        await launch(written, size, undefined, masks.ranges),
        await launch(scored, size, undefined, masks.ranges),
      ];
      expect(maxError(b.out, a.out)).toBeLessThan(2e-6);
      expect(maxError(b.lse, Float64Array.from(a.lse))).toBeLessThan(1e-5);
    }
  });
});
