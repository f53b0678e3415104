import { readdirSync, readFileSync } from 'node:fs';
import { explainUnit } from '../../cli/explain-unit.ts';
import { compile } from '../../compiler/index.ts';
import type { CompiledUnit, CompileOptions } from '../../compiler/index.ts';
import { nominalLaunch } from '../../compiler/passes/layout/nominal-launch.ts';
import { optionOf } from '../benchmark.ts';
import type { Benchmark } from '../benchmark.ts';
import { tileCases } from './cases.ts';
import type { TileCase } from './cases.ts';
import { countFalse, countPairs, launch } from './count.ts';
import type { TileTime } from './time.ts';

/** One attention in plain tiles and by its plan. */
export interface TileRow {
  readonly name: string;
  readonly tokens: number;
  readonly plan: string;
  readonly live: number;
  readonly plain: number;
  readonly chosen: number;
  /** Visited over live of the same set undilated and contiguous. */
  readonly contiguous: number | null;
  /** By the cost model, on the software target. */
  readonly predicted: number | null;
  readonly falseTiles: number | null;
  readonly time: TileTime | null;
}

const plainOptions: CompileOptions = { noLayout: true, noSplit: true };
const examples = new URL('../../spec-examples/', import.meta.url);

export const benchmark: Benchmark = {
  name: 'tiles',
  description: 'Live and visited pairs of every example, with plain tiles and with the chosen plan.',
  async run(args, say) {
    const n = Number(optionOf(args, 'n', '8191'));
    const only = optionOf(args, 'only', '');
    const inspect = args.includes('--inspect');
    const timer = args.includes('--time') ? await (await import('./time.ts')).createTimer() : null;
    const rows: TileRow[] = [];
    for (const entry of [...tileCases(n), ...exampleCases(n)].filter(({ name }) => name.includes(only))) {
      for (const [unit, plain] of compilePairs(entry)) {
        const title = unit.name === 'a' ? entry.name : `${entry.name} ${unit.name}`;
        const tokens = tokensOf(unit, entry.n);
        const launched = launch(unit, tokens, tokens);
        const [chosen, base] = [countPairs(unit, launched), countPairs(plain, launched)];
        rows.push({
          name: title,
          tokens,
          plan: planOf(unit),
          live: chosen.live,
          plain: base.visited,
          chosen: chosen.visited,
          contiguous: contiguousRatio(entry),
          predicted: explainUnit(launched, unit, 'software', null).predicted.over_plain,
          falseTiles: inspect && tokens <= 8192 ? countFalse(unit, launched) : null,
          time: timer === null ? null : await timer.measure(unit, plain, launched),
        });
        say(`${title}: ${planOf(unit)}`);
      }
    }
    timer?.close();
    return {
      table: {
        columns: [
          'attention',
          'tokens',
          'plan',
          'live pairs',
          'plain / live',
          'plan / live',
          'contiguous',
          'of it',
          'false',
          'predicted',
          'measured',
        ],
        rows: rows.map(cellsOf),
      },
      notes: [
        'pairs of one head (the mean of up to four), inside the tiles of the software target, 32 x 32 at head dimension 64',
        'contiguous: visited / live of the same set undilated and contiguous; of it: plan / live over that',
        'false: partial tiles that are in truth full or empty; predicted, measured: time of plain tiles over that of the plan',
      ],
      data: rows,
    };
  },
};

function cellsOf(row: TileRow): (string | number)[] {
  const ratio = row.chosen / row.live;
  const { time } = row;
  return [
    row.name,
    row.tokens,
    row.plan,
    Math.round(row.live),
    (row.plain / row.live).toFixed(3),
    ratio.toFixed(3),
    row.contiguous === null ? '' : row.contiguous.toFixed(3),
    row.contiguous === null ? '' : (ratio / row.contiguous).toFixed(3),
    row.falseTiles ?? '',
    row.plan === 'plain' || row.predicted === null ? '' : row.predicted.toFixed(2),
    time === null ? '' : (time.plain / time.chosen).toFixed(2),
  ];
}

function exampleCases(n: number): readonly TileCase[] {
  return readdirSync(examples)
    .filter((file) => file.endsWith('.sa'))
    .map((file) => ({
      name: file.replace(/\.sa$/, ''),
      text: readFileSync(new URL(file, examples), 'utf8'),
      n,
      contiguous: null,
    }));
}

/** Every attention of a text, by its plan and in plain tiles. */
function compilePairs({ name, text }: TileCase): readonly (readonly [CompiledUnit, CompiledUnit])[] {
  const read = (options: CompileOptions) => {
    const result = compile({ name: `${name}.sa`, text }, { ...options, tables, resolve });
    if (!result.ok) throw new Error(`${name} does not compile: ${result.diagnostics[0].message}`);
    return result.units;
  };
  const plain = read(plainOptions);
  return read({}).map((unit, at) => [unit, plain[at]] as const);
}

const resolve = (path: string) => readFileSync(new URL(path, examples), 'utf8');
const tables = (path: string) => JSON.parse(resolve(path)) as unknown;

/** The length of a space that is fixed; the given one elsewhere, less where inputs would be large. */
function tokensOf({ graph }: CompiledUnit, n: number): number {
  const nominal = nominalLaunch(graph);
  if (typeof nominal === 'string') return n;
  return graph.space !== null || nominal.nq < 4096 ? nominal.nq : n;
}

function contiguousRatio({ contiguous }: TileCase): number | null {
  if (contiguous === null) return null;
  const { text, nq, nk } = contiguous;
  const result = compile({ name: 'contiguous.sa', text }, plainOptions);
  if (!result.ok) throw new Error(result.diagnostics[0].message);
  const isGrid = result.units[0].graph.space !== null;
  const [unit] = isGrid ? compile({ name: 'contiguous.sa', text }).units : result.units;
  const { live, visited } = countPairs(unit, launch(unit, nq, nk));
  return visited / live;
}

function planOf({ schedule }: CompiledUnit): string {
  const chosen = schedule!.alternatives.filter(({ reason }) => reason.startsWith('chosen'));
  return chosen.length === 0 ? 'plain' : chosen.map(({ name }) => name).join('; ');
}
