import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../compiler/index.ts';
import type { Graph } from '../../../compiler/ir/graph.ts';
import { SampleCounter, sampleTiles } from '../../../compiler/passes/layout/count-samples.ts';
import type { NominalLaunch } from '../../../compiler/passes/layout/nominal-launch.ts';
import { nominalLaunch } from '../../../compiler/passes/layout/nominal-launch.ts';
import { orderAxes, reorderBoxes, reorderViews } from '../../../compiler/passes/layout/order-axes.ts';
import { spaceView } from '../../../compiler/passes/layout/space-views.ts';
import { bindView } from '../../../runtime/schedule/views/bind-view.ts';
import { buildViewTable } from '../../../runtime/schedule/views/build-view-table.ts';
import { verifyViewTable } from '../../../runtime/schedule/checks/verify-view-table.ts';
import type { Extents, View } from '../../../runtime/view.ts';

const examples = new URL('../../../spec-examples/', import.meta.url);

function graphOf(example: string, mask: string): Graph {
  const source = example === '' ? '' : readFileSync(new URL(`${example}.sa`, examples), 'utf8');
  const text = `${source}\nattention probe { mask ${mask}\n heads 1\n dim 32 }\n`;
  const result = compile({ name: 'test.sa', text }, { until: 'lower' });
  if (!result.ok) throw new Error(result.diagnostics[0].message);
  return result.units.find(({ name }) => name === 'probe')!.graph;
}

interface Case {
  readonly nominal: NominalLaunch;
  readonly views: { readonly queries: View; readonly keys: View };
  readonly boxes: { readonly queries: Extents; readonly keys: Extents };
}

/** The grid in a box, text in flat tiles of 32. */
function caseOf(graph: Graph, own: readonly number[], other = own): Case {
  const nominal = nominalLaunch(graph);
  if (typeof nominal === 'string') throw new Error(nominal);
  const views = {
    queries: spaceView('queries', graph.space!, []),
    keys: spaceView('keys', graph.space!, []),
  };
  const extents = (view: View, box: readonly number[]) =>
    view.kind === 'boxes' ? view.regions.map(({ axes }) => (axes.length === box.length ? box : [32])) : [];
  return {
    nominal,
    views,
    boxes: { queries: extents(views.queries, own), keys: extents(views.keys, other) },
  };
}

const tile = { queries: 32, keys: 32 };

function boundOf({ nominal, views, boxes }: Case) {
  const { nq, nk, launched } = nominal;
  const request = { nq, nk, offset: launched.offset, scalars: launched.scalars, bound: null };
  const queries = bindView(views.queries, boxes.queries, tile.queries, 'queries', request);
  const keys = bindView(views.keys, boxes.keys, tile.keys, 'keys', request);
  return { bound: launched.bind(0, 0), request: { nq, nk, offset: launched.offset, queries, keys } };
}

describe('SampleCounter', () => {
  it('is within a third of the table of all tiles', () => {
    const masks = [
      (frames: number, places: number) =>
        graphOf('svg1', `hunyuan_temporal(frames: ${frames}, tokens: ${places}, mul: 1.0)`),
      (frames: number, places: number) =>
        graphOf('sparse_vdit', `multi_diagonal(frames: ${frames}, tokens: ${places}, w: 150)`),
      (frames: number, places: number) => graphOf('mobilevig_svga', `svga(${frames * 4}, ${places >> 2})`),
      (frames: number, places: number) => graphOf('axial', `both(${frames * 4}, ${places >> 2})`),
    ];
    const boxes = fc.constantFrom([1, 32], [4, 8], [8, 4], [32, 1], [3, 10]);
    fc.assert(
      fc.property(
        fc.constantFrom(...masks),
        fc.integer({ min: 9, max: 34 }),
        fc.integer({ min: 230, max: 400 }),
        boxes,
        boxes,
        (make, frames, places, own, other) => {
          const drawn = caseOf(make(frames, places), own, other);
          const { bound, request } = boundOf(drawn);
          const { statistics } = buildViewTable(bound, request);
          const { queries, keys } = drawn.boxes;
          const counted = new SampleCounter([bound], drawn.views, tile, drawn.nominal, 24).count(
            queries,
            keys,
          );
          expect(counted.queryTiles).toBe(request.queries.tiles);
          const exact = statistics.fullTiles + statistics.partialTiles;
          expect(Math.abs(counted.fullTiles + counted.partialTiles - exact) / exact).toBeLessThan(0.34);
        },
      ),
      { numRuns: 25, seed: 8 },
    );
  });

  it('counts every tile where it samples them all', () => {
    const drawn = caseOf(
      graphOf('svg1', 'hunyuan_temporal(frames: 5, tokens: 37, mul: 1.0)'),
      [3, 10],
      [5, 6],
    );
    const { bound, request } = boundOf(drawn);
    const { fullTiles, partialTiles } = buildViewTable(bound, request).statistics;
    const counter = new SampleCounter([bound], drawn.views, tile, drawn.nominal, 10_000);
    expect(counter.count(drawn.boxes.queries, drawn.boxes.keys)).toEqual({
      queryTiles: request.queries.tiles,
      fullTiles,
      partialTiles,
    });
  });
});

