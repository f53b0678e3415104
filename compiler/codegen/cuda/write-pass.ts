import type { CudaKernelPlan, PlannedCudaPass } from '../../ir/cuda-kernel.ts';
import type { Graph } from '../../ir/graph.ts';
import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import { cudaDialect } from '../expression/cuda-dialect.ts';
import { pairScope, printMaskBody } from '../print-mask.ts';
import { comment, indent } from '../text.ts';
import type { Block, Line } from '../text.ts';
import type { CudaNames } from './names.ts';
import { indentCode, writeLiveKeys } from './write-live-keys.ts';
import { hasPartedRows } from './write-views.ts';

/** The structures of the passes: what each takes up and leaves, which keys a query has, and where its tables stand. */
export function writeCudaPasses(plan: CudaKernelPlan, graph: Graph, names: CudaNames): Block[] {
  return plan.passes.map((pass, at) => writePass(pass, at, plan, graph, names));
}

function writePass(
  pass: PlannedCudaPass,
  at: number,
  plan: CudaKernelPlan,
  graph: Graph,
  names: CudaNames,
): Block {
  const { name, state, column, schedule, queries } = pass;
  const isTold = hasPartedRows(plan.passes) && plan.passes.some(({ keys }) => keys.kind === 'list');
  return [
    ...comment(describePass(pass)),
    `struct ${names.pass(name)} {`,
    `  static constexpr bool TAKES_STATE = ${state.reads}, LEAVES_STATE = ${state.writes};`,
    `  static constexpr int COLUMN = ${column}; // of out`,
    ...(isTold ? [`  static constexpr bool PARTED = ${queries.kind === 'parted'}; // rows of queries`] : []),
    ...(schedule.kind === 'diagonals' ? [] : ['', ...indent(writeWalk(pass, names))]),
    ...(schedule.kind === 'ranges' ? [] : ['', ...indent(writeTables(plan, at, names))]),
    '',
    ...indentCode(writeMask(pass, graph, names)),
    '};',
  ];
}

function describePass({ name, strategy, state, schedule, queries }: PlannedCudaPass): string {
  const tiles =
    schedule.kind === 'ranges'
      ? 'live keys of a row are one range'
      : { dense: 'tiles of keys', gathered: 'listed keys in tiles', diagonal: 'diagonals' }[strategy];
  const rows = queries.kind === 'parted' ? ', for parted rows' : '';
  const from = state.reads ? ', on from where the pass before has left' : '';
  const on = state.writes ? ', left to the next pass' : '';
  return `Pass "${name}": ${tiles}${rows}${from}${on}.`;
}

/** Where key tiles come from. */
function writeWalk({ name, schedule }: PlannedCudaPass, names: CudaNames): Block {
  const walk =
    schedule.kind === 'ranges'
      ? `RangeWalk<${names.pass(name)}, QUERIES, KEYS>`
      : `RunWalk<${names.pass(name)}, KEYS>`;
  return [`template <int QUERIES, int KEYS> using Walk = ${walk};`];
}

function writeTables({ arena }: CudaKernelPlan, at: number, { field }: CudaNames): Block {
  const section = arena.find((candidate) => candidate.kind === 'tables' && candidate.pass === at);
  return [
    '// Where in the arena the table of each (batch, head) begins.',
    `SP_DEVICE const int *tables(const SpParams &p) { return p.arena + ${field(`${section?.name}_at`)}; }`,
  ];
}

/** `row_begin` and `row_end` for row bounds, `is_live` where pairs are asked one by one, `live_keys` for tiles. */
function writeMask(pass: PlannedCudaPass, graph: Graph, names: CudaNames): Block {
  const { schedule } = pass;
  switch (schedule.kind) {
    case 'ranges':
      return [
        '// The live keys of the query at position i are row_begin(i) <= j < row_end(i); both never fall as i grows.',
        'SP_DEVICE int row_begin(const SpParams &p, int i, int head, int batch) {',
        ...writeBody(schedule.low, graph, names),
        '}',
        'SP_DEVICE int row_end(const SpParams &p, int i, int head, int batch) {',
        ...writeBody(schedule.high, graph, names),
        '}',
        '',
        ...writeLiveKeys(pass, graph, names),
      ];
    case 'table':
      return pass.variant === null
        ? [...isLive(schedule.residual, graph, names), '', ...writeLiveKeys(pass, graph, names)]
        : writeLiveKeys(pass, graph, names);
    case 'diagonals':
      return isLive(schedule.residual, graph, names);
  }
}

function isLive(residual: MaskProgram | null, graph: Graph, names: CudaNames): Block {
  return [
    '// Whether the query at position i attends to the key at position j.',
    'SP_DEVICE bool is_live(const SpParams &p, int i, int j, int head, int batch) {',
    ...(residual === null ? ['  return true;'] : writeBody(residual, graph, names)),
    '}',
  ];
}

function writeBody(program: MaskProgram, graph: Graph, names: CudaNames): Line[] {
  return printMaskBody(program, graph, names, pairScope(names, ['p']), cudaDialect);
}
