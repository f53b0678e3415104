const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** The largest integer that a mask may speak of: kernels compute in 32 bits. */
export const largestInteger = 2 ** 31 - 1;

/** Reads a string literal with its quotes; `badEscape` is the offset of the first escape that means nothing. */
export function readString(image: string): { readonly value: string; readonly badEscape: number | null } {
  let value = '';
  let badEscape: number | null = null;
  const end = image.length > 1 && image.endsWith('"') ? image.length - 1 : image.length;
  for (let at = 1; at < end; at++) {
    if (image[at] !== '\\') {
      value += image[at];
      continue;
    }
    const unicode = /^u[0-9a-fA-F]{4}/.exec(image.slice(at + 1, at + 6));
    const escaped = image[at + 1] ?? '';
    if (unicode !== null) {
      value += String.fromCharCode(Number.parseInt(unicode[0].slice(1), 16));
      at += unicode[0].length;
      continue;
    }
    if (!Object.hasOwn(escapes, escaped)) badEscape ??= at;
    value += escapes[escaped] ?? escaped;
    at++;
  }
  return { value, badEscape };
}
