import type { KernelSchedule, UniformField } from '../../runtime/kernel-descriptor.ts';
import { tileKeys, tileQueries, workgroupSize } from './kernel.ts';
import type { KernelPlan, PlannedKernel, PlannedPass } from './kernel.ts';
import { printMask } from './print-mask.ts';
import { printVariant } from './print-variant.ts';
import type { Extents } from '../../runtime/view.ts';

/** A kernel plan as text, one decision a line, for goldens and `--print-after`. */
export function printKernelPlan(plan: KernelPlan): string {
  const lines = [
    `kernel-plan ${plan.name}`,
    `  heads ${plan.heads}, kv_heads ${plan.kvHeads}, dim ${plan.dim}, dim_v ${plan.dimV}, ${plan.dtype}`,
    ...plan.bindings.map(({ binding, role, access }) => `  binding ${binding}: ${role}, ${access}`),
    ...plan.uniforms.map((field) => `  uniform ${field.name}: ${field.type} = ${printSource(field.source)}`),
    ...plan.arena.map((section) => `  arena ${section.name}: ${section.kind}`),
    ...plan.floats.map((name) => `  floats ${name}`),
    ...plan.passes.flatMap(printPass),
  ];
  return `${lines.join('\n')}\n`;
}

function printPass(pass: PlannedPass): string[] {
  const { schedule, variant, kernels } = pass;
  return [
    ...printPassHead(pass),
    ...printSchedule(schedule),
    ...(variant === null ? [] : printVariant(variant).map((line) => `    ${line}`)),
    ...kernels.flatMap(printKernel),
  ];
}

/** What a pass is, whatever its kernels are written in. */
export function printPassHead({
  name,
  queries,
  keys,
  strategy,
  state,
  column,
}: Omit<PlannedPass, 'kernels' | 'variant'>): string[] {
  return [
    `  pass ${name}: ${strategy}, queries by ${queries.kind}, keys by ${keys.kind}`,
    ...(state.reads ? ['  takes up the state'] : []),
    ...(state.writes ? ['  leaves the state'] : []),
    ...(column === 0 ? [] : [`  from column ${column}`]),
  ];
}

export function printSchedule(schedule: KernelSchedule): string[] {
  const program = (name: string, text: string): string[] => [`  ${name}`, text.replace(/^/gm, '    ')];
  switch (schedule.kind) {
    case 'ranges':
      return [
        '  schedule ranges',
        ...program('low', printMask(schedule.low)),
        ...program('high', printMask(schedule.high)),
      ];
    case 'table':
      return ['  schedule table', ...program('residual', printMask(schedule.residual))];
    case 'diagonals':
      return [
        '  schedule diagonals',
        ...(schedule.residual === null ? [] : program('residual', printMask(schedule.residual))),
      ];
  }
}

function printKernel(kernel: PlannedKernel): string[] {
  const { threads, registers, chunk, valueRows, padding } = kernel.shape;
  return [
    `  kernel ${kernel.name}: ${kernel.purpose} for ${kernel.target}`,
    `    tile ${tileQueries(kernel.shape)} queries x ${tileKeys(kernel.shape)} keys`,
    ...printExtents('queries', kernel.extents.queries),
    ...printExtents('keys', kernel.extents.keys),
    `    ${workgroupSize(kernel.shape)} threads (${threads.x} x ${threads.y}), each ${registers.rows} x ${registers.columns} scores`,
    `    stages ${chunk * 4} elements of q and k, ${valueRows} rows of v, padding ${padding * 4}`,
    `    ${kernel.workgroupBytes} bytes of workgroup storage`,
  ];
}

export function printExtents(side: string, extents: Extents): string[] {
  return extents.length === 0
    ? []
    : [`    boxes of ${side} ${extents.map((box) => `(${box.join(', ')})`).join(' + ')}`];
}

export function printSource(source: UniformField['source']): string {
  switch (source.kind) {
    case 'symbol':
      return source.name;
    case 'scale':
      return 'scale';
    case 'stride':
      return `stride of ${source.tensor} along ${source.axis}`;
    case 'section':
      return `start of ${source.section}`;
    case 'dim':
      return `dim ${source.dim} of ${source.array}`;
    case 'query-tiles':
      return 'query tiles';
    case 'view': {
      const axis = source.axis === null ? '' : `, axis ${source.axis}`;
      return `${source.value} of the ${source.side} of pass ${source.pass}, region ${source.region}${axis}`;
    }
  }
}
