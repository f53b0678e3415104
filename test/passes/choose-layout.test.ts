import { describe, expect, it } from 'vitest';
import { compile } from '../../compiler/index.ts';
import type { CompileOptions } from '../../compiler/index.ts';
import type { Schedule } from '../../compiler/ir/schedule.ts';
import { printSchedule } from '../../compiler/ir/print-schedule.ts';
import { verifySchedule } from '../../compiler/ir/verify-schedule.ts';
import { constantProgram, programOf } from '../../compiler/passes/layout/programs.ts';
import { createBinder } from '../../runtime/mask/normal-form/bind.ts';
import { evaluateBound } from '../../runtime/mask/exact/evaluate.ts';
import { feedArrays } from '../../runtime/mask/launch/feed-arrays.ts';
import { launchMask, launchScalars } from '../../runtime/mask/launch/launch-mask.ts';
import { bindView } from '../../runtime/schedule/views/bind-view.ts';
import { listDistances } from '../../runtime/schedule/lists/list-distances.ts';
import { tilePositions } from '../../runtime/schedule/views/tile-positions.ts';
import type { BoundView } from '../../runtime/view.ts';

function schedule(text: string, options: CompileOptions = {}): Schedule {
  const result = compile({ name: 'test.sa', text }, { until: 'plan', verify: true, ...options });
  expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return result.units[0].schedule!;
}

const plain = (mask: string) => schedule(`attention a {\n  mask ${mask}\n  heads 2\n  dim 64\n}\n`);
const grid = (over: string, mask: string) =>
  schedule(`attention a {\n  over ${over}\n  mask ${mask}\n  heads 1\n  dim 32\n}\n`);

const layouts = ({ alternatives }: Schedule) => alternatives[0].name;

