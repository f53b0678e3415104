import { parse } from '../../compiler/parser/index.ts';
import type { SourceFile } from '../../compiler/parser/ast.ts';
import { Session } from '../../compiler/diagnostics/session.ts';
import type { Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';

export interface Parsed {
  readonly file: SourceFile;
  readonly diagnostics: readonly Diagnostic[];
}

export function parseText(text: string, name = 'test.sa'): Parsed {
  const session = new Session();
  const file = parse({ name, text }, session);
  return { file, diagnostics: session.diagnostics };
}

/** Parses a text that has to be free of errors. */
export function parseClean(text: string, name = 'test.sa'): SourceFile {
  const { file, diagnostics } = parseText(text, name);
  if (diagnostics.length > 0) throw new Error(`${name}: ${diagnostics[0].message}\n${text}`);
  return file;
}

const places = new Set(['span', 'nameSpan', 'comments', 'blankLines']);

/** A tree without the places of its nodes, for comparison. */
export function withoutSpans(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key: string, inner: unknown) => (places.has(key) ? undefined : inner)),
  );
}

/** The text of an expression as a tree in brackets, for tests of precedence: `(a | (b & c))`. */
export function bracketed(text: string): string {
  const [item] = parseClean(`let x = ${text}`).items;
  if (item.kind !== 'let') throw new Error('no let');
  return show(item.value);
}

type Node = { readonly kind: string } & Readonly<Record<string, unknown>>;

function show(value: unknown): string {
  const node = value as Node;
  const all = (list: unknown): string[] => (list as unknown[]).map(show);
  switch (node.kind) {
    case 'integer':
    case 'boolean':
      return String(node.value);
    case 'real':
    case 'name':
    case 'identifier':
      return String(node.text);
    case 'string':
      return JSON.stringify(node.value);
    case 'binary':
      return `(${show(node.left)} ${node.operator as string} ${show(node.right)})`;
    case 'unary':
      return `(${node.operator as string} ${show(node.operand)})`;
    case 'comparison': {
      const operators = node.operators as string[];
      return `(${all(node.operands)
        .flatMap((operand, at) => (at === 0 ? [operand] : [operators[at - 1], operand]))
        .join(' ')})`;
    }
    case 'range':
      return `(${show(node.start)} ${node.inclusive === true ? '..' : '..<'} ${show(node.end)})`;
    case 'member':
      return `(${show(node.object)}).${show(node.property)}`;
    case 'index':
      return `(${show(node.object)})[${all(node.indices).join(', ')}]`;
    case 'tuple':
      return `tuple(${all(node.elements).join(', ')})`;
    case 'axes':
      return `axes(${all(node.arguments).join(', ')})`;
    case 'list':
      return `[${all(node.elements).join(', ')}]`;
    case 'argument':
      return `${node.name === null ? '' : `${show(node.name)}: `}${show(node.value)}`;
    case 'call':
      return `${show(node.callee)}(${all(node.arguments).join(', ')})${node.block === null ? '' : `{${show(node.block)}}`}`;
    case 'if':
      return `if(${show(node.condition)}, ${show(node.then)}, ${show(node.else)})`;
    default:
      return `<${node.kind}>`;
  }
}
