import { describe, it } from 'vitest';
import { compileExamples } from '../../examples/load-examples.ts';
import { expectExample } from './expect-right.ts';
import { chosenModule } from './modules.ts';
import { missing, skipped } from './toolchain.ts';

const units = compileExamples({ until: 'lower' });
const lengths = [1, 31, 65];

describe.skipIf(missing['g++'] !== null)(`examples in the emulator${skipped('g++')}`, () => {
  it.concurrent.each([...units])('%s', { timeout: 180_000 }, async (name, { graph }) => {
    const hasSoftmax = graph.combine !== 'concat' && graph.nodes[0].score.weights === undefined;
    const outputs = hasSoftmax ? (['out', 'lse'] as const) : (['out'] as const);
    await expectExample(name, chosenModule({ ...graph, dtype: 'f16', outputs }), lengths);
  });
});
