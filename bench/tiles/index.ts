import { readdirSync, readFileSync } from 'node:fs';
import { explainUnit } from '../../cli/explain-unit.ts';
import type { CompiledUnit } from '../../compiler/index.ts';
import { nominalLaunch } from '../../compiler/passes/layout/nominal-launch.ts';
import { optionOf } from '../benchmark.ts';
import type { Benchmark } from '../benchmark.ts';
import { tileCases } from './cases.ts';
import type { TileCase } from './cases.ts';
import { compilePairs, contiguousRatio, examples } from './compile-case.ts';
import { countPairs, launch, listFalseTiles } from './count.ts';
import type { FalseTileOfPass } from './count.ts';
import type { TileTime } from './time.ts';

/** One attention in plain tiles and by its plan. */
export interface TileRow {
  readonly name: string;
  readonly tokens: number;
  readonly plan: string;
  readonly live: number;
  readonly plain: number;
  readonly chosen: number;
  /** Of the chosen plan, whole tiles. */
  readonly computed: number;
  /** Visited over live of the same set undilated and contiguous. */
  readonly contiguous: number | null;
  /** By the cost model, on the software target. */
  readonly predicted: number | null;
  readonly falseTiles: number | null;
  /** Where they are: of every pass, head and kind how many, and the first. */
  readonly falsePlaces: readonly string[];
  readonly time: TileTime | null;
}

/** Longer launches are not looked into. */
const MOST_INSPECTED = 8192;

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
        const start = performance.now();
        const [chosen, base] = [countPairs(unit, launched), countPairs(plain, launched)];
        const falseTiles = inspect && tokens <= MOST_INSPECTED ? listFalseTiles(unit, launched) : null;
        rows.push({
          name: title,
          tokens,
          plan: planOf(unit),
          live: chosen.live,
          plain: base.visited,
          chosen: chosen.visited,
          computed: chosen.computed,
          contiguous: contiguousRatio(entry),
          predicted: explainUnit(launched, unit, 'software', null).predicted.over_plain,
          falseTiles: falseTiles?.length ?? null,
          falsePlaces: placesOf(falseTiles ?? []),
          time: timer === null ? null : await timer.measure(unit, plain, launched),
        });
        const seconds = ((performance.now() - start) / 1000).toFixed(1);
        const wrong = falseTiles === null ? '' : `, ${falseTiles.length} false tiles`;
        say(`${title}: ${planOf(unit)}${wrong} (${seconds} s)`);
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
          'tiles / live',
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
        'plain, plan: pairs inside the launch that its tiles visit; tiles: whole tiles of the plan, padding counted',
        'contiguous: visited / live of the same set undilated and contiguous; of it: plan / live over that',
        'false: partial tiles of tables, of all heads, that are in truth full or empty, up to 8192 tokens',
        'predicted, measured: time of plain tiles over that of the plan',
        ...rows.flatMap(({ name, falsePlaces }) =>
          falsePlaces.map((place) => `false tiles of ${name}: ${place}`),
        ),
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
    (row.computed / row.live).toFixed(3),
    row.contiguous === null ? '' : row.contiguous.toFixed(3),
    row.contiguous === null ? '' : (ratio / row.contiguous).toFixed(3),
    row.falseTiles ?? '',
    row.plan === 'plain' || row.predicted === null ? '' : row.predicted.toFixed(2),
    time === null ? '' : (time.plain / time.chosen).toFixed(2),
  ];
}

/** Passes, heads and kinds with false tiles: `pass near, head 2: 12 dead, the first at query 64, key 128`. */
function placesOf(tiles: readonly FalseTileOfPass[]): readonly string[] {
  const groups = new Map<string, FalseTileOfPass[]>();
  for (const tile of tiles) {
    const key = `pass ${tile.pass}, head ${tile.head}: ${tile.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), tile]);
  }
  return [...groups].map(
    ([key, [first, ...others]]) =>
      `${key}, ${others.length + 1}, the first at query ${first.query}, key ${first.key}`,
  );
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

/** The length of a space that is fixed; the given one elsewhere, less where inputs would be large. */
function tokensOf({ graph }: CompiledUnit, n: number): number {
  const nominal = nominalLaunch(graph);
  if (typeof nominal === 'string') return n;
  return graph.space !== null || nominal.nq < 4096 ? nominal.nq : n;
}

function planOf({ schedule }: CompiledUnit): string {
  const chosen = schedule!.alternatives.filter(({ reason }) => reason.startsWith('chosen'));
  return chosen.length === 0 ? 'plain' : chosen.map(({ name }) => name).join('; ');
}
