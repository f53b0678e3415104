/**
 * Capital letters, digits and signs of three by five pixels, rows from top to bottom, each row its three pixels as an
 * octal digit. Small letters are drawn as capitals, what is missing as a box.
 */
const glyphs: Readonly<Record<string, string>> = {
  A: '25755',
  B: '65656',
  C: '34443',
  D: '65556',
  E: '74647',
  F: '74644',
  G: '34553',
  H: '55755',
  I: '72227',
  J: '11152',
  K: '55655',
  L: '44447',
  M: '57755',
  N: '65555',
  O: '25552',
  P: '65644',
  Q: '25563',
  R: '65655',
  S: '34216',
  T: '72222',
  U: '55557',
  V: '55552',
  W: '55775',
  X: '55255',
  Y: '55222',
  Z: '71247',
  '0': '75557',
  '1': '26227',
  '2': '61247',
  '3': '61216',
  '4': '55711',
  '5': '74616',
  '6': '34757',
  '7': '71222',
  '8': '75757',
  '9': '75716',
  ' ': '00000',
  '.': '00002',
  ',': '00024',
  ':': '02020',
  ';': '02024',
  '-': '00700',
  '+': '02720',
  '=': '07070',
  '/': '11244',
  '%': '51245',
  '(': '12221',
  ')': '42224',
  '~': '03600',
  _: '00007',
  '<': '12421',
  '>': '42124',
};
const unknown = '77777';

/** Pixels of a character with the space behind it, and of its height, before it is scaled. */
export const advance = 4;
export const glyphHeight = 5;

/** Calls `dot` for every pixel of a text whose upper left corner is (0, 0). */
export function rasterText(text: string, dot: (x: number, y: number) => void): void {
  [...text.toUpperCase()].forEach((character, place) => {
    const rows = glyphs[character] ?? unknown;
    for (let y = 0; y < glyphHeight; y++) {
      for (let x = 0; x < 3; x++) if ((Number(rows[y]) & (4 >> x)) !== 0) dot(place * advance + x, y);
    }
  });
}
