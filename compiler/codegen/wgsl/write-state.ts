import type { KernelContext } from './kernel-context.ts';
import { loadedRow, rowExists, storedRow } from './slots.ts';
import { outputColumn } from './output-columns.ts';
import { indent, unroll } from '../text.ts';
import type { Block } from '../text.ts';

/*
 * The state that passes of one softmax hand on, a row after the other: DIM_V4 accumulators, then the running maximum and
 * the running sum in one vector. Without a softmax it is the accumulators alone.
 */

/** Accumulators and row statistics at their start: from nothing, or from where the pass before has left them. */
export function writeAccumulators(context: KernelContext): Block {
  const { tiles, rows, outputs, pass, softmax } = context;
  return [
    ...(softmax ? writeStatistics(context) : []),
    ...(pass.strategy === 'diagonal'
      ? []
      : ['if (lane == 0u) {', `  atomicStore(&${tiles.liveAnywhere}, 0u);`, '}']),
    ...(pass.state.reads
      ? [
          '// The accumulators that the pass before has left.',
          ...unroll(rows, (row) => readRow(context, row)).flat(),
        ]
      : unroll(rows, (row) => unroll(outputs, (at) => `var o${row}_${at} = vec4<f32>();`).join(' '))),
  ];
}

function writeStatistics(context: KernelContext): Block {
  const { tiles, pass } = context;
  return [
    'for (var row = lane; row < TILE_QUERIES; row += THREADS) {',
    ...indent(
      pass.state.reads
        ? [
            `let left = state[state_base + ${plus(loadedRow(context, 'row'))} * STATE4 + DIM_V4];`,
            `${tiles.rowMaximum}[row] = left.x;`,
            `${tiles.rowSum}[row] = left.y;`,
          ]
        : [`${tiles.rowMaximum}[row] = LOWEST;`, `${tiles.rowSum}[row] = 0.0;`],
    ),
    '}',
  ];
}

function readRow(context: KernelContext, row: number): Block {
  const at = `state_base + ${plus(loadedRow(context, `row0 + ${row}u`))} * STATE4`;
  return [
    `let left${row} = ${at};`,
    unroll(
      context.outputs,
      (column) => `var o${row}_${column} = state[left${row} + ${outputColumn(context, column)}];`,
    ).join(' '),
  ];
}

/** Leaves the rows that exist to the next pass. */
export function writeState(context: KernelContext): Block {
  const { rows, outputs, tiles, shape, ragged, softmax } = context;
  const statistics = [
    'for (var row = lane; row < TILE_QUERIES; row += THREADS) {',
    `  if (${rowExists(context, 'row')}) {`,
    `    let at = state_base + ${plus(storedRow(context, 'row'))} * STATE4 + DIM_V4;`,
    `    state[at] = vec4<f32>(${tiles.rowMaximum}[row], ${tiles.rowSum}[row], 0.0, 0.0);`,
    '  }',
    '}',
  ];
  return [
    '// What the next pass goes on from.',
    ...(softmax ? statistics : []),
    ...unroll(rows, (row) => [
      `if (${rowExists(context, `row0 + ${row}u`)}) {`,
      `  let at = state_base + ${plus(storedRow(context, `row0 + ${row}u`))} * STATE4 + column;`,
      ...unroll(outputs, (at) => {
        const store = `state[at + ${at * shape.threads.x}u] = o${row}_${at};`;
        const guarded = ragged && at === outputs - 1;
        return guarded ? `  if (column + ${at * shape.threads.x}u < DIM_V4) { ${store} }` : `  ${store}`;
      }),
      '}',
    ]).flat(),
  ];
}

/** Brackets around a sum of rows. */
function plus(row: string): string {
  return row.startsWith('first_row + ') ? `(${row})` : row;
}
