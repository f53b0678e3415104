import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tileCases } from '../../bench/tiles/cases.ts';
import { compilePairs, contiguousRatio, examples } from '../../bench/tiles/compile-case.ts';
import { countPairs, launch, listFalseTiles } from '../../bench/tiles/count.ts';
import { notesOf } from '../../bench/tiles/tile-row.ts';
import type { TileRow } from '../../bench/tiles/tile-row.ts';
import { findFalseTiles } from '../../bench/tiles/inspect-tiles.ts';
import { compile } from '../../compiler/index.ts';
import { createBinder } from '../../runtime/mask/normal-form/bind.ts';

/** No tile divides it; of every residue modulo 64 it has more rows than a tile. */
const N = 4099;

describe('patterns with holes', () => {
  const cases = tileCases(N).filter(({ contiguous }) => contiguous.length > 0);

  it.each(cases.map((entry) => [entry.name, entry] as const))(
    '%s: no more work a live pair than the same set undilated and contiguous',
    (_, entry) => {
      const [[unit]] = compilePairs(entry);
      const { live, visited } = countPairs(unit, launch(unit, entry.n, entry.n));
      expect(visited / live).toBeLessThanOrEqual(1.05 * contiguousRatio(entry)!);
    },
  );

  it('residues of a dilated grid have all of its cells, whatever their lengths', () => {
    for (const entry of cases.filter(({ text }) => text.includes('over'))) {
      const queries = entry.contiguous.reduce((sum, { nq, times }) => sum + nq * times, 0);
      expect(queries, entry.name).toBe(entry.n);
    }
  });

  it('are smaller by powers of two, for launches that would take long', () => {
    const halved = tileCases(N, 3);
    expect(halved.map(({ text }) => compile({ name: 'a.sa', text }).ok)).not.toContain(false);
    const video = halved.find(({ text }) => text.includes('video(t: 30, y: 24, x: 20)'))!;
    expect([video.n, video.text.includes('neighborhood((18, 12, 6))')]).toEqual([14400, true]);
  });

  it('counts padding as well: boxes of 3 x 10 on rows of 10 leave two slots of 32 over', () => {
    const narrow = cases.find(({ name }) => name === 'image 48 x 20, window 7 x 7, dilation 1 x 2')!;
    const [[unit]] = compilePairs(narrow);
    const { live, computed } = countPairs(unit, launch(unit, narrow.n, narrow.n));
    expect(computed / live).toBeLessThanOrEqual(1.05 * contiguousRatio(narrow)!);
  });
});

describe('notes', () => {
  const row: TileRow = {
    name: 'a',
    tokens: 64,
    plan: 'residues of 2',
    live: 100,
    plain: 200,
    plainComputed: 200,
    chosen: 110,
    computed: 150,
    contiguous: 1.1,
    predicted: 1.8,
    falseTiles: null,
    inspectedTokens: null,
    falsePlaces: [],
    time: null,
  };
  const gain = { options: '--no-layout --no-split', predicted: 2, measured: 1.5 };

  it('name what is worse than plain tiles or than the contiguous set', () => {
    const named = (change: Partial<TileRow>) =>
      notesOf([{ ...row, ...change }], []).filter((note) => note.startsWith('a: '));
    expect(named({})).toEqual([]);
    expect(named({ chosen: 201, contiguous: null })).toEqual(['a: its plan visits 2.010, plain tiles 2.000']);
    expect(named({ computed: 201 })).toEqual(['a: whole tiles of its plan are 2.010, of plain tiles 2.000']);
    expect(named({ contiguous: 1.04 })).toEqual([
      'a: visits 1.100, the same set undilated and contiguous 1.040',
    ]);
  });

  it('name gains below 0.7 of what was predicted, and what was not timed', () => {
    const time = { tokens: 64, milliseconds: 1, rounds: 3, gains: [gain, { ...gain, measured: 1.39 }] };
    const notes = notesOf([{ ...row, time }], ['b', 'c']);
    expect(notes.slice(-2)).toEqual([
      'not timed, as the time was spent: b, c',
      'below 0.7 of what was predicted: a, over --no-layout --no-split predicted 2.00, measured 1.39, 0.69 of it',
    ]);
  });
});

describe('false tiles', () => {
  it.each([
    ['block_diffusion', 1023],
    ['cosmos_predict2', 220],
    ['shared_prefix', 1023],
  ])('are not among those of %s, whose tiles hold rows unlike the others', (name, n) => {
    const text = readFileSync(new URL(`${name}.sa`, examples), 'utf8');
    const [[unit]] = compilePairs({ name, text, n, contiguous: [] });
    expect(listFalseTiles(unit, launch(unit, n, n))).toEqual([]);
  });

  it('are found where a table has them', () => {
    const result = compile({ name: 'a.sa', text: 'pattern p = causal' });
    const bound = createBinder(result.units[0].graph.nodes[0].mask, { nq: 16, nk: 16, offset: 0 }, {})(0, 0);
    const tile = (at: number) => Int32Array.from({ length: 4 }, (_, slot) => 4 * at + slot);
    const everything = {
      queryTile: 4,
      granularity: 4,
      rows: 4,
      order: Uint32Array.of(0, 1, 2, 3),
      sources: Int32Array.of(0, 0, 0, 0, 0, 0, 0, 0),
      starts: Uint32Array.of(0, 1, 1, 1, 1, 1, 1, 1, 1),
      runs: Uint32Array.of(0, 16),
      statistics: {
        visits: 0,
        partialRuns: 4,
        fullRuns: 0,
        partialTiles: 16,
        fullTiles: 0,
        visitedPairs: 256,
      },
    };
    const found = findFalseTiles(everything, bound, { queries: tile, keys: tile });
    // Causal tiles of a square of 4 x 4: six dead, four mixed, six full.
    expect(found.filter(({ kind }) => kind === 'dead')).toHaveLength(6);
    expect(found.filter(({ kind }) => kind === 'full')).toHaveLength(6);
    expect(found[0]).toEqual({ kind: 'dead', query: 0, key: 4 });
  });
});
