import { cudaSharedBytes, cudaTileQueries } from './cuda-kernel.ts';
import type { CudaKernelPlan, PlannedCudaKernel, PlannedCudaPass } from './cuda-kernel.ts';
import { doubled, verifyStates, verifyViews } from './verify-kernel.ts';

/** Keys of a tile: what a lane holds of a row of scores, a quarter, is one word of live bits. */
const MOST_KEYS = 128;

/** What is wrong with a CUDA kernel plan, one sentence a problem; empty where it is well-formed. */
export function verifyCudaKernelPlan(plan: CudaKernelPlan): string[] {
  const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);
  const sections = [...names(plan.arena), ...plan.floats];
  return [
    ...doubled(plan.passes.flatMap(entriesOf), 'kernel'),
    ...doubled(names(plan.params), 'parameter'),
    ...doubled(sections, 'section'),
    ...plan.params.flatMap(({ name, source }) =>
      source.kind === 'section' && !sections.includes(source.section)
        ? [`parameter ${name} points at section ${source.section}, which is in neither arena`]
        : [],
    ),
    ...verifyStates(plan),
    ...verifyStatePointer(plan),
    ...plan.passes.flatMap((pass) => verifyPass(plan, pass)),
  ];
}

/** Everything of a pass that can be launched. */
function entriesOf({ kernels, merge }: PlannedCudaPass): string[] {
  const entries = kernels.flatMap(({ name, parts }) => [name, parts]);
  return [...entries, merge].filter((entry) => entry !== null);
}

/** The state has an address where, and only where, some pass hands it on or is computed in parts. */
function verifyStatePointer({ passes, params }: CudaKernelPlan): string[] {
  const isHanded = passes.some(({ state, merge }) => state.reads || state.writes || merge !== null);
  const isGiven = params.some(({ source }) => source.kind === 'pointer' && source.of === 'state');
  if (isHanded === isGiven) return [];
  return [isGiven ? 'a state is given that no pass hands on' : 'a state is handed on and has no address'];
}

function verifyPass(plan: CudaKernelPlan, pass: PlannedCudaPass): string[] {
  const { name, kernels, merge } = pass;
  const tiles = kernels.map(({ tile, extents }) => {
    return { queries: cudaTileQueries(tile), keys: tile.keys, extents };
  });
  return [
    ...(kernels.some(({ purpose }) => purpose === 'tiled') ? [] : [`pass ${name} has no tiled kernel`]),
    ...((merge !== null) === kernels.some(({ parts }) => parts !== null)
      ? []
      : [
          `pass ${name} ${merge === null ? 'has parts that nothing merges' : 'merges parts that no kernel leaves'}`,
        ]),
    ...verifyViews(pass, tiles),
    ...kernels.flatMap((kernel) => verifyKernel(plan, pass, kernel)),
  ];
}

function verifyKernel(
  { dim, dimV }: CudaKernelPlan,
  { strategy }: PlannedCudaPass,
  { name, family, tile, sharedBytes, parts }: PlannedCudaKernel,
): string[] {
  const problems: string[] = [];
  const say = (wrong: boolean, text: string): void => {
    if (wrong) problems.push(`${name}: ${text}`);
  };
  if (strategy === 'diagonal') {
    say(family === 'sm_90a', 'diagonals use no tensor cores');
    say(parts !== null, 'distances are not cut into parts');
    say(![1, 2, 4, 8, 16, 32].includes(tile.rows), `${tile.rows} rows in the lanes of a warp`);
    say(tile.stages !== 0, `${tile.stages} stages of keys that are read in place`);
  } else {
    say(tile.keys % 16 !== 0 || tile.keys > MOST_KEYS, `${tile.keys} keys a tile`);
    say(tile.rows % 16 !== 0, `${tile.rows} rows a warp`);
    say(tile.stages < 2, `${tile.stages} stages`);
  }
  say(Math.max(dim, dimV) > tile.upTo, `dim ${dim} and ${dimV} over ${tile.upTo}`);
  const expected = cudaSharedBytes(family, tile, dim, dimV);
  say(sharedBytes !== expected, `${sharedBytes} bytes are not what its tiles take`);
  return problems;
}
