import { describe, expect, it } from 'vitest';
import { MaskBuilder } from '../../../runtime/mask/index.ts';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { buildRunTable } from '../../../runtime/schedule/index.ts';

const n = 512;
/** Tokens along x, in rows of 16 cells, at any y. */
const places = {
  kind: 'int',
  dims: [n, 2],
  data: Int32Array.from({ length: 2 * n }, (_, at) => (at % 2 === 0 ? at >> 5 : (at * 37) % n)),
} as const;

function sameCell(axis: number) {
  const b = new MaskBuilder();
  const [own, other] = (['query', 'key'] as const).map((kind) =>
    b.add({ kind: 'lookup', array: 'places', indices: [b.intern({ kind }), b.int(axis)] }),
  );
  return createBinder(b.finish(b.compare('eq', own, other)), {}, { places })(0, 0);
}

describe('an array that is read at a constant last index', () => {
  it('becomes the column that is read', () => {
    const [column] = Object.values(sameCell(0).arrays);
    expect(column).toEqual({
      kind: 'int',
      dims: [n],
      data: Int32Array.from({ length: n }, (_, token) => token >> 4),
    });
  });

  it('bounds boxes by that column alone', () => {
    const table = buildRunTable(sameCell(0), { nq: n, nk: n, offset: 0, queryTile: 32, granularity: 32 });
    // Tokens of one x lie in one tile; the y of all of them would leave every tile open.
    expect(table.statistics).toMatchObject({ partialTiles: n / 32, fullTiles: 0 });
  });

  it('is nothing behind its end', () => {
    expect(sameCell(2)).toMatchObject({ nodes: [{ kind: 'bool', value: true }], root: 0 });
  });
});
