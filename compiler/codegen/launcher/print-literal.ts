/** Columns that generated text fills. */
export const PRINT_WIDTH = 110;

/** A value that stands for itself in the text: the name of a constant that was printed before. */
export class Reference {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/**
 * Plain data as a TypeScript literal, set like prettier sets it: flat where it fits into the line, else one member a
 * line; arrays of short elements fill their lines. Numbers keep NaN, the infinities and -0. Fields whose value is
 * undefined are left out.
 *
 * `column` is where the literal begins, `indent` the indentation of its line.
 */
export function printLiteral(value: unknown, column = 0, indent = 0): string {
  const flat = printFlat(value);
  if (column + flat.length + 1 <= PRINT_WIDTH || typeof value !== 'object' || value === null) return flat;
  if (value instanceof Reference) return flat;
  const inner = ' '.repeat(indent + 2);
  const end = `\n${' '.repeat(indent)}`;
  if (Array.isArray(value)) {
    const elements = value.map((element) => printFlat(element));
    const short = elements.every((element) => element.length <= 24);
    const lines = short
      ? fillLines(elements, PRINT_WIDTH - inner.length)
      : value.map((element) => `${printLiteral(element, indent + 2, indent + 2)},`);
    return `[\n${lines.map((line) => inner + line).join('\n')}${end}]`;
  }
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => {
      const label = `${printKey(key)}: `;
      return `${inner}${label}${printLiteral(member, inner.length + label.length, indent + 2)},`;
    });
  return `{\n${members.join('\n')}${end}}`;
}

/** A string in single quotes. */
export function printString(text: string): string {
  const body = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  // Line separators end a string in old engines.
  return `'${body.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
}

function printFlat(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'string':
      return printString(value);
    case 'boolean':
      return String(value);
    case 'object':
      break;
    default:
      throw new TypeError(`a ${typeof value} is no plain data`);
  }
  if (value === null) return 'null';
  if (value instanceof Reference) return value.name;
  if (Array.isArray(value)) return `[${value.map(printFlat).join(', ')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${printKey(key)}: ${printFlat(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function printKey(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : printString(key);
}

function fillLines(elements: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const element of elements) {
    if (line !== '' && line.length + element.length + 2 > width) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? `${element},` : ` ${element},`;
  }
  if (line !== '') lines.push(line);
  return lines;
}
