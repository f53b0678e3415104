import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { coreMasks, gridMasks, sparseMasks } from '../../bench/gpu/masks.ts';
import { scenarios, specificationOf } from '../../bench/gpu/scenarios.ts';
import { compile } from '../../compiler/index.ts';
import { RowEvaluator } from '../../runtime/mask/exact/evaluate-row.ts';
import { launchMask, launchScalars } from '../../runtime/mask/index.ts';
import { readArrays } from '../../runtime/read-arrays.ts';

const masks = [...coreMasks, ...sparseMasks, ...gridMasks];
const lengthOf = (tokens: number | undefined): number => tokens ?? 1280;
/** Ends, tile borders and the middle. */
const rowsOf = (n: number): number[] => [0, 1, 63, 64, 65, 127, 128, Math.floor(n / 2) + 7, n - 130, n - 1];

describe('the masks of the GPU benchmark', () => {
  it.each(masks)('$name is specified as it is defined', ({ name, ...rest }) => {
    const mask = { name, ...rest };
    const n = lengthOf(mask.tokens);
    const text = specificationOf({ mask, heads: 2, kvHeads: 2, dim: 64 });
    const { units, diagnostics } = compile({ name, text }, { until: 'lower' });
    expect(diagnostics).toEqual([]);
    const [{ graph }] = units;
    const model = { ...graph, mask: graph.nodes[0].mask };
    const sizes = { batch: 1, nq: n, nk: n };
    const arrays = readArrays(model.inputs, mask.arrays?.(n) ?? {}, launchScalars(model, sizes));
    const bound = launchMask(model, { ...sizes, arrays }).bind(0, 0);
    const evaluator = new RowEvaluator(bound, n);
    const keeps = mask.keeps(n);
    for (const i of rowsOf(n)) {
      const live = evaluator.row(i);
      const differing = Array.from({ length: n }, (_, j) => j).filter((j) => (live[j] !== 0) !== keeps(i, j));
      expect(differing.slice(0, 5), `row ${i}`).toEqual([]);
    }
  });

  const python = spawnSync('python3', ['--version']);
  it.skipIf(python.status !== 0)('mean the same to the peers, in Python', () => {
    const cases = masks.flatMap(({ tokens, peer }) => {
      const n = lengthOf(tokens);
      const mask = peer(n);
      return mask === null ? [] : [{ mask, n, rows: n > 2000 ? rowsOf(n).slice(-3) : rowsOf(n) }];
    });
    // Tokens in tiles: the place of token t of 4 x 6 in tiles of 2 x 3.
    const tiled = { kind: 'neighborhood', axes: [4, 6], windows: [3, 3], tile: [2, 3] };
    const place = (t: number): [number, number] => [
      Math.floor(t / 12) * 2 + (Math.floor(t / 3) % 2),
      (Math.floor(t / 6) % 2) * 3 + (t % 3),
    ];
    cases.push({ mask: tiled, n: 24, rows: [0, 5, 6, 13, 23] });
    const script = fileURLToPath(new URL('../../bench/gpu/peers/check_masks.py', import.meta.url));
    const input = JSON.stringify(cases);
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    const answers = JSON.parse(
      execFileSync('python3', [script], { input, env, maxBuffer: 2 ** 28 }).toString(),
    );
    const compared = masks.filter(({ tokens, peer }) => peer(lengthOf(tokens)) !== null);
    compared.forEach(({ name, tokens, keeps }, at) => {
      const n = lengthOf(tokens);
      const keepsPair = keeps(n);
      cases[at].rows.forEach((i, row) => {
        const expected = Array.from({ length: n }, (_, j) => j).filter((j) => keepsPair(i, j));
        expect(answers[at][row], `${name} row ${i}`).toEqual(expected);
      });
    });
    const reach = (x: number, y: number, length: number): boolean =>
      Math.abs(Math.min(Math.max(x, 1), length - 2) - y) <= 1;
    [0, 5, 6, 13, 23].forEach((i, row) => {
      const [a, b] = place(i);
      const expected = Array.from({ length: 24 }, (_, j) => j).filter((j) => {
        const [c, d] = place(j);
        return reach(a, c, 4) && reach(b, d, 6);
      });
      expect(answers.at(-1)[row], `tiled row ${i}`).toEqual(expected);
    });
  });

  it('are measured under names of their own, and every one compiles for CUDA', () => {
    const all = scenarios();
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const scenario of all.slice(0, 15)) {
      const result = compile({ name: scenario.id, text: specificationOf(scenario) }, { target: 'cuda' });
      expect(result.ok, scenario.id).toBe(true);
    }
  });
});
