import type { KernelContext } from './kernel-context.ts';
import { outputColumn } from './output-columns.ts';
import { loadedKey } from './slots.ts';
import { fourALine, indent, unroll } from '../text.ts';
import type { Block } from '../text.ts';

/** Stages the first rows of v over the tile of k, which is no longer read. */
export function writeValueStage(context: KernelContext): Block {
  const { tiles } = context;
  return [
    '// Stage v. A key that no row of a partial tile sees becomes zero: its weight is 0, but 0 * NaN is not.',
    `let seen = atomicLoad(&${tiles.liveAnywhere});`,
    ...stage(context, '0u'),
    'workgroupBarrier();',
    'if (lane == 0u) {',
    `  atomicStore(&${tiles.liveAnywhere}, 0u);`,
    '}',
  ];
}

/** Accumulates weights times v: o = o * factor + w v, in registers. */
export function writeValueProducts(context: KernelContext): Block {
  const { shape, keys } = context;
  if (shape.valueRows === keys) {
    return [
      '// Values: weights times v, in registers.',
      ...rescale(context),
      'for (var key = 0u; key < TILE_KEYS; key++) {',
      ...indent(products(context, 'key', 'key')),
      '}',
    ];
  }
  return [
    `// Values: weights times v, in registers; v is staged ${shape.valueRows} rows at a time.`,
    `const VALUE_ROWS = ${shape.valueRows}u;`,
    ...rescale(context),
    'for (var v0 = 0u; v0 < TILE_KEYS; v0 += VALUE_ROWS) {',
    '  if (v0 > 0u) {',
    '    workgroupBarrier();',
    ...indent(stage(context, 'v0'), 2),
    '    workgroupBarrier();',
    '  }',
    '  for (var key = 0u; key < VALUE_ROWS; key++) {',
    ...indent(products(context, 'v0 + key', 'key'), 2),
    '  }',
    '}',
  ];
}

/** Accumulators against the running maximum as it is now; nothing where there is no softmax. */
export function rescale({ rows, outputs, tiles, softmax }: KernelContext): Block {
  if (!softmax) return [];
  return unroll(rows, (row) => [
    `let f${row} = ${tiles.rowFactor}[row0 + ${row}u];`,
    unroll(outputs, (at) => `o${row}_${at} *= f${row};`).join(' '),
  ]).flat();
}

function stage(context: KernelContext, first: string): Block {
  const { shape, keys, tiles } = context;
  const rows = shape.valueRows === keys ? 'TILE_KEYS' : `${shape.valueRows}u`;
  const key = first === '0u' ? 't / DIM_V4' : `(${first} + t / DIM_V4)`;
  return [
    `for (var t = lane; t < ${rows} * DIM_V4; t += THREADS) {`,
    `  let key = ${loadedKey(context, key)};`,
    `  ${tiles.keyValues}[t] = v[v_base + key * v_stride + t % DIM_V4];`,
    '}',
    'if (partial) {',
    `  for (var t = lane; t < ${rows} * DIM_V4; t += THREADS) {`,
    `    if (((seen >> ${first === '0u' ? `(${key})` : key}) & 1u) == 0u) {`,
    `      ${tiles.keyValues}[t] = Element();`,
    '    }',
    '  }',
    '}',
  ];
}

function products(context: KernelContext, weight: string, row: string): Block {
  const { rows, outputs, tiles, plan } = context;
  const widen = (value: string): string => (plan.dtype === 'f16' ? `vec4<f32>(${value})` : value);
  return [
    `let w_at = row0 * TILE_KEYS + ${weight};`,
    ...unroll(rows, (at) => `let w${at} = ${tiles.weights}[w_at${at === 0 ? '' : ` + ${at}u * TILE_KEYS`}];`),
    ...unroll(outputs, (at) => {
      const column = outputColumn(context, at);
      return [
        `let v${at} = ${widen(`${tiles.keyValues}[${row} * DIM_V4 + ${column}]`)};`,
        ...fourALine(unroll(rows, (r) => `o${r}_${at} += w${r} * v${at};`)),
      ];
    }).flat(),
  ];
}
