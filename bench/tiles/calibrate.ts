import { writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { compile } from '../../compiler/index.ts';
import type { CompiledUnit } from '../../compiler/index.ts';
import { describeAttention } from '../../compiler/codegen/wgsl/describe.ts';
import { emitWgsl } from '../../compiler/codegen/wgsl/emit-wgsl.ts';
import { software } from '../../compiler/cost/index.ts';
import type { CostFactors } from '../../compiler/cost/index.ts';
import type { ScheduledPass } from '../../compiler/ir/schedule.ts';
import { constantProgram } from '../../compiler/passes/layout/programs.ts';
import { listView, residueView } from '../../compiler/passes/layout/sequence-views.ts';
import { planKernels, tileSizes } from '../../compiler/passes/plan-kernels.ts';
import { plainPass } from '../../compiler/passes/schedule-plainly.ts';
import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import type { Benchmark } from '../benchmark.ts';
import { launch } from './count.ts';
import { createTimer } from './time.ts';

/** Query tiles are 32 rows, so that every shape below has whole tiles. */
const N = 2048;
const TILES = N / 32;
/** Passes that hand the state on: each query tile has one key tile in one of them. */
const STATE_PASSES = 4;

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

const residues = (modulus: number): Partial<ScheduledPass> => ({
  queries: residueView('queries', constantProgram(modulus), String(modulus)),
  keys: residueView('keys', constantProgram(modulus), String(modulus)),
  shapes: tileSizes({ dim: 64, dimV: 64, dtype: 'f32' }, [software]).map((tile) => ({
    ...tile,
    extents: { queries: [[1, tile.queries]], keys: [[1, tile.keys]] },
  })),
});

/**
 * Shapes whose times are linear in the factors: `tiles` full tiles of 32 x 32 pairs and 64 query tiles each, unless said
 * otherwise.
 */
const shapes = {
  full: { descriptor: () => scheduled('full', [{}]), tiles: TILES * TILES },
  single: { descriptor: () => scheduled('i div 32 == j div 32', [{}]), tiles: TILES },
  partial: { descriptor: () => scheduled('(j - i) mod 7 != 3', [{}]), tiles: TILES * TILES },
  boxes: { descriptor: () => scheduled('(j - i) mod 4 == 0', [residues(4)]), tiles: (TILES * TILES) / 4 },
  gathered: {
    descriptor: () => scheduled('j mod 2 == 0', [{ keys: listView, strategy: 'gathered' }]),
    tiles: (TILES * TILES) / 2,
  },
  diagonal: { descriptor: () => scheduled('(j - i) mod 32 == 5', [{ strategy: 'diagonal' }]), tiles: 0 },
  state: {
    descriptor: () => {
      const part = (rest: number) =>
        unitOf(`i div 32 == j div 32 & j div 32 mod ${STATE_PASSES} == ${rest}`).graph.nodes[0].mask;
      const parts = Array.from({ length: STATE_PASSES }, (_, rest) => ({ mask: part(rest) }));
      return scheduled('i div 32 == j div 32', parts);
    },
    tiles: TILES,
  },
} as const;

/** Pairs of the diagonal shape. */
function diagonalPairs(): number {
  let pairs = 0;
  for (let distance = 5 - N; distance < N; distance += 1) {
    if ((((distance - 5) % 32) + 32) % 32 === 0) pairs += Math.max(0, N - Math.abs(distance));
  }
  return pairs;
}

export const benchmark: Benchmark = {
  name: 'calibrate',
  description: 'The factors of the cost model, measured on the software adapter.',
  async run(args, say) {
    const timer = await createTimer();
    const names = Object.keys(shapes) as (keyof typeof shapes)[];
    say(`${names.length} shapes of ${N} tokens`);
    const times = await timer.measureAll(
      names.map((name) => shapes[name].descriptor()),
      launch(unitOf('full'), N, N),
    );
    timer.close();
    const timeOf = (name: keyof typeof shapes) => times[names.indexOf(name)];
    // full = tiles * tile + rows * row; single = rows * tile + rows * row.
    const tile = (timeOf('full') - timeOf('single')) / (shapes.full.tiles - shapes.single.tiles);
    const row = Math.max(0, timeOf('single') / TILES - tile);
    const per = (name: 'partial' | 'boxes' | 'gathered') =>
      (timeOf(name) - TILES * row) / (shapes[name].tiles * tile);
    const rounded = (value: number) => Number(value.toFixed(2));
    const factors: CostFactors = {
      partial: rounded(per('partial')),
      gathered: rounded(Math.max(1, per('gathered'))),
      boxes: rounded(Math.max(1, per('boxes'))),
      diagonal: rounded((timeOf('diagonal') - TILES * row) / ((diagonalPairs() / 1024) * tile)),
      queryTile: rounded(row / tile),
      state: rounded(
        Math.max(0, timeOf('state') - TILES * tile - STATE_PASSES * TILES * row) /
          (2 * (STATE_PASSES - 1) * TILES * tile),
      ),
    };
    if (!args.includes('--dry-run')) await writeFactors(factors);
    return {
      table: {
        columns: ['shape', 'ms'],
        rows: names.map((name, at) => [name, times[at]]),
      },
      notes: [`a full tile takes ${(1000 * tile).toFixed(1)} us`, JSON.stringify(factors)],
      data: { times: Object.fromEntries(names.map((name, at) => [name, times[at]])), factors },
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
