import { describe, it } from 'vitest';
import { compileExamples } from '../../examples/load-examples.ts';
import { expectExample } from './expect-right.ts';
import { chosenModule, groupTargetOf, smallTarget } from './modules.ts';
import { missing, skipped } from './toolchain.ts';

const units = compileExamples({ until: 'lower' });

describe.skipIf(missing['g++'] !== null)(`examples by warpgroups in the emulator${skipped('g++')}`, () => {
  // Diagonals are kernels of the other family.
  const targets = [groupTargetOf({ apart: true }), smallTarget];

  it.concurrent.each([...units])('%s', { timeout: 180_000 }, async (name, { graph }) => {
    const hasSoftmax = graph.combine !== 'concat' && graph.nodes[0].score.weights === undefined;
    const outputs = hasSoftmax ? (['out', 'lse'] as const) : (['out'] as const);
    await expectExample(name, chosenModule({ ...graph, dtype: 'bf16', outputs }, targets), [1, 65]);
  });
});
