import type { KernelContext } from './kernel-context.ts';
import { queryPosition, rowExists, storedRow } from './slots.ts';
import { unroll } from '../text.ts';
import type { Block } from '../text.ts';

/** Divides by the sum of the weights, where there is a softmax, and stores the rows that exist. */
export function writeOutput(context: KernelContext): Block {
  if (!context.softmax) return writeStores(context);
  return [...writeDenominators(context), '', ...writeStores(context)];
}

function writeDenominators(context: KernelContext): Block {
  const { plan, names, tiles } = context;
  const { sink, denominatorScale } = plan.score;
  const { field } = names;
  const sums =
    sink === null
      ? 'sum'
      : `(sum + exp2(${names.realReader(sink)}(head_id) * LOG2_E - ${tiles.rowMaximum}[row]))`;
  const position = queryPosition(context, 'row');
  const denominator =
    denominatorScale === null ? sums : `(${sums} * denominator_scale(${position}, head_id, batch_id))`;
  return [
    '// One over the denominator of each row; a row without live keys has weight 0 throughout.',
    'workgroupBarrier();',
    'for (var row = lane; row < TILE_QUERIES; row += THREADS) {',
    `  let sum = ${tiles.rowSum}[row];`,
    `  ${tiles.rowFactor}[row] = select(1.0 / ${denominator}, 0.0, sum == 0.0);`,
    ...(plan.outputs.includes('lse')
      ? [
          `  if (${rowExists(context, 'row')}) {`,
          `    let lse_bits = bitcast<u32>(${tiles.rowMaximum}[row] * LN_2 + log(sum));`,
          `    let at = (batch * HEADS + head) * ${field('nq')} + ${storedRow(context, 'row')};`,
          '    lse[at] = select(lse_bits, MINUS_INFINITY, sum == 0.0);',
          '  }',
        ]
      : []),
    '}',
    'workgroupBarrier();',
  ];
}

function writeStores(context: KernelContext): Block {
  const { plan, rows, outputs, tiles, shape, ragged, softmax } = context;
  const factor = softmax ? ' * factor' : '';
  return unroll(rows, (row) => [
    `if (${rowExists(context, `row0 + ${row}u`)}) {`,
    ...(softmax ? [`  let factor = ${tiles.rowFactor}[row0 + ${row}u];`] : []),
    `  let at = out_base + (${storedRow(context, `row0 + ${row}u`)}) * out_stride + column;`,
    ...unroll(outputs, (at) => {
      const store = `out[at + ${at * shape.threads.x}u] = ${narrow(plan.dtype, `o${row}_${at}${factor}`)};`;
      const guarded = ragged && at === outputs - 1;
      return guarded ? `  if (column + ${at * shape.threads.x}u < DIM_V4) { ${store} }` : `  ${store}`;
    }),
    '}',
  ]).flat();
}

function narrow(dtype: 'f32' | 'f16', value: string): string {
  return dtype === 'f16' ? `Element(${value})` : value;
}
