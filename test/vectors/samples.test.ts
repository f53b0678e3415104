import { describe, expect, it } from 'vitest';
import { findCaseFiles, readCase } from './vector-case.ts';
import { loadSpecifications } from './main.ts';
import { runCase } from './run-case.ts';

const specifications = loadSpecifications(new URL('../../spec-examples/', import.meta.url));
const samples = findCaseFiles(new URL('samples', import.meta.url).pathname).map(readCase);

describe('spec-examples against masks of public code', () => {
  it.each(samples.map((vector) => [`${vector.system}/${vector.case}`, vector] as const))(
    '%s',
    (_, vector) => {
      expect(runCase(vector, specifications)).toMatchObject({ status: 'ok' });
    },
  );

  it('notices a single wrong bit', () => {
    const [vector] = samples;
    const bytes = Buffer.from(vector.mask, 'base64');
    bytes[5] ^= 16;
    const result = runCase({ ...vector, mask: bytes.toString('base64') }, specifications);
    expect(result.status).toBe('fail');
    expect(result.detail).toMatch(/^1 of \d+ pairs differ/);
  });

  it('counts a system without rules as missing', () => {
    expect(runCase({ ...samples[0], system: 'unheard_of' }, specifications).status).toBe('missing');
  });

  it('counts a case whose parameters no rule fits as missing', () => {
    const params = { batchify_size: 16, inner: 'a new mask' };
    const result = runCase({ ...samples[0], system: 'attention_gym_batchify', params }, specifications);
    expect(result.status).toBe('missing');
  });

  it('fails a case that lacks what its rule asks for', () => {
    const result = runCase({ ...samples[0], system: 'gpt_oss', params: {} }, specifications);
    expect(result).toMatchObject({ status: 'fail', detail: 'the case has no parameter "sliding_window"' });
  });
});
