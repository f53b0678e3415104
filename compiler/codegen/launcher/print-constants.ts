import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import { printMask } from '../../ir/print-mask.ts';
import { docComment } from './describe-names.ts';
import type { LauncherHeader } from './launcher-header.ts';
import { targetOf, type LauncherDescriptor } from './launcher-target.ts';
import { printLiteral, printString, Reference } from './print-literal.ts';

/**
 * The constants of the module: the text of the kernels, the files of compiled code, every distinct mask program with its formula as comment, and the
 * descriptor over them. They are set here and kept from prettier, as a large mask has thousands of nodes.
 */
export function printConstants(descriptor: LauncherDescriptor, { images }: LauncherHeader): string {
  const programs = new ProgramConstants(descriptor.mask);
  const language = 'cuda' in descriptor ? 'cuda' : 'wgsl';
  const { code } = 'cuda' in descriptor ? descriptor.cuda : descriptor.wgsl;
  const text = new Reference(language);
  const data = programs.replaceIn(
    'cuda' in descriptor
      ? { ...descriptor, cuda: { ...descriptor.cuda, code: text } }
      : { ...descriptor, wgsl: { ...descriptor.wgsl, code: text } },
    'program',
  );
  const { descriptorType } = targetOf(descriptor);
  return [
    constant(`export const ${language}`, `/* ${language} */ ${printTemplate(code)}`, 'The kernels.'),
    ...(images ? [printImages(images)] : []),
    ...programs.print(),
    literal(`export const descriptor: ${descriptorType}`, data, 'All that is known at compile time.'),
  ].join('\n');
}

function printImages(images: Readonly<Record<string, string>>): string {
  const members = Object.entries(images).map(
    ([architecture, file]) => `  ${architecture}: new URL(${printString(`./${file}`)}, import.meta.url),`,
  );
  return constant(
    'export const images',
    `{\n${members.join('\n')}\n}`,
    'The compiled kernels, by architecture.',
  );
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
