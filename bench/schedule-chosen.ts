import { readdirSync, readFileSync } from 'node:fs';
import { compile, type CompiledUnit } from '../compiler/index.ts';
import { tileKeys, tileQueries } from '../compiler/ir/kernel.ts';
import { launchMask, type LaunchedMask, type MaskModel } from '../runtime/mask/index.ts';
import { schedulePass, type RunTable, type ScheduleStatistics } from '../runtime/schedule/index.ts';
import { median } from './benchmark.ts';
import { defaultArrays, processorTime, ROUNDS_BUDGET, slowestOf } from './schedule.ts';

/** An attention with the passes that were chosen for it. */
export interface ChosenPattern {
  readonly name: string;
  /** nq = nk; null where any length will do. */
  readonly tokens: number | null;
  readonly model: MaskModel;
  readonly plan: NonNullable<CompiledUnit['kernelPlan']>;
}

/** Processor time in milliseconds. */
export interface ChosenRow {
  readonly pattern: string;
  readonly tokens: number;
  /** What was chosen: strategy and boxes of every pass. */
  readonly schedule: string;
  /** Median of launchMask and of the tables of all passes for the head that takes longest; equal masks share tables. */
  readonly milliseconds: number;
  readonly launchMilliseconds: number;
  readonly runs: number;
  readonly fullTiles: number;
  readonly partialTiles: number;
}

/** Videos and pictures at the sizes of the models, and at a million tokens: videos by more frames. */
const sized: readonly (readonly [example: string, pattern: string, tokens: number])[] = [
  ['natten_3d', 'natten()', 75_600],
  ['natten_3d', 'natten(frames: 282)', 1_015_200],
  ['natten_3d', 'natten(30, 48, 80, kt: 18, ky: 24, kx: 24)', 115_200],
  ['natten_3d', 'natten(272, 48, 80, kt: 18, ky: 24, kx: 24)', 1_044_480],
  ['natten_3d', 'natten(272, 48, 80, kt: 18, ky: 24, kx: 24, st: 16, sy: 8, sx: 8)', 1_044_480],
  ['natten_2d', 'natten(height: 1024, width: 1024)', 1_048_576],
  ['axial', 'both(1024, 1024)', 1_048_576],
  ['axial', 'dilated(1024, 1024)', 1_048_576],
  ['axial', 'diamond(1024, 1024, 9)', 1_048_576],
  ['axial', 'disk(1024, 1024, 9)', 1_048_576],
  ['mobilevig_svga', 'svga(1024, 1024)', 1_048_576],
  ['swin', 'swin(1024, 1024)', 1_048_576],
  ['sta', 'sta()', 115_200],
  ['sta', 'sta(frames: 270)', 1_036_800],
  ['cosmos_predict2', 'wide(288)', 1_013_760],
  ['cosmos_predict2', 'dilated(288)', 1_013_760],
  ['radial', 'wan()', 75_600],
  ['radial', 'hunyuan(33, 3600)', 110_000],
  ['radial', 'hunyuan(33, 3600)', 119_056],
  ['radial', 'hunyuan(291, 3600)', 1_047_600],
  ['sparse_vdit', 'multi_diagonal(291)', 1_047_856],
  ['svg1', 'wan_temporal()', 75_600],
  ['svg1', 'hunyuan_temporal()', 119_056],
  ['svg1', 'hunyuan_temporal(291)', 1_047_856],
];

const examples = new URL('../spec-examples/', import.meta.url);

/** Every attention of every example, then the patterns above, each with the plan that is chosen for its size. */
export function readChosen(): ChosenPattern[] {
  const files = readdirSync(examples).filter((name) => name.endsWith('.sa'));
  const own = files.flatMap((file) =>
    planned(file, '').map(([unit, pattern]) => ({
      ...pattern,
      name: `${file.replace(/\.sa$/, '')} ${unit}`,
    })),
  );
  const probes = sized.flatMap(([example, pattern, tokens]) =>
    planned(`${example}.sa`, `attention probe { mask ${pattern}\n heads 1\n dim 64 }`)
      .filter(([unit]) => unit === 'probe')
      .map(([, probe]) => ({ ...probe, name: `${example} ${pattern}`, tokens })),
  );
  return [...own, ...probes];
}

