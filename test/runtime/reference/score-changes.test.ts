import { describe, expect, it } from 'vitest';
import { compile } from '../../../compiler/index.ts';
import { feedArrays, launchScalars } from '../../../runtime/mask/index.ts';
import { deriveValues } from '../../../runtime/mask/launch/derive-values.ts';
import { bindScore } from '../../../runtime/reference/bind-score.ts';
import { decodeProgram, encodeProgram } from '../../../runtime/mask/program/codec.ts';
import { scoreChanges } from '../../codegen/score-changes.ts';

describe('the field score in float64', () => {
  it.each(scoreChanges)('$name', ({ declare = '', score, truth }) => {
    const text = `attention a { ${declare}\n mask full\n heads 2\n dim 16\n score ${score} }`;
    const { units, diagnostics } = compile({ name: 'a.sa', text }, { verify: true });
    const descriptor = units[0]?.descriptor;
    if (!descriptor) throw new Error(JSON.stringify(diagnostics));
    const { change } = descriptor.score;
    expect(decodeProgram(encodeProgram(change!))).toEqual(change);
    const [nq, n] = [9, 13];
    const scalars = { ...launchScalars(descriptor, { batch: 1, nq, nk: n, layer: 0 }), offset: n - nq };
    const arrays = { ...feedArrays(descriptor.inputs, {}, scalars) };
    deriveValues(descriptor.derived, { scalars, arrays });
    const bound = bindScore(descriptor, scalars, arrays);
    for (const s of [-3.25, -0.5, 0, 0.75, 1.5]) {
      for (let at = 0; at < 2 * nq * n; at++) {
        const [head, i, j] = [at % 2, n - nq + (Math.floor(at / 2) % nq), Math.floor(at / 2 / nq)];
        const expected = truth(s, { batch: 0, head, i, j, n, nq });
        const found = bound.change!(s, 0, head, i, j);
        const where = `s ${s}, head ${head}, i ${i}, j ${j}`;
        if (Number.isFinite(expected)) expect(found, where).toBeCloseTo(expected, 10);
        else expect(found, where).toBe(expected);
      }
    }
  });
});