describe('chooseLayout', () => {
  it.each([
    ['causal', 'plain'],
    ['window(each: 64)', 'plain'],
    ['window(each: 256, step: 4)', 'residues of 4'],
    ['causal & stride(64)', 'residues of 64'],
    ['causal & (window(keys: 128) | stride(128))', 'plain + residues of 128'],
    ['causal & (window(keys: 1000) | stride(1000))', 'plain + residues of 1000'],
    ['window(each: 64) | window(each: 64, step: 16)', 'plain + residues of 16'],
    ['causal & powers_of_two()', 'diagonals'],
    ['causal & (window(keys: 64) | powers_of_two())', 'plain + diagonals'],
    ['j == i | j == i - 100', 'diagonals'],
    ['causal & columns(every: 64, at: 63..<64)', 'keys by residues of 64'],
    ['causal & within(chunk(2048)) { i mod 4 == 1 & j mod 4 == 1 }', 'residues of 4'],
    ['if head == 0 then causal & window(keys: 64) else causal & stride(64)', 'plain + residues of 64'],
  ])('%s: %s', (mask, name) => {
    expect(layouts(plain(mask))).toBe(name);
  });

  it.each([
    ['image(y: 64, x: 64)', 'neighborhood((13, 13))', 'boxes over y, x'],
    [
      'image(y: 65, x: 63)',
      'neighborhood((13, 13), dilation: (4, 4))',
      'boxes over y, x by x mod 4, y mod 4',
    ],
    ['video(t: 8, y: 16, x: 24)', 'neighborhood((3, 7, 7))', 'boxes over t, y, x'],
  ])('%s, %s: %s', (over, mask, name) => {
    expect(layouts(grid(over, mask))).toBe(name);
  });

  /** Name and boxes of every pass, on the first size of tile; of keys the axes and their boxes. */
  const boxes = ({ passes }: Schedule) =>
    passes.map(({ queries, keys, shapes }) =>
      [queries, keys]
        .map((view, side) => {
          if (view.kind !== 'boxes') return view.kind;
          const extents = side === 0 ? shapes[0].extents.queries : shapes[0].extents.keys;
          const at = view.regions.findIndex(({ axes }) => axes.length > 1);
          return view.regions[at].axes.map(({ name }, axis) => `${name} ${extents[at][axis]}`).join(', ');
        })
        .join(' x '),
    );

  it.each([
    // Every frame is seen: those of a place follow one another in the last axis, and are one run.
    [
      'video(t: 24, y: 22, x: 40)',
      'neighborhood((24, 10, 20), stride: (1, 4, 8))',
      ['y 2, x 8, t 2 x y 2, x 2, t 8'],
    ],
    ['image(y: 64, x: 64)', 'axial(x)', ['positions x positions']],
    // Rows and columns want boxes of their own, whatever view they share.
    [
      'image(y: 256, x: 256)',
      'cross(every: 2, wrap: true)',
      [
        'y mod 2 1, x 1, y div 2 32 x y mod 2 1, x 1, y div 2 32',
        'x mod 2 1, y 1, x div 2 32 x x mod 2 1, y 1, x div 2 32',
      ],
    ],
    // An axis of a thousand parts is counted too.
    ['image(y: 1024, x: 1024)', 'axial(y)', ['x 1, y 32 x x 1, y 32']],
  ])('%s, %s in boxes', (over, mask, expected) => {
    expect(boxes(grid(over, mask))).toEqual(expected);
  });

  it('takes listed keys together', () => {
    const text = `attention a {
  input kept: list[] = random(seed: 3, density: 0.05)
  mask causal & (window(keys: 32) | j in kept)
  heads 1
  dim 64
}
`;
    const { passes } = schedule(text);
    expect(passes.map(({ strategy, keys }) => [strategy, keys.kind])).toEqual([
      ['dense', 'positions'],
      ['gathered', 'list'],
    ]);
  });

  it('parts rows that take part and stand scattered, if that pays', () => {
    const parted = (mask: string, inputs = 'input active: bits[batch, n] = random(density: 0.3, seed: 5)') =>
      schedule(`attention a {\n  ${inputs}\n  mask ${mask}\n  heads 1\n  dim 64\n}\n`);
    const views = ({ passes }: Schedule) =>
      passes.map(({ queries, keys }) => `${queries.kind} x ${keys.kind}`);
    const both = parted('active[i] & active[j]');
    expect(views(both)).toEqual(['parted x list']);
    expect(both.alternatives[0].name).toBe('gathered keys, parted rows');
    expect(printSchedule(both)).toContain('queries parted by active[batch, i]');
    expect(verifySchedule(both)).toEqual([]);
    expect(views(parted('active[i] & causal'))).toEqual(['parted x positions']);
    // Few rows see everything, all others their neighbours.
    const few = 'input active: bits[batch, n] = random(density: 0.01, seed: 5)';
    expect(views(parted('active[i] | window(each: 64)', few))).toContain('parted x positions');
    // A first stretch of rows is together as it is; and here the keys are told apart.
    expect(views(parted('(i < 100) | window(each: 64)'))).toEqual(['positions x positions']);
    expect(views(parted('active[j] & window(each: 64)'))).toEqual(['positions x list']);
  });

  it('counts spaces of few positions', () => {
    expect(grid('image(y: 3, x: 4)', 'neighborhood(3)').alternatives[0].sizes).toEqual({ nq: 12, nk: 12 });
    expect(grid('image(y: 1, x: 1)', 'neighborhood(1)').alternatives[0].sizes).toEqual({ nq: 1, nk: 1 });
  });

  it('leaves gathered keys and diagonals apart', () => {
    expect(layouts(plain('causal & columns(every: 7, at: 5..<7) | window(keys: 3)'))).toMatch(/diagonals$/);
  });

  it('can be told not to', () => {
    const text = 'pattern p = causal & (window(keys: 128) | stride(128))';
    expect(layouts(schedule(text, { noSplit: true }))).toBe('plain');
    expect(schedule(text, { noSplit: true }).passes).toHaveLength(1);
    const unsplit = schedule(text, { noLayout: true, noSplit: true });
    expect(unsplit.passes.map(({ queries }) => queries.kind)).toEqual(['positions']);
    expect(unsplit.alternatives).toEqual([]);
  });

  it('counts at the sizes that it is asked to choose for', () => {
    const mask = 'window(each: 512, step: 16)';
    const text = `attention a {\n  mask ${mask}\n  heads 1\n  dim 64\n}\n`;
    const short = schedule(text, { planFor: { nq: 48, nk: 48 } });
    expect(short.alternatives[0].sizes).toEqual({ nq: 48, nk: 48 });
    expect(layouts(short)).toBe('plain');
    const long = schedule(text, { planFor: { nq: 100, nk: 16384 } });
    expect(long.alternatives[0].sizes).toEqual({ nq: 100, nk: 16384 });
    expect(layouts(schedule(text, { planFor: { nq: 16384, nk: 16384 } }))).toBe('residues of 16');
  });

  it('plans for a space of fixed size whatever it is asked for', () => {
    const text = 'pattern p over image(y: 12, x: 16) = neighborhood(5)';
    const result = compile({ name: 'test.sa', text }, { until: 'plan', planFor: { nq: 4096, nk: 4096 } });
    expect(result.units[0].schedule!.alternatives[0].sizes).toEqual({ nq: 192, nk: 192 });
    expect(result.diagnostics.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      'warning: No plan of "p" is chosen for 4096 tokens: the axes of its space have sizes of their own, and it is planned for 192 positions.',
    ]);
  });

  it.each([
    [{ nq: 0, nk: 64 }, '"nq" is 0; it must be in 1 .. '],
    [{ nq: 4.5, nk: 64 }, '"nq" is 4.5, not an integer'],
  ])('warns of sizes that no launch has: %j', (planFor, problem) => {
    const { diagnostics, units } = compile(
      { name: 'test.sa', text: 'pattern p = causal & stride(64)' },
      { until: 'plan', planFor },
    );
    expect(diagnostics[0].message).toContain(problem);
    expect(units[0].schedule!.alternatives[0].reason).toContain('nothing was counted');
  });

  it('says why nothing was counted', () => {
    const { passes, alternatives } = schedule(
      'pattern p(tokens: list[]) = window(each: 64) | global(tokens)',
    );
    expect(passes).toHaveLength(1);
    expect(alternatives[0].reason).toBe('nothing was counted: "tokens" has no default');
  });

  it('gives reasons for what it did not choose', () => {
    const { alternatives } = plain('window(each: 256, step: 4)');
    expect(alternatives[0].reason).toMatch(/^chosen: predicted \d+\.\d\dx over plain tiles$/);
    expect(alternatives.find(({ name }) => name === 'plain')!.reason).toMatch(
      /^predicted \d+\.\d\dx the time of the chosen plan$/,
    );
  });

  it('is the same every time', () => {
    const text = 'pattern p = causal & (window(keys: 128) | stride(128) | powers_of_two())';
    expect(printSchedule(schedule(text))).toBe(printSchedule(schedule(text)));
  });
});

