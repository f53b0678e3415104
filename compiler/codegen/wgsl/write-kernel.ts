import { storageOf, workgroupArrays } from '../../ir/kernel.ts';
import { kernelContext } from './kernel-context.ts';
import type { KernelContext, KernelTask } from './kernel-context.ts';
import { loadedRow, looksUpRows } from './slots.ts';
import { indent, paragraphs } from '../text.ts';
import type { Block } from '../text.ts';
import { writeDiagonals } from './write-diagonals.ts';
import { writeMarking } from './write-marking.ts';
import { writeOutput } from './write-output.ts';
import { writePlace } from './write-place.ts';
import { writeScores } from './write-scores.ts';
import { writeSoftmax } from './write-softmax.ts';
import { writeAccumulators, writeState } from './write-state.ts';
import { writeTileLoop } from './write-tile-loop.ts';
import { writeValueProducts, writeValueStage } from './write-values.ts';
import { writeWeights } from './write-weights.ts';

/** One entry point and its workgroup arrays. */
export function writeKernel(task: KernelTask): Block {
  const context = kernelContext(task);
  const { kernel, threads, queries, keys, shape } = context;
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
          context.pass.strategy === 'diagonal' ? writeDiagonals(context) : writeTiles(context),
          context.pass.state.writes ? writeState(context) : writeOutput(context),
        ]),
      ),
      '}',
    ],
  ]);
}

/** The loop over key tiles. */
function writeTiles(context: KernelContext): Block {
  return writeTileLoop(
    context,
    paragraphs([
      writeMarking(context),
      writeScores(context),
      context.softmax ? writeSoftmax(context) : writeWeights(context),
      writeValueStage(context),
      writeValueProducts(context),
    ]),
  );
}

function writeWorkgroupArrays({ plan, pass, mask, shape, keys, tiles, softmax }: KernelContext): Block {
  const sizes = workgroupArrays(shape, plan.dimV, storageOf(pass, plan.score));
  const diagonal = pass.strategy === 'diagonal';
  const partial = diagonal ? '' : 'partial tiles: ';
  const declare = (name: string, element: string, size: number, comment: string): Block =>
    size === 0 ? [] : [`var<workgroup> ${name}: array<${element}, ${size}>; // ${comment}`];
  const facts = mask.kind === 'specialised' && mask.keyFacts !== null ? mask.keyFacts.structure : 'u32';
  return [
    ...declare(tiles.queries, 'Element', sizes.queries, '[row][d / 4]'),
    ...declare(tiles.keyValues, 'Element', sizes.keyValues, 'a tile of k, then of v: [key][d / 4]'),
    ...declare(
      tiles.weights,
      'f32',
      sizes.weights,
      softmax ? '[row][key]: logits, then softmax weights' : '[row][key]: scores, then weights',
    ),
    ...declare(tiles.rowMaximum, 'f32', sizes.softmaxRows, 'running maximum of the logits'),
    ...declare(tiles.rowSum, 'f32', sizes.softmaxRows, 'running sum of the weights'),
    ...declare(tiles.rowFactor, 'f32', sizes.softmaxRows, 'what the accumulators are to be scaled by'),
    ...declare(tiles.liveKeys, 'u32', sizes.rows, `${partial}a bit for each live key`),
    ...(diagonal
      ? []
      : [
          `var<workgroup> ${tiles.liveAnywhere}: atomic<u32>; // partial tiles: keys that are live for some row`,
        ]),
    ...declare(
      tiles.keyFacts,
      facts,
      sizes.keyFacts === 0 ? 0 : keys,
      'partial tiles: what the mask asks of each key',
    ),
    ...declare(tiles.queryRows, 'i32', sizes.queryRows, 'the row of each slot, -1 for padding'),
    ...declare(
      tiles.keyPositions,
      'i32',
      sizes.keyPositions,
      diagonal ? 'key - query, of each key of a row' : 'the key of each slot, -1 for padding',
    ),
  ];
}

/** The rows of a tile that are looked up: by a function of the view, or in the arena. */
function writeRows(context: KernelContext): Block {
  if (!looksUpRows(context)) return [];
  const { tiles, queryRow, names } = context;
  const [nq, count] = [names.field('nq'), names.field('query_tiles')];
  const row: Block =
    queryRow === null
      ? [
          'let at = query_tile * TILE_QUERIES + slot;',
          `${tiles.queryRows}[slot] = select(-1, bitcast<i32>(arena[parts + min(at, ${nq} - 1u)]), at < ${nq});`,
        ]
      : [`${tiles.queryRows}[slot] = ${queryRow}(query_tile, slot);`];
  return [
    ...(queryRow === null
      ? [
          '// Behind the runs stand the parted rows: that of every slot.',
          `let parts = order + 5u * ${count} + 1u + 2u * arena[order + 5u * ${count}];`,
        ]
      : []),
    '// The row of every slot of the tile, -1 for padding, which loads an existing row and is not stored.',
    'for (var slot = lane; slot < TILE_QUERIES; slot += THREADS) {',
    ...indent(row),
    '}',
    'workgroupBarrier();',
    '',
  ];
}

/** Rows that are looked up, queries that stay, accumulators and what belongs to them at their start. */
function writeStart(context: KernelContext): Block {
  const { tiles, chunked } = context;
  return [
    ...writeRows(context),
    ...(chunked
      ? []
      : [
          !looksUpRows(context)
            ? '// Queries stay for the whole kernel. Rows past the end repeat the last row and are not stored.'
            : '// Queries stay for the whole kernel.',
          'for (var t = lane; t < TILE_QUERIES * DIM4; t += THREADS) {',
          `  let row = ${loadedRow(context, 't / DIM4')};`,
          `  ${tiles.queries}[t] = q[q_base + row * q_stride + t % DIM4];`,
          '}',
        ]),
    ...writeAccumulators(context),
  ];
}
