import { describe, expect, it } from 'vitest';
import { compile, parse, printFile, Session } from '../../compiler/index.ts';
import { evaluateBound, feedArrays, launchMask, launchScalars } from '../../runtime/mask/index.ts';
import { compileExamples, exampleSources } from './load-examples.ts';
import { predicates } from './predicates.ts';

const units = compileExamples({ until: 'lower' });

/**
 * Rows without a key that are meant. LongNet: a branch leaves rows of a head empty, other branches cover them. BiSPA:
 * cells of the stored band that lie outside the table of spans. Sparse-vDiT: a skipped head.
 */
const intended: readonly string[] = [
  'longnet.sa: SA0602',
  'sener_bispa.sa: SA0602',
  'sparse_vdit.sa: SA0602',
];

describe('spec-examples', () => {
  it('have a predicate each', () => {
    expect([...units.keys()].sort()).toEqual(Object.keys(predicates).sort());
  });

  it.each(exampleSources.map((source) => [source.name, source] as const))(
    '%s compiles without a warning that matters',
    (_, source) => {
      const { diagnostics, units: compiled } = compile(source);
      const found = diagnostics.map(({ code, message }) => `${source.name}: ${code} ${message}`);
      expect(found.filter((text) => !intended.some((warning) => text.startsWith(warning)))).toEqual([]);
      expect(compiled.length).toBeGreaterThan(0);
    },
  );

  it.each(exampleSources.map((source) => [source.name, source] as const))('%s is formatted', (_, source) => {
    expect(printFile(parse(source, new Session()))).toBe(source.text);
  });

  it.each(exampleSources.map(({ name, text }) => [name, text] as const))('%s names its source', (_, text) => {
    expect(text).toMatch(/^\/\/\/? .*(20\d\d|attention-gym|framework)/m);
  });
});

// A few lengths beside the blocks and windows of the examples; layers 0 to 6 see every choice by layer.
describe.each([...units])('%s', (name, { graph }) => {
  const model = { ...graph, mask: graph.nodes[0].mask };
  const cases = [1, 2, 33, 65, 130, 200].flatMap((n) =>
    (n === 130 ? [0, 1, 3, 5] : [0]).map((layer) => [n, layer]),
  );
  it.each(cases)('keeps what the paper says, n %i, layer %i', (n, layer) => {
    const sizes = { batch: 1, nq: n, nk: n, layer };
    const arrays = feedArrays(model.inputs, {}, launchScalars(model, sizes));
    const launched = launchMask(model, { ...sizes, arrays });
    const bounds = Array.from({ length: graph.heads }, (_, head) => launched.bind(0, head));
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        // Heads with equal masks share one object, which is evaluated once.
        const found = new Map([...new Set(bounds)].map((bound) => [bound, evaluateBound(bound, i, j)]));
        for (const [head, bound] of bounds.entries()) {
          if (found.get(bound) === predicates[name]({ i, j, n, head, layer, arrays })) continue;
          expect.fail(`head ${head}, i ${i}, j ${j}: the specification differs from the predicate`);
        }
      }
    }
  });
});
