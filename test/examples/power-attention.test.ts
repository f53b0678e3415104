import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compile } from '../../compiler/index.ts';
import { evaluateBound, launchMask } from '../../runtime/mask/index.ts';

const name = 'power_attention.sa';
const text = readFileSync(new URL(`../../spec-examples/${name}`, import.meta.url), 'utf8');

it.each([0, 1, 3])('power_attention with a window of %i blocks: distance 0 is no power of two', (w) => {
  const options = { pattern: 'power_attention', settings: { b: 4, sinks: 1, w }, until: 'lower' } as const;
  const [{ graph }] = compile({ name, text }, options).units;
  const mask = launchMask({ ...graph, mask: graph.nodes[0].mask }, { batch: 1, nq: 61, nk: 61, arrays: {} });
  const bound = mask.bind(0, 0);
  for (let i = 0; i < 61; i++) {
    for (let j = 0; j < 61; j++) {
      const distance = Math.floor(i / 4) - Math.floor(j / 4);
      const kept = j < 4 || distance < w || [1, 2, 4, 8].includes(distance);
      expect({ i, j, kept: evaluateBound(bound, i, j) }).toEqual({ i, j, kept: j <= i && kept });
    }
  }
});
