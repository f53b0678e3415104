import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { serialize } from 'node:v8';
import { evaluateProgram, launchScalars } from '../runtime/mask/index.ts';
import type { MaskModel } from '../runtime/mask/index.ts';
import { dimensionsOf } from '../runtime/read-arrays.ts';
import { optionOf } from './benchmark.ts';
import type { Benchmark } from './benchmark.ts';
import { benchChosen, readChosen, type ChosenRow } from './schedule-chosen.ts';
import { readExamples } from './read-examples.ts';
import { benchSchedule, verifyPattern } from './schedule.ts';
import type { ScheduleRow } from './schedule.ts';

/** Elements of an input that are still made up for a measurement. */
const largestInput = 2 ** 28;

/** Milliseconds that a plan may take. */
const GOAL = 100;

export const benchmark: Benchmark = {
  name: 'schedule',
  description: 'Planning of every example, with its default arrays.',
  async run(args, say) {
    const lengths = optionOf(args, 'n', '8192,131072,1048576').split(',').map(Number);
    const repeats = Number(optionOf(args, 'rounds', '5'));
    const patterns = readExamples();
    say(`${patterns.length} examples: tables of 1000 tokens, pair by pair`);
    for (const pattern of patterns) verifyPattern(pattern);
    const rows: ScheduleRow[] = [];
    const exempt: { readonly name: string; readonly tokens: number; readonly input: string }[] = [];
    for (const tokens of lengths) {
      const fitting = patterns.filter(({ name, model }) => {
        const input = oversizedArray(model, tokens);
        if (input !== null) exempt.push({ name, tokens, input });
        return input === null;
      });
      say(`${fitting.length} examples at ${tokens} tokens`);
      rows.push(...(await benchSchedule({ patterns: fitting, tokens, repeats })));
    }
    say('choosing schedules');
    const planned = readChosen();
    say(`${planned.length} chosen schedules`);
    const chosen = planned.flatMap((pattern) =>
      (pattern.tokens === null ? lengths : [pattern.tokens])
        .filter((tokens) => oversizedArray(pattern.model, tokens) === null)
        .map((tokens) => {
          const row = benchChosen(pattern, tokens, repeats);
          if (row.milliseconds > GOAL) say(`${describe(row)}, ${row.runs} runs`);
          return row;
        }),
    );
    const longest = Math.max(...lengths);
    say(`first calls at ${longest} tokens, each in a process of its own`);
    const firstCalls = new Map<string, number>();
    for (const { name, model } of patterns) {
      if (rows.some((row) => row.pattern === name && row.tokens === longest)) {
        say(name);
        firstCalls.set(name, firstCall(model, longest));
      }
    }
    const slow = [...rows.map((row) => ({ ...row, schedule: 'positions' })), ...chosen]
      .filter(({ milliseconds }) => milliseconds > GOAL)
      .sort((a, b) => b.milliseconds - a.milliseconds);
    return {
      table: {
        columns: [
          'example',
          'tokens',
          'schedule',
          'ms',
          'of it bind',
          'first call',
          'masks',
          'all masks',
          'runs',
          'full tiles',
          'partial tiles',
          'false tiles',
        ],
        rows: [
          ...rows.map((row) => [
            row.pattern,
            row.tokens,
            'positions',
            row.milliseconds,
            row.bindMilliseconds,
            (row.tokens === longest && firstCalls.get(row.pattern)) || '',
            row.masks,
            row.planMilliseconds,
            row.runs,
            row.fullTiles,
            row.partialTiles,
            row.falseTiles ?? '',
          ]),
          ...chosen
            .filter(({ schedule }) => schedule !== 'positions')
            .map((row) => [
              row.pattern,
              row.tokens,
              row.schedule,
              row.milliseconds,
              row.launchMilliseconds,
              ...['', '', ''],
              row.runs,
              row.fullTiles,
              row.partialTiles,
              '',
            ]),
          ...exempt.map(({ name, tokens, input }) => [
            `${name} (exempt: ${input})`,
            tokens,
            ...Array<string>(10).fill(''),
          ]),
        ],
      },
      notes: [
        'schedule: positions, tiles of neighbouring positions; else what was chosen: boxes of the tiles of queries x keys,',
        'for all passes of the head that takes longest (ranges and diagonals need no table), tiles as the kernel has them',
        'milliseconds of processor time; ms: launchMask, bind and buildRunTable of the mask that takes longest, the median of',
        'all rounds; first call: head 0 once in a fresh process, nothing compiled or cached, at the largest length;',
        'all masks: every head, one run table for each different mask',
        'tiles of 128 x 128; false tiles: visited and dead, or partial and in truth full',
        'fewer rounds where a round takes long; videos and pictures of a million tokens have the schedule of their size',
        `above ${GOAL} ms: ${slow.length === 0 ? 'none' : slow.map(describe).join('; ')}`,
        'exempt: the named input holds a value for every pair of tokens, or nearly so, and would not fit',
      ],
      data: { rows, chosen, slow: slow.map(describe), firstCalls: Object.fromEntries(firstCalls), exempt },
    };
  },
};

function describe({
  pattern,
  tokens,
  schedule,
  milliseconds,
}: Pick<ChosenRow, 'pattern' | 'tokens' | 'schedule' | 'milliseconds'>): string {
  return `${pattern} of ${tokens} tokens in ${schedule}: ${milliseconds.toFixed(0)} ms`;
}

/** Processor time of the first plan of a process. */
function firstCall(model: MaskModel, tokens: number): number {
  const script = fileURLToPath(new URL('first-plan.ts', import.meta.url));
  return Number(
    execFileSync(process.execPath, [...process.execArgv, script, String(tokens)], {
      encoding: 'utf8',
      input: serialize(model),
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
}

/** The name of an input, or of a derived block mask, that would not fit: those over all pairs of a million tokens. */
function oversizedArray(model: MaskModel, tokens: number): string | null {
  const scalars = launchScalars(model, { batch: 1, nq: tokens, nk: tokens });
  const input = model.inputs.find((array) => {
    const elements = dimensionsOf(array, scalars).reduce((product, dim) => product * dim, 1);
    return elements * (array.kind === 'list' ? tokens : 1) > largestInput;
  });
  if (input !== undefined) return input.name;
  const blocks = model.derived.find((derived) => {
    if (derived.kind !== 'block-mask') return false;
    const [positions, block] = [derived.positions, derived.block].map((program) =>
      Number(evaluateProgram(program, { symbols: scalars, arrays: {} })),
    );
    return Math.ceil(positions / block) ** 2 > largestInput;
  });
  return blocks?.name ?? null;
}
