import { describe, expect, it } from 'vitest';
import { cutRuns } from '../../../runtime/schedule/table/cut-runs.ts';
import { expandTable, ownSources, type RunTable } from '../../../runtime/schedule/table/run-table.ts';
import { Random } from '../../fuzz/random.ts';

const keys = 32;

/** Rows of runs, those of each class ascending, in units of `unit` keys; the last run of all may end within a tile. */
function randomTable(random: Random, rows: number, unit: number): RunTable {
  const starts = [0];
  const runs: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let kind = 0; kind < 2; kind++) {
      let at = 0;
      for (let run = random.integer(0, 4); run > 0; run--) {
        const begin = at + random.integer(0, 2) * unit;
        at = begin + (1 + random.integer(0, 5)) * unit;
        runs.push(begin, kind === 0 && run === 1 && random.integer(0, 2) === 0 ? at - 5 : at);
        at += unit;
      }
      starts.push(runs.length / 2);
    }
  }
  const order = Uint32Array.from({ length: rows }, (_, row) => (row * 7 + 3) % rows);
  const statistics = {
    visits: 0,
    partialRuns: 0,
    fullRuns: 0,
    partialTiles: 0,
    fullTiles: 0,
    visitedPairs: 0,
  };
  return {
    ...{ queryTile: 16, granularity: unit, rows, order, statistics },
    sources: ownSources(rows),
    starts: Uint32Array.from(starts),
    runs: Uint32Array.from(runs),
  };
}

/** The tiles of a row as kernels walk them: partial or full, first key, end of the run within the tile. */
function tilesOf(table: RunTable, row: number): string[] {
  const { starts, runs } = expandTable(table);
  const tiles: string[] = [];
  for (let run = starts[2 * row]; run < starts[2 * row + 2]; run++) {
    const kind = run < starts[2 * row + 1] ? 'partial' : 'full';
    for (let key = runs[2 * run]; key < runs[2 * run + 1]; key += keys)
      tiles.push(`${kind} ${key} to ${Math.min(key + keys, runs[2 * run + 1])}`);
  }
  return tiles;
}

describe('cutRuns', () => {
  it('cuts what rows visit into parts of as many tiles, in the same order', () => {
    const random = new Random(5);
    for (let trial = 0; trial < 200; trial++) {
      const table = randomTable(random, 1 + random.integer(0, 5), trial % 2 === 0 ? keys : 4 * keys);
      const parts = 2 + random.integer(0, trial % 3 === 0 ? 60 : 6);
      const cut = cutRuns(table, parts, keys);
      expect(cut.rows).toBe(table.rows * parts);
      expect(cut.starts).toHaveLength(2 * cut.rows + 1);
      expect([...cut.order].sort((a, b) => a - b)).toEqual(Array.from({ length: cut.rows }, (_, at) => at));
      expect(cut.order[parts]).toBe(table.rows > 1 ? table.order[1] * parts : undefined);
      for (let row = 0; row < table.rows; row++) {
        const whole = tilesOf(table, row);
        const pieces = Array.from({ length: parts }, (_, part) => tilesOf(cut, row * parts + part));
        expect(pieces.flat()).toEqual(whole);
        const sizes = pieces.map((piece) => piece.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
      }
    }
  });

  it('leaves the table as it is where there is one part', () => {
    const table = randomTable(new Random(1), 5, keys);
    expect(cutRuns(table, 1, keys)).toEqual(table);
  });
});
