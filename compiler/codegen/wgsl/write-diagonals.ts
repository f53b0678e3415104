import type { KernelContext } from './kernel-context.ts';
import { outputColumn } from './output-columns.ts';
import { keyPosition, looksUpRows, queryPosition, rowExists } from './slots.ts';
import { fourALine, indent, paragraphs, unroll } from '../text.ts';
import type { Block } from '../text.ts';
import { rescale } from './write-values.ts';
import { writeSoftmax } from './write-softmax.ts';
import { storeScores } from './write-scores.ts';
import { writeWeights } from './write-weights.ts';

/**
 * The loop of the diagonal strategy. A tile is up to TILE_KEYS distances; the key of row i at distance d is i + d, so that
 * rows share no keys: k and v are read in place, once, and a dead key's row of v is not read at all.
 */
export function writeDiagonals(context: KernelContext): Block {
  const { names, tiles } = context;
  return [
    `let last_key = i32(${names.field('nk')}) - 1;`,
    ...unroll(context.rows, (row) => `let i${row} = ${queryPosition(context, `row0 + ${row}u`)};`),
    ...writeDistances(context),
    'for (var key0 = begin; key0 < end_distance; key0 += TILE_KEYS) {',
    ...indent(
      paragraphs([
        [
          '// What the tile before has left is no longer read. Slots past the end repeat the last distance; they are dead.',
          'workgroupBarrier();',
          'for (var slot = lane; slot < TILE_KEYS; slot += THREADS) {',
          `  ${tiles.keyPositions}[slot] = bitcast<i32>(arena[distances + 1u + min(key0 + slot, end_distance - 1u)]);`,
          '}',
          'workgroupBarrier();',
          'let end = min(TILE_KEYS, end_distance - key0);',
          ...writeMarking(context),
        ],
        writeScores(context),
        context.softmax ? writeSoftmax(context) : writeWeights(context),
        ['workgroupBarrier();', ...writeValues(context)],
      ]),
    ),
    '}',
  ];
}

/** From the first distance of the tile to behind the last: all, or those that lead one of some neighbouring rows to a key. */
function writeDistances(context: KernelContext): Block {
  if (looksUpRows(context)) return ['let begin = 0u;', 'let end_distance = arena[distances];'];
  return [
    '// Distances ascend. Those that lead all rows before the first key or behind the last are passed over.',
    `let top = ${queryPosition(context, '0u')};`,
    `let bottom = ${queryPosition(context, 'TILE_QUERIES - 1u')};`,
    'var begin = 0u;',
    'var end_distance = arena[distances];',
    'while (begin < end_distance && bottom + bitcast<i32>(arena[distances + 1u + begin]) < 0) {',
    '  begin++;',
    '}',
    'while (begin < end_distance && top + bitcast<i32>(arena[distances + end_distance]) > last_key) {',
    '  end_distance--;',
    '}',
  ];
}

/** The keys of a row that exist and that the residual, where there is one, leaves live. */
function writeMarking(context: KernelContext): Block {
  const { tiles, mask } = context;
  const conditions = [
    '(0 <= j)',
    '(j <= last_key)',
    ...(mask.kind === 'predicate' ? [`${mask.isLive}(i, j, head_id, batch_id)`] : []),
  ];
  return [
    'for (var row = lane; row < TILE_QUERIES; row += THREADS) {',
    '  var live = 0u;',
    `  if (${rowExists(context, 'row')}) {`,
    `    let i = ${queryPosition(context, 'row')};`,
    '    for (var key = 0u; key < end; key++) {',
    `      let j = ${keyPosition(context, 'key')};`,
    `      live |= select(0u, 1u << key, ${conditions.join(' & ')});`,
    '    }',
    '  }',
    `  ${tiles.liveKeys}[row] = live;`,
    '}',
  ];
}

function writeScores(context: KernelContext): Block {
  const { rows, columns, shape, tiles, plan } = context;
  const widen = (value: string): string => (plan.dtype === 'f16' ? `vec4<f32>(${value})` : value);
  return [
    '// Scores: rows of q times their keys, in registers. Keys that do not exist repeat one that does; they are dead.',
    ...unroll(rows, (row) => unroll(columns, (at) => `var s${row}_${at} = 0.0;`).join(' ')),
    ...unroll(columns, (at) => [
      `let d${at} = ${tiles.keyPositions}[column${at === 0 ? '' : ` + ${at * shape.threads.x}u`}];`,
      ...unroll(
        rows,
        (row) => `let k${row}_${at} = k_base + u32(clamp(i${row} + d${at}, 0, last_key)) * k_stride;`,
      ),
    ]).flat(),
    'for (var d = 0u; d < DIM4; d++) {',
    ...unroll(rows, (row) => [
      `  let a${row} = ${widen(`${tiles.queries}[(row0 + ${row}u) * DIM4 + d]`)};`,
      ...fourALine(
        unroll(columns, (at) => `s${row}_${at} += dot(a${row}, ${widen(`k[k${row}_${at} + d]`)});`),
      ).map((line) => `  ${line}`),
    ]).flat(),
    '}',
    ...storeScores(context),
  ];
}

function writeValues(context: KernelContext): Block {
  const { rows, outputs, tiles, plan } = context;
  const widen = (value: string): string => (plan.dtype === 'f16' ? `vec4<f32>(${value})` : value);
  return [
    '// Values: weights times v, in registers. A key of weight 0 may be dead, and its v anything.',
    ...rescale(context),
    'for (var key = 0u; key < end; key++) {',
    `  let distance = ${tiles.keyPositions}[key];`,
    ...unroll(rows, (row) => [
      `  let w${row} = ${tiles.weights}[(row0 + ${row}u) * TILE_KEYS + key];`,
      `  if (w${row} != 0.0) {`,
      `    let at = v_base + u32(i${row} + distance) * v_stride;`,
      ...unroll(
        outputs,
        (at) => `    o${row}_${at} += w${row} * ${widen(`v[at + ${outputColumn(context, at)}]`)};`,
      ),
      '  }',
    ]).flat(),
    '}',
  ];
}
