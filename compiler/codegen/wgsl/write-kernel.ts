import type { KernelPlan, PlannedKernel } from '../../ir/kernel.ts';
import { workgroupArrays } from '../../ir/kernel.ts';
import { kernelContext } from './kernel-context.ts';
import type { KernelContext } from './kernel-context.ts';
import type { ModuleNames } from './names.ts';
import { indent, paragraphs, unroll } from './text.ts';
import type { Block } from './text.ts';
import { writeMarking } from './write-marking.ts';
import { writeOutput } from './write-output.ts';
import { writeScores } from './write-scores.ts';
import { writeSoftmax } from './write-softmax.ts';
import { writeTileLoop } from './write-tile-loop.ts';
import { writeValueProducts, writeValueStage } from './write-values.ts';

/** One entry point and its workgroup arrays. */
export function writeKernel(plan: KernelPlan, kernel: PlannedKernel, names: ModuleNames): Block {
  const context = kernelContext(plan, kernel, names);
  const { threads, queries, keys, shape } = context;
  const few = kernel.purpose === 'small-query' ? ` For launches of at most ${queries} query rows.` : '';
  return paragraphs([
    [
      `// ${queries} queries x ${keys} keys a tile: ${shape.threads.x} x ${shape.threads.y} threads of`,
      `// ${context.rows} rows x ${context.columns} keys each. Target class: ${kernel.target}.${few}`,
      ...writeWorkgroupArrays(context),
    ],
    [
      `@compute @workgroup_size(${threads})`,
      `fn ${kernel.name}(`,
      '  @builtin(workgroup_id) group: vec3<u32>,',
      '  @builtin(local_invocation_index) lane: u32,',
      ') {',
      ...indent(
        paragraphs([
          writePlace(context),
          writeStart(context),
          writeTileLoop(
            context,
            paragraphs([
              writeMarking(context),
              writeScores(context),
              writeSoftmax(context),
              writeValueStage(context),
              writeValueProducts(context),
            ]),
          ),
          writeOutput(context),
        ]),
      ),
      '}',
    ],
  ]);
}

function writeWorkgroupArrays({ plan, shape, tiles }: KernelContext): Block {
  const sizes = workgroupArrays(shape, plan.dimV);
  return [
    `var<workgroup> ${tiles.queries}: array<Element, ${sizes.queries}>; // [row][d / 4]`,
    `var<workgroup> ${tiles.keyValues}: array<Element, ${sizes.keyValues}>; // a tile of k, then of v: [key][d / 4]`,
    `var<workgroup> ${tiles.weights}: array<f32, ${sizes.weights}>; // [row][key]: logits, then softmax weights`,
    `var<workgroup> ${tiles.rowMaximum}: array<f32, ${sizes.rows}>; // running maximum of the logits`,
    `var<workgroup> ${tiles.rowSum}: array<f32, ${sizes.rows}>; // running sum of the weights`,
    `var<workgroup> ${tiles.rowFactor}: array<f32, ${sizes.rows}>; // what the accumulators are to be scaled by`,
    `var<workgroup> ${tiles.liveKeys}: array<u32, ${sizes.rows}>; // partial tiles: a bit for each live key`,
    `var<workgroup> ${tiles.liveAnywhere}: atomic<u32>; // partial tiles: keys that are live for some row`,
  ];
}

/** Which tile this workgroup owns, and which part of it this thread. */
function writePlace({ plan, names, queries, keys, threads, rows, shape, outputs }: KernelContext): Block {
  const { field } = names;
  const x = shape.threads.x;
  const base = (tensor: string, head: string): string =>
    `(batch * ${field(`${tensor}_batch_stride`)} + ${head} * ${field(`${tensor}_head_stride`)}) / 4u`;
  const { dimV } = plan;
  return [
    `const THREADS = ${threads}u;`,
    `const TILE_QUERIES = ${queries}u;`,
    `const TILE_KEYS = ${keys}u;`,
    '',
    'let tile = group.x + group.z * 65535u;',
    `if (tile >= ${field('query_tiles')}) {`,
    '  return;',
    '}',
    'let batch = group.y / HEADS;',
    'let head = group.y % HEADS;',
    'let batch_id = i32(batch);',
    'let head_id = i32(head);',
    ...(plan.schedule.kind === 'table'
      ? [
          '// The run table of this head: rows in the order of their work, run starts, runs.',
          `let order = ${tableBase(names)};`,
          `let first_row = arena[order + tile] * TILE_QUERIES;`,
        ]
      : [
          '// Start with the last rows: where ranges grow, they have the most keys.',
          `let first_row = (${field('query_tiles')} - 1u - tile) * TILE_QUERIES;`,
        ]),
    `let last_row = ${field('nq')} - 1u;`,
    `let last_key = ${field('nk')} - 1u;`,
    '',
    'let kv_head = head / HEADS_PER_KV;',
    `let q_base = ${base('q', 'head')};`,
    `let k_base = ${base('k', 'kv_head')};`,
    `let v_base = ${base('v', 'kv_head')};`,
    `let out_base = ${base('out', 'head')};`,
    ...['q', 'k', 'v', 'out'].map(
      (tensor) => `let ${tensor}_stride = ${field(`${tensor}_row_stride`)} / 4u;`,
    ),
    '',
    `// This thread: rows row0 ..< row0 + ${rows}; keys and columns column, column + ${x}, ...`,
    `let column = lane % ${x}u;`,
    `let row0 = lane / ${x}u * ${rows}u;`,
    ...(dimV / 4 < x * outputs
      ? ['// Threads past the end of a row of v repeat its last column and store nothing.']
      : []),
  ];
}

function tableBase(names: ModuleNames): string {
  return `arena[${names.field('$tables_at')} + group.y]`;
}

/** Queries that stay, accumulators and row statistics at their start. */
function writeStart(context: KernelContext): Block {
  const { tiles, rows, outputs, chunked } = context;
  return [
    ...(chunked
      ? []
      : [
          '// Queries stay for the whole kernel. Rows past the end repeat the last row and are not stored.',
          'for (var t = lane; t < TILE_QUERIES * DIM4; t += THREADS) {',
          '  let row = min(first_row + t / DIM4, last_row);',
          `  ${tiles.queries}[t] = q[q_base + row * q_stride + t % DIM4];`,
          '}',
        ]),
    'for (var row = lane; row < TILE_QUERIES; row += THREADS) {',
    `  ${tiles.rowMaximum}[row] = LOWEST;`,
    `  ${tiles.rowSum}[row] = 0.0;`,
    '}',
    'if (lane == 0u) {',
    `  atomicStore(&${tiles.liveAnywhere}, 0u);`,
    '}',
    ...unroll(rows, (row) => unroll(outputs, (at) => `var o${row}_${at} = vec4<f32>();`).join(' ')),
  ];
}
