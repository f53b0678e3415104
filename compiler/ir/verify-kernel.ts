import { storageOf, tileKeys, tileQueries, workgroupBytes, workgroupSize } from './kernel.ts';
import type { KernelPlan, PlannedKernel, PlannedPass } from './kernel.ts';
import type { TileBoxes } from './schedule.ts';

/** WebGPU guarantees this many storage buffers in a stage and this many invocations in a workgroup. */
const GUARANTEED_STORAGE_BUFFERS = 8;
const GUARANTEED_INVOCATIONS = 256;
const GUARANTEED_WORKGROUP_BYTES = 16384;

/**
 * What is wrong with a kernel plan, one sentence a problem; empty where it is well-formed. A well-formed plan prints as
 * a module that the default limits of WebGPU can hold through at least one of its tiled kernels.
 */
export function verifyKernelPlan(plan: KernelPlan): string[] {
  const kernels = plan.passes.flatMap((pass) => pass.kernels);
  return [
    ...doubled(
      kernels.map(({ name }) => name),
      'kernel',
    ),
    ...doubled(
      plan.uniforms.map(({ name }) => name),
      'uniform',
    ),
    ...doubled(
      plan.arena.map(({ name }) => name),
      'arena section',
    ),
    ...doubled(
      plan.bindings.map(({ binding }) => String(binding)),
      'binding',
    ),
    ...verifyBuffers(plan),
    ...plan.passes.flatMap(verifyPass),
    ...verifyStates(plan),
    ...plan.passes.flatMap((pass) => pass.kernels.flatMap((kernel) => verifyShape(plan, pass, kernel))),
  ];
}

function verifyBuffers(plan: KernelPlan): string[] {
  const storage = plan.bindings.filter(({ access }) => access !== 'uniform').length;
  const sections = new Set(plan.arena.map(({ name }) => name));
  const problems = plan.uniforms.flatMap(({ name, source }) =>
    source.kind === 'section' && !sections.has(source.section) && !plan.floats.includes(source.section)
      ? [`uniform ${name} points at section ${source.section}, which is in neither arena`]
      : [],
  );
  if (storage > GUARANTEED_STORAGE_BUFFERS) {
    problems.push(`${storage} storage buffers are bound, and ${GUARANTEED_STORAGE_BUFFERS} are guaranteed`);
  }
  for (const { name, kernels } of plan.passes) {
    const fits = kernels.some(
      (kernel) => kernel.purpose === 'tiled' && kernel.workgroupBytes <= GUARANTEED_WORKGROUP_BYTES,
    );
    if (kernels.some(({ target }) => target === 'gpu') && !fits) {
      problems.push(
        `no tiled kernel of pass ${name} fits ${GUARANTEED_WORKGROUP_BYTES} bytes of workgroup storage`,
      );
    }
  }
  return problems;
}

function verifyPass(pass: PlannedPass): string[] {
  const { name, keys, schedule, variant } = pass;
  const problems: string[] = [];
  if (variant !== null && schedule.kind !== 'table')
    problems.push(`pass ${name} specialises a mask that no table leaves`);
  if (variant?.bounds != null && keys.kind !== 'positions')
    problems.push(`pass ${name} bounds keys that are no neighbours`);
  const tiles = pass.kernels.map(({ shape, extents }) => {
    return { queries: tileQueries(shape), keys: tileKeys(shape), extents };
  });
  return [...problems, ...verifyViews(pass, tiles)];
}

/**
 * What a pass says of itself: views, schedule, strategy and the boxes of its kernels must go together. A box may have
 * fewer slots than its tile, the last of which are padding.
 */
export function verifyViews(
  { name, queries, keys, strategy, schedule }: Omit<PlannedPass, 'kernels' | 'variant'>,
  tiles: readonly TileBoxes[],
): string[] {
  const problems: string[] = [];
  const say = (wrong: boolean, text: string): void => {
    if (wrong) problems.push(`pass ${name} ${text}`);
  };
  const plain = queries.kind === 'positions' && keys.kind === 'positions';
  say(queries.kind === 'list', 'views its queries as a list');
  say(keys.kind === 'parted', 'parts its keys');
  say(
    queries.kind === 'parted' && (keys.kind === 'boxes' || strategy === 'diagonal'),
    `parts its queries over ${strategy} keys by ${keys.kind}`,
  );
  say(schedule.kind === 'ranges' && !plain, 'computes ranges over views');
  say((strategy === 'diagonal') !== (schedule.kind === 'diagonals'), `is ${strategy} by ${schedule.kind}`);
  say((strategy === 'gathered') !== (keys.kind === 'list'), `is ${strategy} over keys by ${keys.kind}`);
  for (const tile of tiles) {
    for (const [side, view, slots] of [
      ['queries', queries, tile.queries],
      ['keys', keys, tile.keys],
    ] as const) {
      const boxes = tile.extents[side];
      if (view.kind !== 'boxes') continue;
      say(boxes.length !== view.regions.length, `has ${boxes.length} boxes for its regions of ${side}`);
      const fits = boxes.every((box, region) => {
        const inBox = box.reduce((a, b) => a * b, 1);
        return inBox <= slots && box.length === view.regions[region]?.axes.length;
      });
      say(!fits, `has boxes of ${side} that are no tile of ${slots}`);
    }
  }
  return problems;
}

/** A state is left before it is taken up, and the last pass finishes. */
export function verifyStates({
  passes,
}: {
  readonly passes: readonly Pick<PlannedPass, 'name' | 'state'>[];
}): string[] {
  return passes.flatMap(({ name, state }, at) => {
    const left = at > 0 && passes[at - 1].state.writes;
    const last = at === passes.length - 1;
    return [
      ...(state.reads && !left ? [`pass ${name} takes up a state that no pass has left`] : []),
      ...(!state.reads && left ? [`pass ${name} ignores the state of the pass before`] : []),
      ...(state.writes && last ? [`pass ${name} leaves a state to nobody`] : []),
    ];
  });
}

function verifyShape(
  plan: KernelPlan,
  pass: PlannedPass,
  { name, shape, workgroupBytes: bytes, purpose }: PlannedKernel,
): string[] {
  const problems: string[] = [];
  if ((plan.dim / 4) % shape.chunk !== 0)
    problems.push(`${name}: chunk ${shape.chunk} does not divide dim ${plan.dim} / 4`);
  if (tileKeys(shape) % shape.valueRows !== 0)
    problems.push(`${name}: ${shape.valueRows} rows of v do not divide its keys`);
  if (workgroupSize(shape) > GUARANTEED_INVOCATIONS)
    problems.push(`${name}: ${workgroupSize(shape)} invocations`);
  if (bytes !== workgroupBytes(shape, plan.dimV, plan.dtype, storageOf(pass, plan.score)))
    problems.push(`${name}: ${bytes} bytes are not what its arrays take`);
  if (purpose === 'small-query' && tileQueries(shape) < 1) problems.push(`${name}: no query rows`);
  return problems;
}

/** Names that stand twice, one sentence each. */
export function doubled(names: readonly string[], what: string): string[] {
  return names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => `${what} ${name} stands twice`);
}
