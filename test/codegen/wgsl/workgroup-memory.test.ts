import { describe, expect, it } from 'vitest';
import { causal, full, graphOf, program, window } from './graphs.ts';
import { compare, tinyTarget } from './problem.ts';
import { boxes, scheduled } from './scheduled.ts';
import type { Live } from './tables.ts';

/**
 * Puts a stage before the kernel that fills every workgroup variable with what would show in a result: NaN, or all bits
 * set. A kernel that writes before it reads does not notice; so it may run where workgroup memory is not cleared.
 */
function fillWorkgroupMemory(code: string): string {
  const variables = [...code.matchAll(/^var<workgroup> (\w+): (.+?);/gm)].map(([, name, type]) => ({
    name,
    type,
  }));
  if (variables.length === 0) throw new Error('the kernel has no workgroup variables');
  const fills = variables.map(({ name, type }) => {
    if (type === 'atomic<u32>') return `if (lane == 0u) { atomicStore(&${name}, 0xffffffffu); }`;
    const [, element, count] = /^array<(.+), (\d+)>$/.exec(type) ?? [];
    if (count === undefined) throw new Error(`what is ${type}?`);
    const value = { Element: 'Element(dirty)', f32: 'dirty', u32: '0xffffffffu', i32: '-1000' }[element];
    return `for (var t = lane; t < ${count}u; t += THREADS) { ${name}[t] = ${value}; }`;
  });
  // Constant expressions must not be NaN, so the bits pass through a uniform.
  const dirty = 'let dirty = bitcast<f32>(0x7fc00000u | (params.nq & 0u));';
  const at = code.indexOf('  let batch = group.y');
  return `${code.slice(0, at)}  ${[dirty, ...fills, 'workgroupBarrier();'].join('\n  ')}\n${code.slice(at)}`;
}

const stride = program((b, i, j) =>
  b.compare('eq', b.arithmetic('mod', b.arithmetic('sub', i, j), b.int(3)), b.int(0)),
);
const cases: [string, ReturnType<typeof program>, Live][] = [
  ['full', full, () => true],
  ['causal', causal, (_b, _h, i, j) => j <= i],
  ['window', window(5), (_b, _h, i, j) => j <= i && i - j < 5],
  ['stride', stride, (_b, _h, i, j) => (((i - j) % 3) + 3) % 3 === 0],
  ['empty', program((b) => b.bool(false)), () => false],
];
const classes = boxes({
  base: 0,
  axes: [
    ['mod 3', 3, 1],
    ['a', 'rows', 3],
  ],
});
const targets = [
  ['whole rows', tinyTarget({ x: 2, y: 4, rows: 2, columns: 4 }), 16],
  [
    'parts of rows',
    tinyTarget({ x: 2, y: 2, rows: 2, columns: 4 }, { workgroupBytes: 1100, padding: 1 }),
    64,
  ],
] as const;

describe.each(targets)('workgroup memory, %s', (_staging, target, dim) => {
  it.each(cases)('is written before it is read: %s', async (_name, mask, live) => {
    for (const [nq, nk] of [
      [3, 5],
      [17, 17],
      [9, 30],
    ]) {
      const graph = graphOf(mask, { dim, dimV: dim });
      const result = await compare({
        graph,
        target,
        nq,
        nk,
        live,
        granularity: 8,
        rewrite: fillWorkgroupMemory,
      });
      expect(result.outError).toBeLessThan(1e-5);
      expect(result.lseError).toBeLessThan(1e-5);
    }
  });

  it.each([
    ['boxes', { queries: classes, keys: classes, extents: { queries: [[1, 8]], keys: [[1, 8]] } }],
    ['a list', { keys: { kind: 'list' }, strategy: 'gathered' }],
    ['diagonals', { strategy: 'diagonal' }],
    ['diagonals of boxes', { queries: classes, strategy: 'diagonal', extents: { queries: [[2, 4]] } }],
  ] as const)('is written before it is read: %s', async (_name, sketch) => {
    const graph = graphOf(stride, { dim, dimV: dim });
    // Tiles of 8 x 8; diagonals keep q whole, whatever the storage.
    const layouts = [{ x: 2, y: 4, rows: 2, columns: 4 }];
    const diagonal = 'strategy' in sketch && sketch.strategy === 'diagonal';
    const workgroupBytes = diagonal ? 16384 : target.workgroupBytes + 300;
    const chosen = { ...target, workgroupBytes, tiled: layouts, diagonal: layouts };
    const result = await compare({
      graph,
      target: chosen,
      schedule: scheduled(graph, chosen, [{ mask: stride, ...sketch }]),
      nq: 17,
      nk: 21,
      live: cases[3][2],
      symbols: { rows: 7 },
      rewrite: fillWorkgroupMemory,
    });
    expect(result.outError).toBeLessThan(1e-5);
    expect(result.lseError).toBeLessThan(1e-5);
  });

  it('would show a read before a write', async () => {
    const forget = (code: string): string =>
      fillWorkgroupMemory(code.replace(/^ {4}row_maximum\w+\[row\] = LOWEST;$/m, ''));
    const result = await compare({
      graph: graphOf(causal),
      target,
      nq: 5,
      nk: 5,
      live: cases[1][2],
      rewrite: forget,
    });
    expect(result.outError).not.toBeLessThan(1e-5);
  });
});
