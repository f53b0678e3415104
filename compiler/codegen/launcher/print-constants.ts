import type { AttentionDescriptor } from '../../../runtime/descriptor.ts';
import type { MaskProgram } from '../../../runtime/mask/nodes.ts';
import { printMask } from '../../ir/print-mask.ts';
import { docComment } from './describe-names.ts';
import { printLiteral, Reference } from './print-literal.ts';

/**
 * The constants of the module: the WGSL text, every distinct mask program with its formula as comment, and the
 * descriptor over them. They are set here and kept from prettier, as a large mask has thousands of nodes.
 */
export function printConstants(descriptor: AttentionDescriptor): string {
  const programs = new ProgramConstants(descriptor.mask);
  const wgsl = { ...descriptor.wgsl, code: new Reference('wgsl') };
  const data = programs.replaceIn({ ...descriptor, wgsl }, 'program');
  return [
    constant('export const wgsl', `/* wgsl */ ${printTemplate(descriptor.wgsl.code)}`, 'The kernels.'),
    ...programs.print(),
    literal('export const descriptor: AttentionDescriptor', data, 'All that is known at compile time.'),
  ].join('\n');
}

/** Gives every distinct program a name: after the field that holds it first, numbered where fields share a name. */
class ProgramConstants {
  private readonly references = new Map<string, Reference>();
  private readonly programs: { readonly name: string; readonly program: MaskProgram }[] = [];
  private readonly counts = new Map<string, number>();

  constructor(mask: MaskProgram) {
    this.reference(mask, 'mask');
  }

  /** `value` with every mask program inside it replaced by the constant that holds it. */
  replaceIn(value: unknown, field: string): unknown {
    if (Array.isArray(value)) return value.map((element) => this.replaceIn(element, field));
    if (typeof value !== 'object' || value === null || value instanceof Reference) return value;
    if (isProgram(value)) return this.reference(value, field);
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, this.replaceIn(member, key)]),
    );
  }

  print(): readonly string[] {
    return this.programs.map(({ name, program }) =>
      literal(`const ${name}: MaskProgram`, program, printMask(program)),
    );
  }

  private reference(program: MaskProgram, field: string): Reference {
    const key = JSON.stringify(program);
    const known = this.references.get(key);
    if (known) return known;
    const count = (this.counts.get(field) ?? 0) + 1;
    this.counts.set(field, count);
    const name = `${field}Program${count === 1 ? '' : count}`;
    const reference = new Reference(name);
    this.references.set(key, reference);
    this.programs.push({ name, program });
    return reference;
  }
}

function isProgram(value: object): value is MaskProgram {
  return 'nodes' in value && 'root' in value;
}

function literal(begin: string, value: unknown, doc: string): string {
  return constant(begin, printLiteral(value, `${begin} = `.length), doc);
}

function constant(begin: string, text: string, doc: string): string {
  return `${docComment(doc)}\n// prettier-ignore\n${begin} = ${text};\n`;
}

/** A template literal that evaluates to `text`, line by line. */
function printTemplate(text: string): string {
  return `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${').replaceAll('\r', '\\r')}\``;
}
