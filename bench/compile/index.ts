import { readdirSync, readFileSync } from 'node:fs';
import { median, optionOf } from '../benchmark.ts';
import type { Benchmark } from '../benchmark.ts';
import { timeCalls } from './calls.ts';
import { timeProcesses } from './processes.ts';

const examples = new URL('../../spec-examples/', import.meta.url);

export const benchmark: Benchmark = {
  name: 'compile',
  description: 'Process time of the commands, and warm calls of the library.',
  async run(args, say) {
    const rounds = Number(optionOf(args, 'rounds', '7'));
    const file = optionOf(args, 'file', 'spec-examples/documents.sa');
    say(`processes over ${file}, ${rounds} rounds`);
    const processes = timeProcesses(file, rounds);
    const sources = readdirSync(examples)
      .filter((name) => name.endsWith('.sa'))
      .map((name) => ({ name, text: readFileSync(new URL(name, examples), 'utf8') }));
    say(`library calls over ${sources.length} examples, ${rounds} rounds`);
    const calls = await timeCalls(sources, rounds);
    const slowest = (field: 'compile' | 'withLauncher') =>
      calls.reduce((a, b) => (a[field] > b[field] ? a : b));
    const row = (name: string, field: 'compile' | 'withLauncher', limit: number) => {
      const worst = slowest(field);
      const remark = `slowest ${worst.name} ${worst[field].toFixed(1)}`;
      return [name, median(calls.map((call) => call[field])), limit, remark];
    };
    return {
      table: {
        columns: ['what', 'ms', 'limit', 'remark'],
        rows: [
          ...processes.map(({ command, milliseconds, limit }) => [
            `${command} (process)`,
            milliseconds,
            limit,
            file,
          ]),
          row('compile() (warm call)', 'compile', 20),
          row('compile() and launcher (warm call)', 'withLauncher', 150),
        ],
      },
      notes: [`medians of ${rounds} rounds; calls: median over ${calls.length} examples of spec-examples/`],
      data: { processes, calls },
    };
  },
};
