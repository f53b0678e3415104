import type { Extents, View } from '../../runtime/view.ts';
import { rangesOfGraph } from './find-ranges.ts';
import type { Schedule, ScheduledPass } from './schedule.ts';
import { scopeOfGraph } from './verify-graph.ts';
import { verifyMask } from './verify-mask.ts';

/**
 * What is wrong with a schedule, one sentence a problem; empty where it is well-formed. That the passes of a branch hold
 * its pairs, each once, is not looked at here: it takes a launch.
 */
export function verifySchedule(schedule: Schedule): string[] {
  const { graph, passes } = schedule;
  const names = passes.map(({ name }) => name);
  const scope = scopeOfGraph(graph);
  const ranges = rangesOfGraph(graph);
  return [
    ...graph.nodes.flatMap((_, branch) =>
      passes.some((pass) => pass.branch === branch) ? [] : [`no pass computes attend ${branch}`],
    ),
    ...names.filter((name, at) => names.indexOf(name) !== at).map((name) => `two passes are called ${name}`),
    ...verifyStates(schedule),
    ...passes.flatMap((pass) =>
      [
        ...verifyMask(pass.mask, {
          ...scope,
          result: 'bool',
          indices: ['query', 'key', 'head', 'batch'],
          reals: false,
          ranges,
        }),
        ...(pass.queries.kind === 'parted'
          ? verifyMask(pass.queries.first, {
              ...scope,
              result: 'bool',
              indices: ['query', 'head', 'batch'],
              reals: false,
              ranges,
            })
          : []),
        ...programsOf(pass).flatMap((program) =>
          verifyMask(program, { ...scope, result: 'int', indices: [], reals: false, ranges: null }),
        ),
        ...verifyViews(pass),
      ].map((problem) => `pass ${pass.name}: ${problem}`),
    ),
  ];
}

/** A softmax starts from nothing, is handed on without a gap, and its last pass finishes the rows. */
function verifyStates({ graph, passes }: Schedule): string[] {
  const groupOf = ({ branch }: ScheduledPass) => (graph.combine === 'concat' ? branch : 0);
  return passes.flatMap(({ name, state, branch }, at) => {
    const isFirst = at === 0 || groupOf(passes[at - 1]) !== groupOf(passes[at]);
    const isLast = at === passes.length - 1 || groupOf(passes[at + 1]) !== groupOf(passes[at]);
    return [
      ...(branch < 0 || branch >= graph.nodes.length ? [`pass ${name} belongs to attend ${branch}`] : []),
      ...(state.reads === isFirst
        ? [`pass ${name} ${isFirst ? 'reads a state that nobody left' : 'drops the state'}`]
        : []),
      ...(state.writes === isLast
        ? [`pass ${name} ${isLast ? 'leaves its rows open' : 'ends too early'}`]
        : []),
    ];
  });
}

function programsOf({ queries, keys }: ScheduledPass) {
  return [queries, keys].flatMap((view) =>
    view.kind === 'boxes'
      ? view.regions.flatMap(({ base, axes }) => [
          base,
          ...axes.flatMap(({ size, stride }) => [size, stride]),
        ])
      : [],
  );
}

function verifyViews({ queries, keys, strategy, shapes }: ScheduledPass): string[] {
  const problems: string[] = [];
  if (queries.kind === 'list') problems.push('queries are listed');
  if (keys.kind === 'parted') problems.push('keys are parted');
  if (queries.kind === 'parted' && (keys.kind === 'boxes' || strategy === 'diagonal'))
    problems.push(`queries are parted over ${strategy} keys by ${keys.kind}`);
  if ((keys.kind === 'list') !== (strategy === 'gathered')) problems.push(`${strategy} keys by ${keys.kind}`);
  if (strategy === 'diagonal' && keys.kind !== 'positions')
    problems.push(`diagonals of keys by ${keys.kind}`);
  for (const shape of shapes) {
    problems.push(
      ...verifyExtents('queries', queries, shape.extents.queries, shape.queries),
      ...verifyExtents('keys', keys, shape.extents.keys, shape.keys),
    );
  }
  return problems;
}

function verifyExtents(side: string, view: View, extents: Extents, size: number): string[] {
  const regions = view.kind === 'boxes' ? view.regions : [];
  if (extents.length !== regions.length)
    return [`${extents.length} boxes for ${regions.length} regions of ${side}`];
  return extents.flatMap((box, at) => {
    const slots = box.reduce((product, extent) => product * extent, 1);
    if (box.length !== regions[at].axes.length)
      return [`a box of ${box.length} axes for region ${at} of ${side}`];
    return slots <= size ? [] : [`a box of ${slots} slots in tiles of ${size} ${side}`];
  });
}