describe('a chosen schedule computes every pair once', () => {
  const masks = [
    'window(each: 16, step: 4)',
    'causal & (window(keys: 12) | stride(16))',
    'window(each: 4) | window(each: 6, step: 5)',
    'causal & (window(keys: 6) | powers_of_two())',
    'causal & (window(keys: 8) | columns(every: 16, at: 14..<16))',
    'if head == 0 then window(each: 3) else stride(7)',
    'window(each: 8, step: 3) | global(0..<2)',
  ];
  const grids = [
    ['image(y: 11, x: 13)', 'neighborhood((5, 3), dilation: (2, 3))'],
    ['text(5) + image(y: 8, x: 9)', 'global(text) | neighborhood((3, 3))'],
    ['video(t: 3, y: 5, x: 7)', 'axial(y) | axial(t)'],
  ] as const;
  const schedules = [
    ...masks.map((mask) => [mask, plain(mask)] as const),
    ...grids.map(([over, mask]) => [`${over}: ${mask}`, grid(over, mask)] as const),
  ];
  const sizes = [
    [129, 129],
    [31, 97],
    [97, 31],
    [1, 64],
  ];

  it.each(schedules.flatMap(([name, found]) => sizes.map(([nq, nk]) => [name, nq, nk, found] as const)))(
    '%s, %i queries, %i keys',
    (_, nq, nk, { graph, passes }) => {
      const mask = graph.nodes[0].mask;
      const model = { ...graph, mask };
      const scalars = launchScalars(model, { batch: 1, nq, nk });
      const launched = launchMask(model, {
        batch: 1,
        nq,
        nk,
        arrays: feedArrays(model.inputs, {}, scalars),
      });
      const { offset, arrays } = launched;
      for (let head = 0; head < graph.heads; head++) {
        const whole = launched.bind(0, head);
        const parts = passes.map((pass) => createBinder(pass.mask, launched.scalars, arrays)(0, head));
        for (let i = offset; i < offset + nq; i++) {
          for (let j = 0; j < nk; j++) {
            const times = parts.filter((part) => evaluateBound(part, i, j)).length;
            if (times !== (evaluateBound(whole, i, j) ? 1 : 0)) expect.fail(`(${i}, ${j}): ${times} passes`);
          }
        }
        passes.forEach((pass, at) => {
          const bound = parts[at];
          if (pass.strategy === 'diagonal') {
            const distances = new Set(listDistances(bound, { nq, nk, offset }));
            for (let i = offset; i < offset + nq; i++)
              for (let j = 0; j < nk; j++)
                if (evaluateBound(bound, i, j) && !distances.has(j - i)) expect.fail(`no distance ${j - i}`);
            return;
          }
          const [shape] = pass.shapes;
          const tile = shape ?? { queries: 32, keys: 32, extents: { queries: [], keys: [] } };
          const request = { scalars: launched.scalars, nq, nk, offset, bound };
          const queries = positionsOf(
            bindView(pass.queries, tile.extents.queries, tile.queries, 'queries', request),
          ).filter((position) => position >= offset && position < offset + nq);
          // -1 is padding as well as the position before the first key.
          if (offset >= 0)
            expect(queries.sort((a, b) => a - b)).toEqual(
              Array.from({ length: nq }, (_, row) => offset + row),
            );
          const keys = positionsOf(bindView(pass.keys, tile.extents.keys, tile.keys, 'keys', request)).filter(
            (position) => position >= 0 && position < nk,
          );
          expect(new Set(keys).size).toBe(keys.length);
          const known = new Set(keys);
          for (let i = offset; i < offset + nq; i++)
            for (let j = 0; j < nk; j++)
              if (evaluateBound(bound, i, j) && !known.has(j)) expect.fail(`key ${j} is in no tile`);
        });
      }
    },
  );
});

