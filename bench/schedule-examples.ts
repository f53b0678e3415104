import { readdirSync, readFileSync } from 'node:fs';
import { compile } from '../compiler/index.ts';
import { launchScalars } from '../runtime/mask/index.ts';
import type { MaskModel } from '../runtime/mask/index.ts';
import { dimensionsOf } from '../runtime/read-arrays.ts';
import { optionOf } from './benchmark.ts';
import type { Benchmark } from './benchmark.ts';
import { benchSchedule } from './schedule.ts';
import type { ScheduleRow } from './schedule.ts';

const examples = new URL('../spec-examples/', import.meta.url);

/** Elements of an input that are still made up for a measurement. */
const largestInput = 2 ** 27;

export const benchmark: Benchmark = {
  name: 'schedule',
  description: 'Planning of every example, with its default arrays.',
  async run(args, say) {
    const lengths = optionOf(args, 'n', '8192,131072,1048576').split(',').map(Number);
    const repeats = Number(optionOf(args, 'rounds', '5'));
    const patterns = readExamples();
    const rows: ScheduleRow[] = [];
    const notes: string[] = [];
    for (const tokens of lengths) {
      const fitting = patterns.filter(({ name, model }) => {
        const input = oversizedInput(model, tokens);
        if (input !== null)
          notes.push(`${name} is not planned at ${tokens} tokens: its input "${input}" would be too large`);
        return input === null;
      });
      say(`${fitting.length} examples at ${tokens} tokens`);
      rows.push(...(await benchSchedule({ patterns: fitting, lengths: [tokens], repeats })));
    }
    return {
      table: {
        columns: ['example', 'tokens', 'ms', 'bind ms', 'runs', 'full tiles', 'partial tiles', 'false tiles'],
        rows: rows.map((row) => [
          row.pattern,
          row.tokens,
          row.milliseconds,
          row.bindMilliseconds,
          row.runs,
          row.fullTiles,
          row.partialTiles,
          row.falseTiles ?? '',
        ]),
      },
      notes: [...notes, 'tiles of 128 x 128; false tiles: visited and dead, or partial and in truth full'],
      data: rows,
    };
  },
};

/** Every attention of every example. */
function readExamples(): { readonly name: string; readonly model: MaskModel }[] {
  const files = readdirSync(examples).filter((name) => name.endsWith('.sa'));
  return files.flatMap((name) => {
    const result = compile({ name, text: readFileSync(new URL(name, examples), 'utf8') }, { until: 'lower' });
    if (!result.ok) throw new Error(`${name} does not compile: ${result.diagnostics[0].message}`);
    return result.units.map(({ name: unit, graph }) => ({
      name: `${name.replace(/\.sa$/, '')} ${unit}`,
      model: { ...graph, mask: graph.nodes[0].mask },
    }));
  });
}

/** The name of an input whose default contents would not fit, as those over all pairs of a million tokens. */
function oversizedInput(model: MaskModel, tokens: number): string | null {
  const scalars = launchScalars(model, { batch: 1, nq: tokens, nk: tokens });
  const oversized = model.inputs.find((input) => {
    const elements = dimensionsOf(input, scalars).reduce((product, dim) => product * dim, 1);
    return elements * (input.kind === 'list' ? tokens : 1) > largestInput;
  });
  return oversized?.name ?? null;
}
