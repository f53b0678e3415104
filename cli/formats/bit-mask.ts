/**
 * A dense mask, one bit a pair: shape [heads, nq, nk] in C order, the first pair in the most significant bit of the
 * first byte, no alignment between rows (numpy.packbits with bitorder 'big'; the encoding of the reference vectors).
 */
export interface BitMask {
  readonly heads: number;
  readonly nq: number;
  readonly nk: number;
  readonly bytes: Uint8Array;
}

export function readBit({ nq, nk, bytes }: BitMask, head: number, row: number, key: number): boolean {
  const at = (head * nq + row) * nk + key;
  return (bytes[at >>> 3] & (0x80 >>> (at & 7))) !== 0;
}

/** The number of live pairs. */
export function countBits({ bytes }: BitMask): number {
  let count = 0;
  for (let byte of bytes) for (; byte !== 0; byte &= byte - 1) count++;
  return count;
}

/** `{"nq","nk","heads","mask","count"}`, the mask in base64. */
export function maskToJson(mask: BitMask): string {
  const { nq, nk, heads, bytes } = mask;
  const encoded = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return `${JSON.stringify({ nq, nk, heads, mask: encoded, count: countBits(mask) })}\n`;
}

/** Binary portable bitmaps (PBM, P4), black where live: one image a head, each after the other. */
export function maskToPbm(mask: BitMask): Uint8Array {
  const { heads, nq, nk } = mask;
  const header = new TextEncoder().encode(`P4\n${nk} ${nq}\n`);
  const rowBytes = Math.ceil(nk / 8);
  const image = header.length + nq * rowBytes;
  const bytes = new Uint8Array(heads * image);
  for (let head = 0; head < heads; head++) {
    bytes.set(header, head * image);
    for (let row = 0; row < nq; row++) {
      const start = head * image + header.length + row * rowBytes;
      for (let key = 0; key < nk; key++) {
        if (readBit(mask, head, row, key)) bytes[start + (key >>> 3)] |= 0x80 >>> (key & 7);
      }
    }
  }
  return bytes;
}

/** Rows of `1` and `.`, heads apart by an empty line. */
export function maskToText(mask: BitMask): string {
  const { heads, nq, nk } = mask;
  const panels = Array.from({ length: heads }, (_, head) =>
    Array.from({ length: nq }, (_, row) => {
      let line = '';
      for (let key = 0; key < nk; key++) line += readBit(mask, head, row, key) ? '1' : '.';
      return `${line}\n`;
    }).join(''),
  );
  return panels.join('\n');
}

/** One number a pair, 0 or 1, C order. */
export function unpackMask(mask: BitMask): Uint8Array {
  const { heads, nq, nk, bytes } = mask;
  return Uint8Array.from({ length: heads * nq * nk }, (_, at) => (bytes[at >>> 3] >>> (7 - (at & 7))) & 1);
}
