import type { KernelContext } from './kernel-context.ts';
import { keyPosition, queryPosition } from './slots.ts';
import { indent } from '../text.ts';
import type { Block } from '../text.ts';

/** Turns the logits of each row into weights against the running maximum: one thread a row, in rolled loops. */
export function writeSoftmax(context: KernelContext): Block {
  const { tiles, scored } = context;
  return [
    '// Online softmax, a thread a row.',
    'for (var row = lane; row < TILE_QUERIES; row += THREADS) {',
    '  let at = row * TILE_KEYS;',
    ...(scored ? indent(writeLogits(context)) : []),
    ...indent(writeBounds(context)),
    `  let old_maximum = ${tiles.rowMaximum}[row];`,
    '  var maximum = old_maximum;',
    '  for (var key = first; key < end_key; key++) {',
    `    maximum = max(maximum, ${tiles.weights}[at + key]);`,
    '  }',
    '  var sum = 0.0;',
    '  for (var key = first; key < end_key; key++) {',
    `    let weight = exp2(${tiles.weights}[at + key] - maximum);`,
    `    ${tiles.weights}[at + key] = weight;`,
    '    sum += weight;',
    '  }',
    '  let factor = exp2(old_maximum - maximum);',
    `  ${tiles.rowMaximum}[row] = maximum;`,
    `  ${tiles.rowSum}[row] = ${tiles.rowSum}[row] * factor + sum;`,
    `  ${tiles.rowFactor}[row] = factor;`,
    '}',
  ];
}

/** From the first to behind the last live key; the weights of dead ones are set aside. */
function writeBounds(context: KernelContext): Block {
  const { pass, tiles } = context;
  // Tiles by row bounds have no dead keys between live ones.
  const gaps = pass.schedule.kind === 'ranges' ? [] : writeGaps(context);
  const around = [
    'for (var key = 0u; key < first; key++) {',
    `  ${tiles.weights}[at + key] = 0.0;`,
    '}',
    'for (var key = end_key; key < TILE_KEYS; key++) {',
    `  ${tiles.weights}[at + key] = 0.0;`,
    '}',
  ];
  if (pass.strategy === 'diagonal') {
    return [
      `let live = ${tiles.liveKeys}[row];`,
      'let first = min(countTrailingZeros(live), TILE_KEYS);',
      'let end_key = 32u - countLeadingZeros(live);',
      ...gaps,
      ...around,
    ];
  }
  return [
    'var first = 0u;',
    'var end_key = TILE_KEYS;',
    'if (partial) {',
    `  let live = ${tiles.liveKeys}[row];`,
    '  first = min(countTrailingZeros(live), TILE_KEYS);',
    '  end_key = 32u - countLeadingZeros(live);',
    ...indent([...gaps, ...around]),
    '}',
  ];
}

/** Dead keys between live ones, which only a run table's tiles have. */
function writeGaps({ tiles }: KernelContext): Block {
  return [
    'for (var key = first; key < end_key; key++) {',
    '  if (((live >> key) & 1u) == 0u) {',
    `    ${tiles.weights}[at + key] = DEAD;`,
    '  }',
    '}',
  ];
}

function writeLogits(context: KernelContext): Block {
  const { tiles } = context;
  const key = keyPosition(context, 'key');
  return [
    `let i = ${queryPosition(context, 'row')};`,
    'for (var key = 0u; key < TILE_KEYS; key++) {',
    `  ${tiles.weights}[at + key] = logit(${tiles.weights}[at + key], i, ${key}, head_id, batch_id);`,
    '}',
  ];
}