function planned(file: string, more: string): [unit: string, pattern: Omit<ChosenPattern, 'name'>][] {
  const text = `${readFileSync(new URL(file, examples), 'utf8')}\n${more}\n`;
  const result = compile({ name: file, text }, { until: 'plan' });
  if (!result.ok) throw new Error(`${file} does not compile: ${result.diagnostics[0].message}`);
  return result.units.flatMap(({ name, graph, kernelPlan }) => {
    if (kernelPlan === null) return [];
    return [[name, { tokens: null, model: { ...graph, mask: graph.nodes[0].mask }, plan: kernelPlan }]];
  });
}

/** Times the tables of the chosen passes, as a launch on a GPU derives them, in at most `repeats` rounds. */
export function benchChosen(pattern: ChosenPattern, tokens: number, repeats: number): ChosenRow {
  const { model, plan } = pattern;
  const arrays = defaultArrays(model, tokens);
  const launches: number[] = [];
  const rounds: number[][] = [];
  let tables: readonly RunTable[] = [];
  for (let spent = 0; rounds.length < repeats && (rounds.length === 0 || spent < ROUNDS_BUDGET);) {
    const start = processorTime();
    const launched = launchMask(model, { batch: 1, nq: tokens, nk: tokens, arrays });
    const launch = processorTime() - start;
    const times: number[] = [];
    for (let head = 0; head < model.heads; head++) {
      const begin = processorTime();
      const own = tablesOf(plan, launched, head);
      times.push(launch + processorTime() - begin);
      if (times[head] === Math.max(...times)) tables = own;
    }
    launches.push(launch);
    rounds.push(times);
    spent += processorTime() - start;
  }
  const sum = (part: (statistics: ScheduleStatistics) => number) =>
    tables.reduce((total, { statistics }) => total + part(statistics), 0);
  return {
    pattern: pattern.name,
    tokens,
    schedule: plan.passes.map(describePass).join(' + '),
    milliseconds: slowestOf(rounds),
    launchMilliseconds: median(launches),
    runs: sum(({ partialRuns, fullRuns }) => partialRuns + fullRuns),
    fullTiles: sum(({ fullTiles }) => fullTiles),
    partialTiles: sum(({ partialTiles }) => partialTiles),
  };
}

function tablesOf(plan: ChosenPattern['plan'], launched: LaunchedMask, head: number): readonly RunTable[] {
  return plan.passes.flatMap((pass) => {
    const kernel = pass.kernels.find(({ target, purpose }) => target === 'gpu' && purpose === 'tiled');
    if (!kernel || pass.schedule.kind === 'ranges') return [];
    const table = schedulePass(pass, { tile: tileOf(kernel), extents: kernel.extents }, launched, 0, head);
    return table.kind === 'diagonals' ? [] : [table.table];
  });
}

function tileOf({ shape }: ChosenPattern['plan']['passes'][number]['kernels'][number]) {
  return { queries: tileQueries(shape), keys: tileKeys(shape) };
}

function describePass({
  strategy,
  schedule,
  queries,
  keys,
  kernels,
}: ChosenPattern['plan']['passes'][number]): string {
  if (schedule.kind === 'ranges') return 'ranges';
  if (strategy === 'diagonal') return 'diagonals';
  const kernel = kernels.find(({ target, purpose }) => target === 'gpu' && purpose === 'tiled') ?? kernels[0];
  const side = (view: typeof queries, extents: readonly (readonly number[])[]) =>
    view.kind === 'boxes' ? extents.map((box) => `(${box.join(' ')})`).join('') : view.kind;
  const [own, other] = [side(queries, kernel.extents.queries), side(keys, kernel.extents.keys)];
  return own === other ? own : `${own} x ${other}`;
}
