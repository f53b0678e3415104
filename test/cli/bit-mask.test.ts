import { describe, expect, it } from 'vitest';
import {
  countBits,
  maskToJson,
  maskToPbm,
  maskToText,
  readBit,
  unpackMask,
} from '../../cli/formats/bit-mask.ts';
import type { BitMask } from '../../cli/formats/bit-mask.ts';

/** Asks `isLive` for every pair, in order. */
function packMask(
  { heads, nq, nk }: Pick<BitMask, 'heads' | 'nq' | 'nk'>,
  isLive: (head: number, row: number, key: number) => boolean,
): BitMask {
  const bytes = new Uint8Array(Math.ceil((heads * nq * nk) / 8));
  let at = 0;
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < nq; row++) {
      for (let key = 0; key < nk; key++, at++) {
        if (isLive(head, row, key)) bytes[at >>> 3] |= 0x80 >>> (at & 7);
      }
    }
  }
  return { heads, nq, nk, bytes };
}

const causal = packMask({ heads: 1, nq: 3, nk: 3 }, (_, row, key) => key <= row);

describe('bit masks', () => {
  it('put the first pair in the most significant bit and do not align rows', () => {
    // 100 110 111 -> 1001 1011 1000 0000
    expect([...causal.bytes]).toEqual([0b10011011, 0b10000000]);
    expect(maskToJson(causal)).toBe('{"nq":3,"nk":3,"heads":1,"mask":"m4A=","count":6}\n');
  });

  it('order the axes head, query, key', () => {
    const mask = packMask(
      { heads: 2, nq: 2, nk: 5 },
      (head, row, key) => head === 1 && row === 0 && key === 3,
    );
    expect(countBits(mask)).toBe(1);
    expect(readBit(mask, 1, 0, 3)).toBe(true);
    expect([...unpackMask(mask)].indexOf(1)).toBe(13);
  });

  it('print as text, heads apart', () => {
    expect(maskToText(causal)).toBe('1..\n11.\n111\n');
    expect(maskToText(packMask({ heads: 2, nq: 1, nk: 2 }, (head, _, key) => head === key))).toBe(
      '1.\n\n.1\n',
    );
  });

  it('become PBM images with rows padded to bytes', () => {
    const wide = packMask({ heads: 1, nq: 2, nk: 9 }, (_, row, key) => key === 8 - row);
    const expected = [...Buffer.from('P4\n9 2\n'), 0, 0x80, 0x01, 0];
    expect([...maskToPbm(wide)]).toEqual(expected);
    const two = packMask({ heads: 2, nq: 2, nk: 9 }, (_, row, key) => key === 8 - row);
    expect([...maskToPbm(two)]).toEqual([...expected, ...expected]);
  });

  it('count every bit of a byte', () => {
    expect(countBits(packMask({ heads: 1, nq: 5, nk: 7 }, () => true))).toBe(35);
    expect(countBits(packMask({ heads: 1, nq: 5, nk: 7 }, () => false))).toBe(0);
  });
});
