import { writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { compile } from '../../compiler/index.ts';
import type { CompiledUnit } from '../../compiler/index.ts';
import { describeAttention } from '../../compiler/codegen/wgsl/describe.ts';
import { emitWgsl } from '../../compiler/codegen/wgsl/emit-wgsl.ts';
import { software } from '../../compiler/cost/index.ts';
import type { CostFactors } from '../../compiler/cost/index.ts';
import { softwareFactors } from '../../compiler/cost/software-factors.ts';
import type { ScheduledPass } from '../../compiler/ir/schedule.ts';
import { constantProgram } from '../../compiler/passes/layout/programs.ts';
import { listView, residueView } from '../../compiler/passes/layout/sequence-views.ts';
import { planKernels, tileSizes } from '../../compiler/passes/plan-kernels.ts';
import { plainPass } from '../../compiler/passes/schedule-plainly.ts';
import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { optionOf } from '../benchmark.ts';
import type { Benchmark } from '../benchmark.ts';
import { launch } from './count.ts';
import { calibrate, estimateFactors, LEAST_ROUNDS } from './estimate-factors.ts';
import type { RoundTimes, ShapeCounts, ShapeName } from './estimate-factors.ts';
import { createTimer } from './time.ts';

/** Query tiles are 32 rows, so that every shape below has whole tiles. */
const N = 2048;
const TILES = N / 32;
/** Passes that hand the state on: each query tile has one key tile in one of them. */
const STATE_PASSES = 8;

function unitOf(mask: string): CompiledUnit {
  const text = `attention a {\n  mask ${mask}\n  heads 1\n  dim 64\n}\n`;
  const result = compile(
    { name: 'calibrate.sa', text },
    { noLayout: true, noSplit: true, noVariants: true, targets: [software] },
  );
  if (!result.ok) throw new Error(result.diagnostics[0].message);
  return result.units[0];
}

/** A mask under passes that are given, each a change of the plain pass. */
function scheduled(mask: string, changes: readonly Partial<ScheduledPass>[]): AttentionDescriptor {
  const { graph } = unitOf(mask);
  const passes = changes.map((change, at) => ({
    ...plainPass(graph, 0),
    name: changes.length === 1 ? 'all' : `pass_${at}`,
    state: { reads: at > 0, writes: at < changes.length - 1 },
    ...change,
  }));
  const plan = planKernels({ kind: 'schedule', graph, passes, alternatives: [] }, [software], {
    variants: false,
  });
  return describeAttention(graph, plan, emitWgsl(plan, graph));
}

/** 32 distances each: whole tiles. Lengths from `least` on and smaller than `below`. */
const DIAGONALS = {
  near: { mask: `(j - i) mod 32 == 5 & abs(j - i) < ${N / 4}`, least: 0, below: N / 4 },
  far: { mask: `(j - i) mod 32 == 5 & abs(j - i) >= ${N - N / 4}`, least: N - N / 4, below: N },
} as const;

const residues = (modulus: number): Partial<ScheduledPass> => ({
  queries: residueView('queries', constantProgram(modulus), String(modulus)),
  keys: residueView('keys', constantProgram(modulus), String(modulus)),
  shapes: tileSizes({ dim: 64, dimV: 64, dtype: 'f32' }, [software]).map((tile) => ({
    ...tile,
    extents: { queries: [[1, tile.queries]], keys: [[1, tile.keys]] },
  })),
});

/** Shapes whose times are linear in the factors: `tiles` of 32 x 32 pairs each, and 64 query tiles a pass. */
const shapes: Readonly<Record<ShapeName, () => AttentionDescriptor>> = {
  full: () => scheduled('full', [{}]),
  single: () => scheduled('i div 32 == j div 32', [{}]),
  partial: () => scheduled('(j - i) mod 7 != 3', [{}]),
  boxes: () => scheduled('(j - i) mod 4 == 0', [residues(4)]),
  gathered: () => scheduled('j mod 2 == 0', [{ keys: listView, strategy: 'gathered' }]),
  near: () => scheduled(DIAGONALS.near.mask, [{ strategy: 'diagonal' }]),
  far: () => scheduled(DIAGONALS.far.mask, [{ strategy: 'diagonal' }]),
  state: () => {
    const part = (rest: number) =>
      unitOf(`i div 32 == j div 32 & j div 32 mod ${STATE_PASSES} == ${rest}`).graph.nodes[0].mask;
    const parts = Array.from({ length: STATE_PASSES }, (_, rest) => ({ mask: part(rest) }));
    return scheduled('i div 32 == j div 32', parts);
  },
};

const counts: ShapeCounts = {
  rows: TILES,
  tiles: {
    full: TILES * TILES,
    single: TILES,
    partial: TILES * TILES,
    boxes: (TILES * TILES) / 4,
    gathered: (TILES * TILES) / 2,
    state: TILES,
  },
  diagonalPairs: { near: diagonalPairs('near'), far: diagonalPairs('far') },
  diagonalSlots: 32 * N,
  statePasses: STATE_PASSES,
};

/** Pairs of a shape of diagonals. */
function diagonalPairs(shape: keyof typeof DIAGONALS): number {
  const { least, below } = DIAGONALS[shape];
  let pairs = 0;
  for (let distance = 5 - N; distance < N; distance += 32) {
    const length = Math.abs(distance);
    if (length >= least && length < below) pairs += N - length;
  }
  return pairs;
}

/** Rounds that are measured while some factor is not significant. */
const MOST_ROUNDS = 40;

export const benchmark: Benchmark = {
  name: 'calibrate',
  description: 'The factors of the cost model, measured on the software adapter.',
  async run(args, say) {
    const most = Number(optionOf(args, 'rounds', String(MOST_ROUNDS)));
    const timer = await createTimer();
    const names = Object.keys(shapes) as ShapeName[];
    say(`${names.length} shapes of ${N} tokens, at most ${most} rounds`);
    const named = (times: readonly number[]) =>
      Object.fromEntries(names.map((name, at) => [name, times[at]])) as RoundTimes;
    const calibrated = (rounds: readonly (readonly number[])[]) => {
      const estimates = estimateFactors(rounds.map(named), counts);
      return { estimates, ...calibrate(estimates, rounds.length, softwareFactors) };
    };
    const rounds = await timer.measureRounds(
      names.map((name) => shapes[name]()),
      launch(unitOf('full'), N, N),
      (known) =>
        known.length >= most || (known.length >= LEAST_ROUNDS && calibrated(known).kept.length === 0),
    );
    timer.close();
    const { estimates, factors, kept } = calibrated(rounds);
    const measured = Object.keys(factors).length - kept.length;
    if (!args.includes('--dry-run') && measured > 0) await writeFactors(factors);
    const rows = (Object.keys(factors) as (keyof CostFactors)[]).map((name) => {
      const { value, error } = estimates.factors[name];
      const written = kept.includes(name) ? `${softwareFactors[name]} (kept)` : String(factors[name]);
      return [name, value.toFixed(3), error.toFixed(3), written];
    });
    const { tile } = estimates;
    return {
      table: { columns: ['factor', 'measured', 'error', 'written'], rows },
      notes: [
        `${rounds.length} rounds; a full tile takes ${(1000 * tile.value).toFixed(1)} +- ${(1000 * tile.error).toFixed(1)} us`,
        ...(kept.length === 0 ? [] : [`lost in its error, and kept: ${kept.join(', ')}`]),
      ],
      data: { rounds: rounds.map(named), estimates, factors, kept },
    };
  },
};

async function writeFactors(factors: CostFactors): Promise<void> {
  const file = new URL('../../compiler/cost/software-factors.ts', import.meta.url);
  const text = `import type { CostFactors } from './cost-factors.ts';

/** SwiftShader, by \`npm run bench -- calibrate\`. */
export const softwareFactors: CostFactors = ${JSON.stringify(factors)};
`;
  writeFileSync(file, await format(text, { parser: 'typescript', printWidth: 110, singleQuote: true }));
}