describe('sampleTiles', () => {
  it('has tiles of every region, which weigh as much as all', () => {
    const regions = [[3, 5, 7], [1], [0], [4]];
    for (const samples of [1, 9, 40, 1000]) {
      sampleTiles(regions, samples).forEach((tiles, at) => {
        const all = regions[at].reduce((product, parts) => product * parts, 1);
        expect(tiles.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(all);
        if (tiles.length === all) expect(new Set(tiles.map(({ parts }) => parts.join())).size).toBe(all);
        for (const { parts } of tiles)
          parts.forEach((part, axis) => expect(part >= 0 && part < regions[at][axis]).toBe(true));
      });
    }
  });

  it('has parts of every axis about as often as there are of them', () => {
    const regions = [[136, 3], [5, 408, 3], [7, 2, 3, 5], [408]];
    for (const parts of regions) {
      const [tiles] = sampleTiles([parts], 60);
      parts.forEach((size, axis) => {
        const buckets = Math.min(size, 5);
        const found = new Array<number>(buckets).fill(0);
        for (const tile of tiles) found[Math.floor((tile.parts[axis] * buckets) / size)]++;
        for (const count of found) expect(Math.abs(count / tiles.length - 1 / buckets)).toBeLessThan(0.1);
      });
    }
  });
});

describe('orderAxes', () => {
  it.each([
    ['svg1', 'hunyuan_temporal(frames: 9, tokens: 200, mul: 1.0)', [1, 0]],
    ['sparse_vdit', 'multi_diagonal(frames: 33, tokens: 200, w: 990)', [1, 0]],
    ['svg1', 'hunyuan_spatial(frames: 9, tokens: 200, mul: 1.0)', [0, 1]],
    ['axial', 'rows(64, 64)', [0, 1]],
  ])('%s %s', (example, mask, order) => {
    const { nominal, views, boxes } = caseOf(graphOf(example, mask), [4, 8]);
    expect(orderAxes([nominal.launched.bind(0, 0)], views, tile, boxes, nominal)).toEqual(order);
  });

  it.each([
    ['svg1', 'hunyuan_temporal(frames: 5, tokens: 37, context: 19, prompt: 7, mul: 1.0)'],
    ['svg1', 'wan_temporal(frames: 5, tokens: 131, mul: 1.0)'],
    ['sparse_vdit', 'multi_diagonal(frames: 7, tokens: 31, captions: 13, w: 9)'],
    ['mobilevig_svga', 'svga(13, 21)'],
    ['axial', 'both(13, 21)'],
  ])('tables of %s %s hold every live pair once in either order', (example, mask) => {
    const { nominal, views, boxes } = caseOf(graphOf(example, mask), [3, 10], [4, 8]);
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const reordered = {
        nominal,
        views: reorderViews(views, order),
        boxes: { queries: reorderBoxes(boxes.queries, order), keys: reorderBoxes(boxes.keys, order) },
      };
      const { bound, request } = boundOf(reordered);
      expect(verifyViewTable(buildViewTable(bound, request), bound, request).problems).toEqual([]);
    }
  });
});
