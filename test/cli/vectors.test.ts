import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMapping, resolveCase } from '../vectors/mapping.ts';
import { findCaseFiles, readCase } from '../vectors/vector-case.ts';
import { sparsec } from './test-terminal.ts';

const mapping = readMapping('spec-examples/vectors.json');

describe('mask on the command line', () => {
  it.each(findCaseFiles('test/vectors/samples'))('prints the bits of %s', async (file) => {
    const vector = readCase(file);
    const resolution = resolveCase(mapping, vector);
    if (resolution.kind !== 'run') return expect.fail(resolution.reason);
    const { file: specification, pattern, heads, nq, nk, queriesAt, settings, arrays } = resolution.request;
    const { code, stdout, stderr } = await sparsec([
      ...['mask', join('spec-examples', specification), '--pattern', pattern, '--format', 'json'],
      ...['--nq', `${nq}`, '--nk', `${nk}`, '--heads', `${heads}`],
      ...(queriesAt === null ? [] : ['--q-at', `${queriesAt}`]),
      ...Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
      ...Object.entries(arrays).flatMap(([name, value]) => ['--array', `${name}=${JSON.stringify(value)}`]),
    ]);
    expect({ code, errors: stderr.includes('error') }).toEqual({ code: 0, errors: false });
    const { mask, count } = vector;
    expect(JSON.parse(stdout)).toEqual({ nq, nk, heads: vector.heads, mask, count });
  });
});
