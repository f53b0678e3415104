import type { ArrayDeclaration, LaunchParameter } from '../../../runtime/declarations.ts';
import type { AttentionModel } from '../../../runtime/descriptor.ts';

/** Lines of documentation of a host array: its comment, then type and shape as the source has them. */
export function arrayDoc(array: ArrayDeclaration): string {
  const type = array.kind === 'bits' ? 'bool' : array.kind;
  const promise = array.sorted ? ', ascending along the last dimension' : '';
  return docLines(array.doc, `\`${type}[${array.dimNames.join(', ')}]\`${promise}.`);
}

/** Lines of documentation of a launch parameter: its comment, then type, range and default. */
export function parameterDoc(parameter: LaunchParameter): string {
  const { type, min, max } = parameter;
  const fallback = parameter.default === null ? 'required' : `${parameter.default} by default`;
  const range = `${type} from ${rangeEnd(min)} to ${rangeEnd(max)}`;
  return docLines(parameter.doc, `${range}, ${fallback}.`);
}

/** A documentation comment, on one line where the text has one. */
export function docComment(text: string): string {
  const lines = docLines(text).split('\n');
  return lines.length === 1
    ? `/** ${lines[0]} */`
    : `/**\n${lines.map((line) => ` * ${line}`).join('\n')}\n */`;
}

/** Comment text cannot hold the end of a comment. */
export function docLines(...parts: readonly string[]): string {
  return parts
    .filter((part) => part.trim() !== '')
    .map((part) => part.trim().replaceAll('*/', '*\\/'))
    .join('\n');
}

function rangeEnd(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return value < 0 ? 'minus infinity' : 'infinity';
}

/** The TypeScript type of what a caller may give for an array. */
export function arrayType(array: ArrayDeclaration): string {
  return array.kind === 'bits' ? 'ArrayOf<boolean | number>' : 'ArrayOf<number>';
}

/** The comment of the attention and what it works on. */
export function summaryOf(descriptor: AttentionModel, doc: string): string {
  const { heads, kvHeads, dim, dtype } = descriptor;
  const grouped = kvHeads === heads ? `${heads} heads` : `${heads} query heads over ${kvHeads} key heads`;
  return docLines(doc, `${grouped}, dim ${dim}${otherWidths(descriptor)}, ${dtype}.`);
}

/** Where v and out are not as wide as q and k. */
function otherWidths({ dim, dimV, dimOut }: AttentionModel): string {
  if (dimOut !== dimV) {
    const ofInputs = dim === dimV ? '' : ` for q and k, ${dimV} for v`;
    return `${ofInputs}, ${dimOut} for out: ${dimOut / dimV} outputs side by side`;
  }
  return dim === dimV ? '' : ` for q and k, ${dimV} for v and out`;
}

/** The default shape of a tensor: `[batch, 4, nq, 64]`. */
export function shapeOf(descriptor: AttentionModel, name: 'q' | 'k' | 'v' | 'out'): string {
  const ofQueries = name === 'q' || name === 'out';
  const rows = ofQueries ? 'nq' : 'nk';
  const heads = ofQueries ? descriptor.heads : descriptor.kvHeads;
  const width = widthOf(descriptor, name);
  const middle = descriptor.layout === 'bhnd' ? `${heads}, ${rows}` : `${rows}, ${heads}`;
  return `[batch, ${middle}, ${width}]`;
}

function widthOf({ dim, dimV, dimOut }: AttentionModel, name: 'q' | 'k' | 'v' | 'out'): number {
  switch (name) {
    case 'q':
    case 'k':
      return dim;
    case 'v':
      return dimV;
    case 'out':
      return dimOut;
  }
}
