import type { KernelContext } from './kernel-context.ts';
import { loadedKey, loadedRow, looksUpKeys } from './slots.ts';
import { fourALine, indent, unroll } from '../text.ts';
import type { Block } from '../text.ts';

/** Stages k (and q, where it does not stay), multiplies, and leaves scaled products in the weights array. */
export function writeScores(context: KernelContext): Block {
  const { rows, columns } = context;
  return [
    ...unroll(rows, (row) => unroll(columns, (at) => `var s${row}_${at} = 0.0;`).join(' ')),
    ...(context.chunked ? inChunks(context) : wholeRows(context)),
    ...storeScores(context),
  ];
}

/** Leaves the scaled products of the registers in the weights array. */
export function storeScores({ rows, columns, shape, tiles, scored, softmax, names }: KernelContext): Block {
  return [
    `let scale = ${names.field('scale')}${scored || !softmax ? '' : ' * LOG2_E'};`,
    'let w_at = row0 * TILE_KEYS + column;',
    ...unroll(rows, (row) =>
      unroll(columns, (at) => {
        const step = row === 0 ? '' : ` + ${row}u * TILE_KEYS`;
        const across = at === 0 ? '' : ` + ${at * shape.threads.x}u`;
        return `${tiles.weights}[w_at${step}${across}] = s${row}_${at} * scale;`;
      }),
    ).flat(),
    'workgroupBarrier();',
  ];
}

function wholeRows(context: KernelContext): Block {
  return [
    looksUpKeys(context)
      ? '// Stage a tile of k. Padding repeats an existing key; it is dead.'
      : '// Stage a tile of k. Keys past the end repeat the last key; they are dead.',
    ...stage('TILE_KEYS * DIM4', [
      `let key = ${loadedKey(context, 't / DIM4')};`,
      `${context.tiles.keyValues}[${staged(context, 'DIM4')}] = k[k_base + key * k_stride + t % DIM4];`,
    ]),
    'workgroupBarrier();',
    '',
    '// Scores: rows of q times keys, in registers.',
    ...products(context, 'DIM4'),
  ];
}

/** Neither q nor k fits with whole rows: both are staged a chunk of the head dimension at a time. */
function inChunks(context: KernelContext): Block {
  const { shape, tiles } = context;
  return [
    `const CHUNK = ${shape.chunk}u;`,
    '// Scores: rows of q times keys, in registers; q and k are staged a chunk of the head dimension at a time.',
    'for (var d0 = 0u; d0 < DIM4; d0 += CHUNK) {',
    '  if (d0 > 0u) {',
    '    workgroupBarrier();',
    '  }',
    ...indent([
      ...stage('TILE_QUERIES * CHUNK', [
        `let row = ${loadedRow(context, 't / CHUNK')};`,
        `${tiles.queries}[t] = q[q_base + row * q_stride + d0 + t % CHUNK];`,
      ]),
      ...stage('TILE_KEYS * CHUNK', [
        `let key = ${loadedKey(context, 't / CHUNK')};`,
        `${tiles.keyValues}[${staged(context, 'CHUNK')}] = k[k_base + key * k_stride + d0 + t % CHUNK];`,
      ]),
      'workgroupBarrier();',
      ...products(context, 'CHUNK'),
    ]),
    '}',
  ];
}

function stage(count: string, body: Block): Block {
  return [`for (var t = lane; t < ${count}; t += THREADS) {`, ...indent(body), '}'];
}

/** Where element t of a staged tile of k lies: rows may be padded. */
function staged({ shape }: KernelContext, width: string): string {
  return shape.padding === 0 ? 't' : `t / ${width} * (${width} + ${shape.padding}u) + t % ${width}`;
}

function products({ rows, columns, shape, tiles, plan }: KernelContext, width: string): Block {
  const widen = (value: string): string => (plan.dtype === 'f16' ? `vec4<f32>(${value})` : value);
  const keyWidth = shape.padding === 0 ? width : `(${width} + ${shape.padding}u)`;
  const step = (count: number, unit: string): string => (count === 0 ? '' : ` + ${count}u * ${unit}`);
  return [
    `for (var d = 0u; d < ${width}; d++) {`,
    `  let q_at = row0 * ${width} + d;`,
    ...unroll(rows, (row) => `  let a${row} = ${widen(`${tiles.queries}[q_at${step(row, width)}]`)};`),
    `  let k_at = column * ${keyWidth} + d;`,
    ...unroll(columns, (at) => [
      `  let b${at} = ${widen(`${tiles.keyValues}[k_at${step(at * shape.threads.x, keyWidth)}]`)};`,
      ...fourALine(unroll(rows, (row) => `s${row}_${at} += dot(a${row}, b${at});`)).map(
        (line) => `  ${line}`,
      ),
    ]).flat(),
    '}',
  ];
}
