import { operandsOf, type MaskNode, type MaskProgram } from './nodes.ts';

/**
 * A program as plain data that prints compactly: `code` holds the root, then for each node its kind, its scalar field
 * and its operands; `texts` holds array and symbol names, `reals` the float64 constants.
 */
export interface EncodedProgram {
  readonly code: readonly number[];
  readonly texts: readonly string[];
  readonly reals: readonly number[];
}

const kinds = [
  'int',
  'query',
  'key',
  'head',
  'batch',
  'symbol',
  'arithmetic',
  'neg',
  'abs',
  'bit-length',
  'select',
  'lookup',
  'round',
  'bool',
  'compare',
  'and',
  'or',
  'not',
  'is-power-of-two',
  'bit',
  'member',
  'real',
  'to-real',
  'real-unary',
  'real-binary',
  'real-select',
  'real-lookup',
  'score',
] as const satisfies readonly MaskNode['kind'][];

const operators = {
  arithmetic: ['add', 'sub', 'mul', 'div', 'mod', 'min', 'max', 'shl', 'shr'],
  compare: ['lt', 'le', 'eq', 'ne'],
  round: ['floor', 'ceil', 'nearest', 'truncate'],
  'real-unary': ['sqrt', 'log', 'log2', 'exp', 'exp2', 'neg', 'abs', 'tanh', 'sigmoid'],
  'real-binary': ['add', 'sub', 'mul', 'div', 'min', 'max', 'pow'],
} as const;

export function encodeProgram(program: MaskProgram): EncodedProgram {
  const texts: string[] = [];
  const reals: number[] = [];
  const textIndex = (text: string) => {
    const known = texts.indexOf(text);
    return known >= 0 ? known : texts.push(text) - 1;
  };
  const code = [program.root];
  for (const node of program.nodes) {
    code.push(kinds.indexOf(node.kind));
    switch (node.kind) {
      case 'int':
        code.push(node.value);
        break;
      case 'bool':
        code.push(node.value ? 1 : 0);
        break;
      case 'real':
        code.push(reals.push(node.value) - 1);
        break;
      case 'symbol':
        code.push(textIndex(node.name));
        break;
      case 'arithmetic':
      case 'compare':
      case 'real-unary':
      case 'real-binary':
        code.push((operators[node.kind] as readonly string[]).indexOf(node.op));
        break;
      case 'round':
        code.push(operators.round.indexOf(node.mode));
        break;
      case 'member':
        code.push(textIndex(node.array));
        break;
      case 'lookup':
      case 'bit':
      case 'real-lookup':
        code.push(textIndex(node.array), node.indices.length);
        break;
    }
    code.push(...operandsOf(node));
  }
  return { code, texts, reals };
}

/**
 * The program that was encoded, node for node.
 *
 * @throws {Error} where the code is cut short or names a kind, an operand or a text that does not exist.
 */
export function decodeProgram({ code, texts, reals }: EncodedProgram): MaskProgram {
  let at = 1;
  const nodes: MaskNode[] = [];
  const next = () => {
    if (at >= code.length) throw new Error('an encoded mask program is cut short');
    return code[at++];
  };
  const pick = <T>(from: readonly T[]): T => {
    const index = next();
    if (!(index in from)) throw new Error(`an encoded mask program names entry ${index} of ${from.length}`);
    return from[index];
  };
  const operand = () => {
    const id = next();
    if (!(id >= 0 && id < nodes.length))
      throw new Error(`node ${nodes.length} of an encoded mask reads node ${id}`);
    return id;
  };
  const decodeNode = (): MaskNode => {
    const kind = pick(kinds);
    switch (kind) {
      case 'query':
      case 'key':
      case 'head':
      case 'batch':
      case 'score':
        return { kind };
      case 'int':
        return { kind, value: next() };
      case 'bool':
        return { kind, value: next() === 1 };
      case 'real':
        return { kind, value: pick(reals) };
      case 'symbol':
        return { kind, name: pick(texts) };
      case 'arithmetic':
        return { kind, op: pick(operators.arithmetic), left: operand(), right: operand() };
      case 'compare':
        return { kind, op: pick(operators.compare), left: operand(), right: operand() };
      case 'real-binary':
        return { kind, op: pick(operators['real-binary']), left: operand(), right: operand() };
      case 'real-unary':
        return { kind, op: pick(operators['real-unary']), operand: operand() };
      case 'round':
        return { kind, mode: pick(operators.round), operand: operand() };
      case 'and':
      case 'or':
        return { kind, left: operand(), right: operand() };
      case 'neg':
      case 'abs':
      case 'bit-length':
      case 'not':
      case 'is-power-of-two':
      case 'to-real':
        return { kind, operand: operand() };
      case 'select':
      case 'real-select':
        return { kind, condition: operand(), then: operand(), else: operand() };
      case 'lookup':
      case 'bit':
      case 'real-lookup': {
        const array = pick(texts);
        const count = next();
        return { kind, array, indices: Array.from({ length: count }, operand) };
      }
      case 'member':
        return { kind, array: pick(texts), row: operand(), value: operand() };
    }
  };
  while (at < code.length) nodes.push(decodeNode());
  const root = code[0];
  if (!(root >= 0 && root < nodes.length)) throw new Error(`an encoded mask has no root ${root}`);
  return { nodes, root };
}