function positionsOf(view: BoundView): number[] {
  const slots = new Int32Array(view.tile);
  return Array.from({ length: view.tiles }, (_, tile) => {
    tilePositions(view, tile, slots);
    return Array.from(slots);
  }).flat();
}

describe('verifySchedule', () => {
  const good = plain('causal & (window(keys: 128) | stride(128))');
  const [first, second] = good.passes;
  const everyRow = programOf((builder) => builder.bool(true));

  it('finds nothing in what is chosen', () => {
    expect(verifySchedule(good)).toEqual([]);
  });

  it.each([
    ['a gap in the state', [{ ...first, state: { reads: false, writes: false } }, second], 'ends too early'],
    ['a state that nobody left', [second], 'reads a state that nobody left'],
    ['no pass', [], 'no pass computes attend 0'],
    ['two names', [first, { ...second, name: first.name }], `two passes are called ${first.name}`],
    ['listed queries', [first, { ...second, queries: { kind: 'list' as const } }], 'queries are listed'],
    [
      'parted keys',
      [first, { ...second, keys: { kind: 'parted' as const, first: everyRow } }],
      'keys are parted',
    ],
    [
      'parted rows over boxes',
      [first, { ...second, queries: { kind: 'parted' as const, first: everyRow } }],
      'queries are parted over dense keys by boxes',
    ],
    [
      'rows parted by a number',
      [{ ...first, queries: { kind: 'parted' as const, first: constantProgram(1) } }, second],
      'the root is int, not bool',
    ],
    ['a dense list', [first, { ...second, keys: { kind: 'list' as const } }], 'dense keys by list'],
    [
      'a box of another size',
      [first, { ...second, shapes: [{ ...second.shapes[0], keys: 7 }] }],
      'in tiles of 7 keys',
    ],
  ])('%s', (_, passes, problem) => {
    expect(verifySchedule({ ...good, passes }).join('; ')).toContain(problem);
  });
});
