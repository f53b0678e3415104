import { tileKeys, tileQueries, workgroupBytes, workgroupSize } from './kernel.ts';
import type { KernelPlan, PlannedKernel } from './kernel.ts';

/** WebGPU guarantees this many storage buffers in a stage and this many invocations in a workgroup. */
const GUARANTEED_STORAGE_BUFFERS = 8;
const GUARANTEED_INVOCATIONS = 256;
const GUARANTEED_WORKGROUP_BYTES = 16384;

/**
 * What is wrong with a kernel plan, one sentence a problem; empty where it is well-formed. A well-formed plan prints as
 * a module that the default limits of WebGPU can hold through at least one of its tiled kernels.
 */
export function verifyKernelPlan(plan: KernelPlan): string[] {
  return [
    ...doubled(
      plan.kernels.map(({ name }) => name),
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
    ...plan.kernels.flatMap((kernel) => verifyShape(plan, kernel)),
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
  const fits = plan.kernels.some(
    (kernel) => kernel.purpose === 'tiled' && kernel.workgroupBytes <= GUARANTEED_WORKGROUP_BYTES,
  );
  if (plan.kernels.some(({ target }) => target === 'gpu') && !fits) {
    problems.push(`no tiled kernel fits ${GUARANTEED_WORKGROUP_BYTES} bytes of workgroup storage`);
  }
  return problems;
}

function verifyShape(
  plan: KernelPlan,
  { name, shape, workgroupBytes: bytes, purpose }: PlannedKernel,
): string[] {
  const problems: string[] = [];
  if ((plan.dim / 4) % shape.chunk !== 0)
    problems.push(`${name}: chunk ${shape.chunk} does not divide dim ${plan.dim} / 4`);
  if (tileKeys(shape) % shape.valueRows !== 0)
    problems.push(`${name}: ${shape.valueRows} rows of v do not divide its keys`);
  if (workgroupSize(shape) > GUARANTEED_INVOCATIONS)
    problems.push(`${name}: ${workgroupSize(shape)} invocations`);
  if (bytes !== workgroupBytes(shape, plan.dimV, plan.dtype))
    problems.push(`${name}: ${bytes} bytes are not what its arrays take`);
  if (purpose === 'small-query' && tileQueries(shape) < 1) problems.push(`${name}: no query rows`);
  return problems;
}

function doubled(names: readonly string[], what: string): string[] {
  return names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => `${what} ${name} stands twice`);
}
