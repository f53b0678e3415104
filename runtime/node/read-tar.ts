/** One regular file of an archive. */
export interface TarEntry {
  readonly name: string;
  readonly data: Uint8Array;
}

const BLOCK = 512;

/**
 * The regular files of a POSIX (ustar) archive, in order; folders and links are left out.
 *
 * @throws {RangeError} when the archive ends inside a file or a size field is no octal number.
 */
export function readTar(archive: Uint8Array): readonly TarEntry[] {
  const entries: TarEntry[] = [];
  let position = 0;
  while (position + BLOCK <= archive.length) {
    const header = archive.subarray(position, position + BLOCK);
    const name = textField(header, 0, 100);
    if (name === '') break;
    const size = Number.parseInt(textField(header, 124, 12), 8);
    const begin = position + BLOCK;
    if (!Number.isSafeInteger(size) || size < 0 || begin + size > archive.length) {
      throw new RangeError(`the archive is damaged at "${name}"`);
    }
    const type = header[156];
    if (type === 0 || type === 0x30) entries.push({ name, data: archive.subarray(begin, begin + size) });
    position = begin + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

function textField(header: Uint8Array, offset: number, length: number): string {
  const field = header.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end)).trim();
}
